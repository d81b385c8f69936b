"""Where something stands in an author's file."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from gpubench.worker.review.line import line_of, line_of_import, line_raised

HERE = Path(__file__)


def number_of(text: str) -> int:
    """The first line that begins with a text."""
    return next(number for number, line in enumerate(HERE.read_text().splitlines(), 1) if line.startswith(text))


def builder():
    """Fails two calls deep."""
    return _inner()


def _inner():
    return json.loads("{")  # the innermost line of this file


class Parameters:
    """Has a method."""

    def work(self):
        return None


@pytest.mark.parametrize(
    ("thing", "begins"),
    [
        (builder, "def builder"),
        (functools.partial(builder, 1), "def builder"),
        (functools.wraps(builder)(lambda: None), "def builder"),
        (Parameters, "class Parameters"),
        (Parameters(), "class Parameters"),
        (Parameters().work, "    def work"),
    ],
    ids=["function", "partial", "wrapped", "class", "instance", "method"],
)
def test_a_function_a_class_and_what_is_around_one_have_their_first_line(thing, begins):
    assert line_of(thing) == f"{HERE}:{number_of(begins)}"


@pytest.mark.parametrize("thing", [7, len, None, int])
def test_what_has_no_source_has_no_line(thing):
    assert line_of(thing) == ""


def test_the_innermost_line_of_the_author_s_files_is_where_it_was_raised():
    with pytest.raises(ValueError, match="Expecting") as raised:
        builder()
    assert line_raised(raised.value, [line_of(builder)]) == f"{HERE}:{number_of('    return json.loads')}"
    assert line_raised(raised.value, ["", "/elsewhere/file.py:1"]) == ""


def test_the_import_of_a_module_is_found_at_the_top_of_a_file(tmp_path):
    file = tmp_path / "plug.py"
    file.write_text("import os\nfrom torch.nn import Linear\n\ndef build():\n    import torch\n")
    assert line_of_import(file, "torch") == f"{file}:2"
    assert line_of_import(file, "keras") == ""
    assert line_of_import(tmp_path / "none.py", "torch") == ""
