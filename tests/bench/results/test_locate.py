"""Where runs lie, and what RUN means on a command line."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpubench.errors import ResultsError
from gpubench.results.locate import locate, new_run_id, runs

Store = Callable[..., Path]


@pytest.fixture
def measured(store: Store, make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Stores a run in a folder under gpubench-results/ of the current folder, begun at a time of one day."""
    monkeypatch.chdir(tmp_path)

    def at(folder: str, time: str) -> Path:
        run = make.run(created=f"2026-11-24T{time}+00:00")
        return store(run, to=f"gpubench-results/{folder}/results.jsonl").relative_to(tmp_path)

    return at


def test_a_run_id_is_its_time_and_something_of_its_own() -> None:
    now = datetime.datetime(2026, 11, 24, 14, 3, 12, tzinfo=datetime.UTC)
    ids = {new_run_id(now) for _ in range(20)}
    assert len(ids) > 1
    assert all(re.fullmatch(r"20261124T140312-[0-9a-f]{4}", run_id) for run_id in ids)


def test_run_ids_sort_by_time() -> None:
    first = datetime.datetime(2026, 9, 30, 23, 59, 59, tzinfo=datetime.UTC)
    times = [first + datetime.timedelta(seconds=seconds) for seconds in (0, 1, 70, 4000, 10**7)]
    ids = [new_run_id(time) for time in times]
    assert ids == sorted(ids)


def test_a_run_without_a_given_time_begins_now() -> None:
    before = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S")
    assert before <= new_run_id()[:15] <= datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S")


def test_latest_is_the_run_that_began_last(measured: Callable[[str, str], Path]) -> None:
    measured("20261124T100000-aaaa", "10:00:00")
    newest = measured("20261124T120000-bbbb", "12:00:00")
    assert locate("latest") == newest


def test_latest_is_the_newest_run_whatever_its_folder_was_called(measured: Callable[[str, str], Path]) -> None:
    before = measured("before", "10:00:00")
    after = measured("after", "11:00:00")
    newest = measured("20261124T120000-bbbb", "12:00:00")
    assert runs() == [before, after, newest]
    assert locate("latest") == newest


def test_a_damaged_run_takes_its_place_by_its_last_change(measured: Callable[[str, str], Path]) -> None:
    first, damaged, last = measured("x", "10:00:00"), measured("b", "09:00:00"), measured("a", "12:00:00")
    damaged.write_bytes(b"{}\n")
    changed = datetime.datetime(2026, 11, 24, 11, tzinfo=datetime.UTC).timestamp()
    os.utime(damaged, (changed, changed))
    assert runs() == [first, damaged, last]


def test_folders_without_results_are_no_runs(measured: Callable[[str, str], Path]) -> None:
    run = measured("20261124T100000-aaaa", "10:00:00")
    Path("gpubench-results/20261124T110000-bbbb").mkdir()
    Path("gpubench-results/notes.txt").touch()
    assert runs() == [run]
    assert runs(Path("nowhere")) == []


def test_latest_without_a_run_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ResultsError, match="there is no run under gpubench-results/ here") as refusal:
        locate("latest")
    assert refusal.value.hint == "measure one: gpubench run"


def test_a_run_is_named_by_its_folder_or_its_file(store: Store, make: Any) -> None:
    file = store(make.run())
    assert locate(file.parent) == file
    assert locate(str(file.parent) + "/") == file
    assert locate(file) == file


@pytest.mark.parametrize(("run", "missing"), [("empty", "empty/results.jsonl"), ("none", "none")])
def test_what_is_no_run_is_refused(run: str, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    with pytest.raises(ResultsError, match=f"^{run} is no run: there is no results file {missing}$") as refusal:
        locate(run)
    assert "latest" in refusal.value.hint
    assert refusal.value.exit_code == 6


def test_what_is_neither_a_file_nor_a_folder_is_said_to_be_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for run in (Path(os.devnull), tmp_path / "pipe"):
        with pytest.raises(ResultsError, match=f"^{run} is no run: it is neither a file nor a folder$") as refusal:
            locate(run)
        assert refusal.value.exit_code == 6
