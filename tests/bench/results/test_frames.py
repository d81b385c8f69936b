"""Frames: the contract's columns, a row for each planned cell, and null where nothing was measured."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gpubench.results.records import Series
from gpubench.results.results import Results

CONTRACT = """
    run_id cell_id workload size params backend backend_version device device_name precision mode data variant threads
    status reason launches samples
    step_s step_lo_s step_hi_s latency_s dispatch_s device_s first_call_s
    flops bytes items flop_per_s bytes_per_s items_per_s
    peak_host_bytes peak_device_bytes energy_j
    checked max_error flags
"""
"""The columns of cells() that users rely on, in their order."""
CELLS = CONTRACT.split()
SAMPLES = ["run_id", "cell_id", "launch", "block", "calls", "seconds", "quantity"]
MEASURED = [name for name in CELLS if name.endswith("_s") or name in ("max_error", "energy_j")]
FAILURES = ("failed", "oom", "timeout", "crashed", "skipped")

Loaded = Callable[..., Results]


def row(results: Results, number: int = 0) -> dict[str, Any]:
    """One row of cells() in Python's own types, null as None."""
    found = results.cells().iloc[number].items()
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in found}
    return {name: None if pd.isna(value) else value for name, value in plain.items()}


def nulls(found: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Those of the columns that are null."""
    return [name for name in names if found[name] is None]


def test_the_columns_of_cells_are_the_contracts_in_its_order(loaded: Loaded, make: Any) -> None:
    assert list(loaded(make.cell(), make.launch()).cells().columns) == CELLS


def test_the_columns_of_samples_begin_with_the_contracts(loaded: Loaded, make: Any) -> None:
    assert list(loaded(make.cell(), make.launch()).samples().columns) == [*SAMPLES, "device"]


def test_columns_have_one_type_whatever_is_in_them(loaded: Loaded, make: Any) -> None:
    full = loaded(make.cell(), *(make.launch(number) for number in range(3)))
    for results in (loaded(), loaded(make.cell(reason="can't")), full):
        types = results.cells().dtypes.astype(str)
        assert types["step_s"] == types["flops"] == "Float64"
        assert types["threads"] == types["launches"] == types["peak_host_bytes"] == "Int64"
        assert types["status"] == types["cell_id"] == "string"
        assert types["checked"] == "boolean"


def test_every_planned_cell_has_a_row_in_the_order_of_the_plan(loaded: Loaded, make: Any) -> None:
    cells = [make.cell("c"), make.cell("a", reason="no step"), make.cell("b"), make.cell("b", device="cuda:0")]
    found = loaded(*cells, make.launch(cell_id="b"), make.end()).cells()
    assert list(found["cell_id"]) == ["c", "a", "b", "b"]
    assert list(found["device"]) == ["cpu", "cpu", "cpu", "cuda:0"]
    assert list(found["status"]) == ["skipped", "skipped", "ok", "skipped"]


def test_a_measured_cell_is_told_in_full(loaded: Loaded, make: Any) -> None:
    steps = (1e-3, 2e-3, 4e-3)
    launches = [make.launch(number, step, first_call_s=step * 100) for number, step in enumerate(steps)]
    found = row(loaded(make.cell(params={"shape": "square", "b": 1}), *launches, make.end()))
    assert found["run_id"] == "20261124T140312-5f3a"
    assert (found["workload"], found["size"], found["params"]) == ("matmul", 256, '{"b": 1, "shape": "square"}')
    assert (found["backend"], found["backend_version"]) == ("torch", "2.13.0")
    assert (found["device"], found["device_name"], found["threads"]) == ("cpu", "A CPU", 2)
    assert (found["precision"], found["mode"], found["data"], found["variant"]) == ("float32", "eager", "resident", "")
    assert (found["status"], found["reason"], found["launches"], found["samples"]) == ("ok", "", 3, 9)
    assert found["step_s"] == pytest.approx(2e-3)
    assert (found["latency_s"], found["dispatch_s"]) == (4e-3, 1e-3)
    assert found["first_call_s"] == pytest.approx(0.2)
    assert (found["flops"], found["bytes"], found["items"]) == (2e6, 3e3, 256)
    assert found["flop_per_s"] == pytest.approx(1e9)
    assert found["bytes_per_s"] == pytest.approx(1.5e6)
    assert found["items_per_s"] == pytest.approx(128e3)
    assert (found["checked"], found["max_error"], found["flags"]) == (True, 3e-7, "launches-disagree")
    assert nulls(found, CELLS) == ["device_s", "peak_host_bytes", "peak_device_bytes", "energy_j"]


def test_times_are_positive_and_lie_in_their_interval(loaded: Loaded, make: Any) -> None:
    found = row(loaded(make.cell(), *(make.launch(number, step) for number, step in enumerate((1e-3, 1.1e-3, 3e-3)))))
    assert all(found[name] > 0 for name in MEASURED if found[name] is not None)
    logs = [math.log(step) for step in (1e-3, 1.1e-3, 3e-3)]
    centre, half = statistics.fmean(logs), 4.302652729749464 * statistics.stdev(logs) / math.sqrt(3)
    assert found["step_lo_s"] == pytest.approx(math.exp(centre - half))
    assert found["step_hi_s"] == pytest.approx(math.exp(centre + half))
    assert found["step_lo_s"] < found["step_s"] < found["step_hi_s"]


def test_a_time_is_the_median_of_blocks_over_their_calls(loaded: Loaded, make: Any) -> None:
    series = {"step": Series(calls=4, seconds=[8.0, 4.0, 40.0]), "device": Series(calls=2, seconds=[3.0])}
    found = row(loaded(make.cell(), make.launch(quantities=series)))
    assert (found["step_s"], found["device_s"], found["samples"]) == (2.0, 1.5, 3)
    assert nulls(found, ["latency_s", "dispatch_s"]) == ["latency_s", "dispatch_s"]


def test_a_launch_has_its_device_time_beside_the_others(loaded: Loaded, make: Any) -> None:
    series = {"step": Series(calls=4, seconds=[8.0]), "device": Series(calls=2, seconds=[3.0, 3.2, 5.0])}
    results = loaded(make.cell(), make.launch(0, quantities=series), make.launch(1))
    assert results.launches()["device_s"].tolist() == [1.6, pd.NA]
    samples = results.samples()
    assert samples[samples["quantity"] == "device"]["seconds"].tolist() == [3.0, 3.2, 5.0]
    assert row(results)["samples"] == 4


def test_two_launches_have_a_time_and_no_interval(loaded: Loaded, make: Any) -> None:
    found = row(loaded(make.cell(), make.launch(0), make.launch(1)))
    assert found["launches"] == 2
    assert found["step_s"] == pytest.approx(1e-3)
    assert nulls(found, ["step_lo_s", "step_hi_s"]) == ["step_lo_s", "step_hi_s"]


def test_work_that_is_none_has_no_rate(loaded: Loaded, make: Any) -> None:
    found = row(loaded(make.cell(), make.launch(work={"flops": 0.0, "bytes": 0.0, "items": 1.0})))
    assert found["flops"] == 0
    assert nulls(found, ["flop_per_s", "bytes_per_s", "items_per_s"]) == ["flop_per_s", "bytes_per_s"]


@pytest.mark.parametrize("status", FAILURES)
def test_a_cell_that_failed_has_its_reason_and_no_number(status: str, loaded: Loaded, make: Any) -> None:
    bare = {"work": {}, "errors": {}, "first_call_s": None, "checked": False}
    found = row(loaded(make.cell(), make.launch(0, None, status=status, reason="so it went", **bare), make.end()))
    assert (found["status"], found["reason"]) == (status, "so it went")
    assert nulls(found, MEASURED) == MEASURED
    assert nulls(found, ["flops", "bytes", "items"]) == ["flops", "bytes", "items"]
    assert found["checked"] is False
    assert (found["launches"], found["samples"]) == (0, 0)


def test_what_cannot_run_is_skipped_for_the_plans_reason(loaded: Loaded, make: Any) -> None:
    found = row(loaded(make.cell(reason="torch has no cuda:0: no driver"), make.end()))
    assert (found["status"], found["reason"]) == ("skipped", "torch has no cuda:0: no driver")
    assert nulls(found, MEASURED) == MEASURED
    assert nulls(found, ["checked", "backend_version"]) == ["checked", "backend_version"]


@pytest.mark.parametrize(
    ("complete", "reason"), [(False, "not measured: the run is incomplete"), (True, "not measured")]
)
def test_what_was_never_reached_is_skipped_and_says_so(complete: bool, reason: str, loaded: Loaded, make: Any) -> None:
    found = row(loaded(make.cell(), *([make.end()] if complete else [])))
    assert (found["status"], found["reason"]) == ("skipped", reason)


@pytest.mark.parametrize("bad", ["skipped", "timeout", "oom", "crashed", "failed"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_cell_that_failed_in_one_launch_has_failed_and_has_no_time(
    bad: str, place: int, loaded: Loaded, make: Any
) -> None:
    launches = [make.launch(number) for number in range(3)]
    launches[place] = make.launch(place, None, status=bad, reason="in this one")
    found = row(loaded(make.cell(), *launches, make.end()))
    assert (found["status"], found["reason"]) == (bad, "in this one")
    assert nulls(found, ["step_s", "latency_s", "items_per_s"]) == ["step_s", "latency_s", "items_per_s"]
    assert found["launches"] == 0


def test_an_unverified_launch_makes_the_cell_unverified(loaded: Loaded, make: Any) -> None:
    doubtful = make.launch(1, 9e-3, status="unverified", reason="work went on")
    found = row(loaded(make.cell(), make.launch(0), doubtful, make.end()))
    assert (found["status"], found["reason"]) == ("unverified", "work went on")
    assert found["step_s"] == pytest.approx(9e-3)


@pytest.mark.parametrize(
    ("worse", "better"),
    [("failed", "crashed"), ("crashed", "oom"), ("oom", "timeout"), ("timeout", "unverified"), ("skipped", "ok")],
)
@pytest.mark.parametrize("first", [True, False])
def test_of_two_launches_the_worse_one_is_told(worse: str, better: str, first: bool, loaded: Loaded, make: Any) -> None:
    statuses = (worse, better) if first else (better, worse)
    launches = [make.launch(n, status=status, reason=status) for n, status in enumerate(statuses)]
    assert row(loaded(make.cell(), *launches))["reason"] == worse


def test_one_wrong_launch_is_enough_to_be_unchecked(loaded: Loaded, make: Any) -> None:
    found = row(loaded(make.cell(), make.launch(0), make.launch(1, checked=False, errors={"rows": 0.5})))
    assert found["checked"] is False
    assert found["max_error"] == 0.5


def test_an_error_that_is_no_number_is_null(loaded: Loaded, make: Any) -> None:
    found = row(loaded(make.cell(), make.launch(0), make.launch(1, errors={"rows": None, "block": 0.1})))
    assert found["max_error"] is None


def test_flags_of_all_launches_are_joined_once_each(loaded: Loaded, make: Any) -> None:
    flags = (["d", "e"], ["f", "c", "e"], [], ["b", "a", "f"])
    found = row(loaded(make.cell(), *(make.launch(n, flags=names) for n, names in enumerate(flags))))
    assert found["flags"] == "a;b;c;d;e;f"


def test_the_second_of_an_aa_pair_is_a_row_of_its_own(loaded: Loaded, make: Any) -> None:
    cells = make.cell("a"), make.cell("b", variant="aa")
    results = loaded(*cells, make.launch(cell_id="a"), make.launch(0, 2e-3, cell_id="b"))
    assert [row(results, n)["variant"] for n in (0, 1)] == ["", "aa"]
    assert [row(results, n)["step_s"] for n in (0, 1)] == pytest.approx([1e-3, 2e-3])


def test_two_devices_of_a_class_share_a_cell_id_and_nothing_else(loaded: Loaded, make: Any) -> None:
    cells = [make.cell(device=device) for device in ("cuda:0", "cuda:1")]
    launches = [make.launch(0, 1e-3, device="cuda:0"), make.launch(0, 5e-3, device="cuda:1", device_model="Slow")]
    results = loaded(*cells, *launches)
    assert [row(results, n)["step_s"] for n in (0, 1)] == pytest.approx([1e-3, 5e-3])
    assert [row(results, n)["device_name"] for n in (0, 1)] == ["A CPU", "Slow"]


@pytest.mark.parametrize("sizes", [[256, 8], [256, 0.5], [0.5, "wide", 8]])
def test_a_size_keeps_its_type_beside_sizes_of_other_workloads(sizes: list[Any], loaded: Loaded, make: Any) -> None:
    found = loaded(*(make.cell(str(n), size=size) for n, size in enumerate(sizes))).cells()["size"].tolist()
    assert found == sizes
    assert [type(size) for size in found] == [type(size) for size in sizes]


def test_samples_are_raw_and_numbered_within_a_launch_and_quantity(loaded: Loaded, make: Any) -> None:
    launches = make.launch(0, 1.0), make.launch(1, 2.0, status="unverified")
    found = loaded(make.cell(), *launches, make.launch(2, None, status="oom")).samples()
    steps = found[found["quantity"] == "step"]
    assert list(steps["launch"]) == [0, 0, 0, 1, 1, 1]
    assert list(steps["block"]) == [0, 1, 2, 0, 1, 2]
    assert list(steps["seconds"]) == [9.0, 10.0, 13.0, 18.0, 20.0, 26.0]
    assert set(steps["calls"]) == {10}
    assert set(found["quantity"]) == {"step", "latency", "dispatch"}
    assert (found["seconds"] > 0).all()
    assert len(found) == 10


def test_launches_have_a_row_each_with_their_own_medians(loaded: Loaded, make: Any) -> None:
    failed = make.launch(1, None, status="oom", reason="too large", first_call_s=None, errors={})
    found = loaded(make.cell(), make.launch(0, 2e-3, flags=["a", "b"]), failed).launches()
    assert list(found["launch"]) == [0, 1]
    assert list(found["status"]) == ["ok", "oom"]
    assert found["step_s"][0] == pytest.approx(2e-3)
    assert (found["latency_s"][0], found["samples"][0], found["flags"][0]) == (4e-3, 3, "a;b")
    assert (found["startup_s"][0], found["stopped"][0], found["device_model"][0]) == (1.5, "interval", "A CPU")
    assert found.loc[1, ["step_s", "latency_s", "dispatch_s", "first_call_s", "max_error"]].isna().all()
    assert found["samples"][1] == 0


def test_params_are_sorted_json(loaded: Loaded, make: Any) -> None:
    text = row(loaded(make.cell(params={"style": "raw", "dataset": "synthetic", "bias": True, "rate": 0.5})))["params"]
    assert text == '{"bias": true, "dataset": "synthetic", "rate": 0.5, "style": "raw"}'
    assert json.loads(text)["bias"] is True


def test_launches_hold_the_scatter_of_their_samples(loaded: Loaded, make: Any) -> None:
    """In seconds a call; the percentiles where there are enough samples."""
    seconds = [10.0 + number % 7 for number in range(69)] + [100.0]
    many = make.launch(0, quantities={"step": Series(calls=10, seconds=seconds)}, slope_s=1.25)
    found = loaded(make.cell(), many, make.launch(1), make.launch(2, None, status="failed")).launches()
    assert found["p10_s"].iloc[0] == pytest.approx(np.percentile(seconds, 10) / 10)
    assert found["p90_s"].iloc[0] == pytest.approx(np.percentile(seconds, 90) / 10)
    assert found["outliers"].iloc[0] == 1
    assert found["slope_s"].iloc[0] == 1.25
    assert [list(found[name].isna()) for name in ("p10_s", "p90_s", "p99_s", "outliers", "slope_s")] == [
        [False, False, True], [False, True, True], [True, True, True], [False, False, True], [False, True, True],
    ]  # fmt: skip


@pytest.mark.parametrize(("slowest", "flags"), [(1.4e-3, "drift"), (1.5e-3, "drift;launches-disagree")])
def test_launches_that_disagree_are_flagged(loaded: Loaded, make: Any, slowest: float, flags: str) -> None:
    launches = [make.launch(0, 1e-3), make.launch(1, slowest, flags=["drift"])]
    assert row(loaded(make.cell(), *launches))["flags"] == flags


def test_launches_that_were_not_right_disagree_with_none(loaded: Loaded, make: Any) -> None:
    launches = [make.launch(0, 1e-3), make.launch(1, 2e-3, status="unverified"), make.launch(2, None, status="failed")]
    assert row(loaded(make.cell(), *launches))["flags"] == ""


@pytest.mark.parametrize(
    ("device", "dispatch", "flags"),
    [
        ("cuda:0", 0.92e-3, "dispatch-bound;drift"),
        ("cuda:0", 0.90e-3, "device-differs;drift"),
        ("cpu", 0.92e-3, "device-differs;drift"),
    ],
)
def test_an_accelerator_that_waits_for_python_is_flagged(
    loaded: Loaded, make: Any, device: str, dispatch: float, flags: str
) -> None:
    """Its clock then counts another time than ours for that reason alone; what the launch recorded stays."""
    launch = make.launch(device=device, flags=["device-differs", "drift"])
    launch.quantities["dispatch"] = Series(calls=1, seconds=[dispatch])
    results = loaded(make.cell(device=device), launch)
    assert row(results)["flags"] == flags
    assert list(results.launches()["flags"]) == ["device-differs;drift"]
