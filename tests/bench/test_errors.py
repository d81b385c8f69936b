"""Each kind of error and what the process ends with."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from gpubench.errors import (
    GpubenchError,
    Interrupted,
    PluginError,
    ResultsError,
    StorageError,
    UnavailableError,
    Unsupported,
    UsageError,
    remedy,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, 2), (PluginError, 2), (UnavailableError, 5), (ResultsError, 6), (StorageError, 74),
        (GpubenchError, 70),
    ],
)  # fmt: skip
def test_an_error_ends_the_command_with_the_code_that_scripts_rely_on(kind: type[GpubenchError], code: int) -> None:
    error = kind("what was wrong", "what to type")
    assert isinstance(error, GpubenchError)
    assert (error.exit_code, str(error), error.message, error.hint) == (
        code, "what was wrong", "what was wrong", "what to type",
    )  # fmt: skip
    assert kind("no more is known").hint == ""


def test_an_interrupted_run_is_an_interrupt_that_knows_its_folder() -> None:
    error = Interrupted(Path("gpubench-results/x"), "Go on.")
    assert isinstance(error, KeyboardInterrupt)
    assert error.folder == Path("gpubench-results/x")
    assert error.advice == "Go on."
    assert str(error) == "interrupted; what was measured is in gpubench-results/x"


def test_what_is_unsupported_ends_no_command() -> None:
    assert not issubclass(Unsupported, GpubenchError)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "free space on that disk, or name another"),
        (errno.EACCES, "you may not write there: name another"),
        (errno.ENOTDIR, "a part of that path is a file and no folder: name another"),
        (errno.EIO, "name another"),
    ],
)
def test_what_to_do_about_a_place_depends_on_what_is_wrong_with_it(number: int, said: str) -> None:
    assert remedy(OSError(number, "said by the system"), "name another") == said


def test_an_error_without_a_number_has_a_remedy_too() -> None:
    assert remedy(OSError("lost"), "name another") == "name another"
