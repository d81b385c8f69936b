"""A results file, read: every damaged line refused with its number, a torn last one dropped and said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpubench.errors import ResultsError
from gpubench.results.line import encode
from gpubench.results.reader import read
from gpubench.results.results import load

Store = Callable[..., Path]


@pytest.fixture
def whole(store: Store, make: Any) -> Path:
    """A file with a line of each kind."""
    return store(*make.every_kind())


def test_a_whole_file_is_read_in_order(whole: Path, make: Any) -> None:
    contents = read(whole)
    assert list(contents.records) == make.every_kind()
    assert contents.whole_bytes == whole.stat().st_size
    assert not contents.torn


# 0x07 makes a carriage return of a newline, which splitlines() would take for one; 0x20 changes a letter's case.
@pytest.mark.parametrize("mask", [0x01, 0x07, 0x20, 0x80])
def test_a_flipped_byte_anywhere_is_refused_with_the_number_of_its_line(mask: int, whole: Path) -> None:
    text = whole.read_bytes()
    wrong = []
    for place in range(len(text) - 1):  # the last newline apart: without it, the last line is torn
        damaged = bytearray(text)
        damaged[place] ^= mask
        whole.write_bytes(damaged)
        line = text[:place].count(b"\n") + 1
        try:
            read(whole)
        except ResultsError as error:
            if f"{whole}, line {line}: " in error.message and "restore it from a copy" in error.hint:
                continue
        wrong.append((place, line))
    assert wrong == []


def test_a_file_cut_anywhere_loses_its_torn_line_and_nothing_else(whole: Path, make: Any) -> None:
    text, records = whole.read_bytes(), make.every_kind()
    for length in range(text.index(b"\n") + 1, len(text)):
        whole.write_bytes(text[:length])
        contents = read(whole)
        lines = text[:length].count(b"\n")
        assert list(contents.records) == records[:lines]
        assert contents.whole_bytes == text[:length].rindex(b"\n") + 1
        assert contents.torn == (contents.whole_bytes < length)


def test_a_torn_last_line_is_dropped_and_said(whole: Path, make: Any) -> None:
    whole.write_bytes(whole.read_bytes()[:-1])
    results = load(whole)
    assert results.notes == ("a torn last line was dropped",)
    assert results.end is None
    assert not results.complete
    assert results.launch_records == (make.launch(),)


def test_a_whole_file_has_nothing_to_say(whole: Path) -> None:
    assert load(whole).notes == ()


def test_zeros_behind_the_last_line_are_torn(whole: Path) -> None:
    """What a file system may leave after a power cut."""
    size = whole.stat().st_size
    with whole.open("ab") as file:
        file.write(bytes(4096))
    contents = read(whole)
    assert contents.torn
    assert contents.whole_bytes == size


@pytest.mark.parametrize("place", [1, 3, 5])
def test_an_empty_line_is_refused(place: int, store: Store, make: Any) -> None:
    lines = [encode(record) for record in make.every_kind()]
    file = store(make.run())
    file.write_bytes(b"".join([*lines[:place], b"\n", *lines[place:]]))
    with pytest.raises(ResultsError, match=f"line {place + 1}: it has no checksum"):
        read(file)


def test_a_line_of_a_newer_schema_is_refused_with_its_number(store: Store, make: Any) -> None:
    file = store(make.run(), make.env(schema=2))
    with pytest.raises(ResultsError, match=r"line 2: its schema 2 is newer .*update gpubench"):
        read(file)


def test_a_launch_of_a_status_that_is_none_is_refused_with_the_number_of_its_line(store: Store, make: Any) -> None:
    with pytest.raises(ResultsError, match="line 2: its status 'fine' is none of ok, unverified"):
        read(store(make.run(), make.launch(status="fine"), make.launch()))


@pytest.mark.parametrize("text", [b"", b"{", b'{"benchmarks": []}', b"\x00" * 100])
def test_a_file_of_something_else_is_refused(text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_bytes(text)
    with pytest.raises(ResultsError, match=r"other\.json is no results file of gpubench") as refusal:
        read(file)
    assert refusal.value.exit_code == 6
    assert refusal.value.hint == "name a run folder or its results.jsonl"


def test_a_file_that_does_not_begin_with_its_run_is_refused(store: Store, make: Any) -> None:
    file = store(make.cell(), make.run())
    with pytest.raises(ResultsError, match="its first line is no run record"):
        read(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        ('{"benchmarks": []}\n', "its `benchmarks` are not as pytest-benchmark writes them"),
        ('{\n "a": 1\n}\n', "it is JSON of another kind"),
        ("[]\n", "it is JSON of another kind"),
        (
            '[\n{"run_id": "r", "cell_id": "c"}\n]\n',
            "it is what gpubench wrote for other programs, which holds no samples",
        ),
        ('{"run_id": "r", "cells": [{"cell_id": "c"}]}', "it is what gpubench wrote for other programs"),
        ("run_id,cell_id\nr,c\n", "its first line is no run record"),
    ],
)
def test_the_file_of_another_program_is_told_as_what_it_is(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ResultsError, match=f"other.json is no results file of gpubench: {said}") as refusal:
        load(file)
    assert "damaged" not in refusal.value.hint


def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"cannot read .*: No such file or directory") as refusal:
        read(tmp_path / "none.jsonl")
    assert "gpubench list runs" in refusal.value.hint
    with pytest.raises(ResultsError, match="Is a directory"):
        read(tmp_path)
