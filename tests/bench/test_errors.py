"""Each kind of error and what the process ends with."""

from __future__ import annotations

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
    error = Interrupted(Path("gpubench-results/x"))
    assert isinstance(error, KeyboardInterrupt)
    assert error.folder == Path("gpubench-results/x")
    assert str(error) == "interrupted; what was measured is in gpubench-results/x"


def test_what_is_unsupported_ends_no_command() -> None:
    assert not issubclass(Unsupported, GpubenchError)
