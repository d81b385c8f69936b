"""A run, loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gpubench
from gpubench.errors import ResultsError
from gpubench.results.line import encode
from gpubench.results.results import load


def test_records_are_sorted_by_kind(store: Callable[..., Path], make: Any) -> None:
    run, env, cell, launch, event, end = make.every_kind()
    second = make.launch(1)
    file = store(run, env, cell, launch, event, second, end)
    results = gpubench.load(file.parent)
    assert results.path == file
    assert (results.run, results.envs, results.cell_records) == (run, (env,), (cell,))
    assert results.launch_records == (launch, second)
    assert (results.events, results.end) == ((event,), end)
    assert results.whole_bytes == file.stat().st_size


def test_a_run_with_its_end_is_complete(loaded: Callable[..., Any], make: Any) -> None:
    assert loaded(make.cell(), make.end()).complete
    assert not loaded(make.cell(), make.launch()).complete
    assert not loaded().complete


def test_a_run_that_went_on_after_its_end_is_incomplete(loaded: Callable[..., Any], make: Any) -> None:
    assert not loaded(make.end(), make.event()).complete


def test_a_run_with_something_torn_behind_its_end_is_not_whole(store: Callable[..., Path], make: Any) -> None:
    file = store(make.run(), make.end())
    file.write_bytes(file.read_bytes() + b'{"kind":')
    assert not load(file).complete


def test_two_runs_in_one_file_are_refused(store: Callable[..., Path], make: Any) -> None:
    file = store(make.run(), make.cell(), make.run())
    with pytest.raises(ResultsError, match=r"results\.jsonl holds more than one run record"):
        load(file)


@pytest.mark.parametrize("frame", ["cells", "launches", "samples"])
def test_a_run_that_was_stopped_before_its_plan_has_empty_frames(frame: str, loaded: Callable[..., Any]) -> None:
    found = getattr(loaded(), frame)()
    assert len(found) == 0
    assert "cell_id" in found.columns


def test_a_run_that_was_cut_off_before_its_plan_was_whole_is_refused(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(encode(make.run(planned=2)) + encode(make.cell()))
    with pytest.raises(ResultsError, match="1 of its 2 planned cells"):
        load(path)


def test_passes_are_no_launches_and_fill_their_columns(loaded, make):
    memory = make.launch(step=None, measures="memory", peak_host_bytes=4096, peak_device_bytes=512)
    energy = make.launch(step=None, measures="energy", energy_j=0.25)
    newer = make.launch(step=None, measures="of a newer gpubench")
    results = loaded(make.cell(), make.launch(), memory, energy, newer, make.end())
    assert results.launch_records == (make.launch(),)
    assert results.pass_records == (memory, energy, newer)
    (row,) = results.cells().to_dict("records")
    assert (row["peak_host_bytes"], row["peak_device_bytes"], row["energy_j"], row["launches"]) == (4096, 512, 0.25, 1)
    assert len(results.launches()) == 1


def test_a_pass_that_failed_leaves_its_columns_null_and_the_status_as_it_is(loaded, make):
    failed = make.launch(step=None, measures="memory", status="oom", reason="too large")
    (row,) = loaded(make.cell(), make.launch(), failed, make.end()).cells().to_dict("records")
    assert row["status"] == "ok"
    assert row["peak_host_bytes"] is None
