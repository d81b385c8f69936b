"""The format itself: what was written stays readable for as long as the schema keeps its number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gpubench.results.line import decode, encode
from gpubench.results.records import STATUSES, Line
from gpubench.results.results import load


def test_a_file_that_was_stored_once_is_still_read(make: Any) -> None:
    """stored.jsonl was written by gpubench 0.1.0. Where it can't be read, the schema needs a new number."""
    results = load(Path(__file__).with_name("stored.jsonl"))
    run, env, cell, launch, event, end = make.every_kind()
    assert results.run == run
    assert results.envs == (env,)
    assert results.cell_records == (cell,)
    assert results.launch_records == (launch,)
    assert results.events == (event,)
    assert results.end == end


@pytest.mark.parametrize("number", range(6))
def test_a_record_can_not_be_changed(number: int, make: Any) -> None:
    record = make.every_kind()[number]
    with pytest.raises(AttributeError, match="immutable"):
        record.schema = 2


def test_a_cell_of_a_run_is_told_apart_by_its_device_as_well(make: Any) -> None:
    first, second = make.cell(device="cuda:0"), make.cell(device="cuda:1")
    assert first.cell_id == second.cell_id
    assert first.identity != second.identity
    assert make.launch(device="cuda:1").identity == second.identity


def test_what_a_launch_did_not_measure_is_null_or_absent(make: Any) -> None:
    launch: Line = type(make.launch())(cell_id="0", device="cpu", launch=0, status="oom")
    plain = json.loads(encode(launch))
    assert plain["quantities"] == {}
    assert {name for name, value in plain.items() if value is None} == {
        "startup_s", "build_s", "first_call_s", "warmup_s", "fixed_cost_s", "idle_wait_s", "residual_s", "tolerance",
        "slope_s", "peak_host_bytes", "peak_device_bytes", "energy_j",
    }  # fmt: skip
    assert decode(encode(launch)[:-1]) == launch


def test_the_statuses_are_those_that_users_rely_on() -> None:
    assert set(STATUSES) == {"ok", "failed", "oom", "timeout", "crashed", "skipped", "unverified"}
