"""Launches kept as rows: what is written is read again, and the committed pools are whole."""

from __future__ import annotations

import statistics
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpubench.results.records import Cell, Launch, Series

POOLS = ("quiet", "load")
WANTED = 40
"""Launches of each plain closure that the committed pools must hold."""
LARGEST = 300_000

medians = st.floats(1e-9, 1e3)
deviations = st.lists(st.floats(0.1, 100), min_size=1, max_size=30)


@pytest.fixture
def pools(beside):
    return beside("pools")


def a_cell(**fields):
    made = {
        "cell_id": "c", "workload": "chain", "version": 1, "axis": "n", "size": 16, "params": {"extra": 5},
        "backend": "torch", "device": "cpu", "precision": "float32", "mode": "eager", "data": "resident",
        "variant": "", "threads": 2, "item": "link", "reason": "",
    }  # fmt: skip
    return Cell(**made | fields)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(median=medians, deviations=deviations, spent=st.floats(0, 1e4))
def test_what_is_written_is_read_to_four_digits(beside, tmp_path_factory, median, deviations, spent):
    pools = beside("pools")
    file = tmp_path_factory.mktemp("pool") / "one.csv"
    samples = tuple(median * deviation for deviation in deviations)
    pools.append(file, [pools.Launch("quiet-1", 3, pools.Condition("torch", 16, 5), median, spent, 7, samples)])
    (read,) = pools.read(file)
    assert (read.worker, read.condition, read.calls) == (("quiet-1", 3, "torch"), pools.Condition("torch", 16, 5), 7)
    assert read.median_s == pytest.approx(median, rel=1e-5)
    assert read.spent_s == pytest.approx(spent, abs=0.006)
    assert read.samples == pytest.approx(samples, rel=1e-5, abs=1e-4 * median)


def test_rows_are_added_below_those_that_are_there(pools, tmp_path):
    launch = pools.Launch("quiet-1", 0, pools.Condition("torch", 16, 0), 1.0, 1.0, 1, (1.0,))
    pools.append(tmp_path / "one.csv", [launch])
    pools.append(tmp_path / "one.csv", [launch, launch])
    assert len(pools.read(tmp_path / "one.csv")) == 3


def test_a_pool_that_was_never_measured_is_empty(pools, tmp_path):
    assert pools.read(tmp_path / "none.csv") == []
    assert pools.sittings(tmp_path) == {}


def test_a_record_gives_its_median_its_cost_and_its_condition(pools):
    record = Launch(
        cell_id="c", device="cpu", launch=4, status="ok", startup_s=1.5, seconds={"build": 0.25, "sampling": 0.5},
        quantities={"step": Series(calls=10, seconds=[3.0, 1.0, 2.0])},
    )  # fmt: skip
    found = pools.of_record("quiet-1", a_cell(), record)
    assert found.condition == pools.Condition("torch", 16, 5)
    assert found.median_s == 0.2
    assert found.spent_s == 2.25
    assert found.samples == (0.3, 0.1, 0.2)


def test_of_many_blocks_thirty_are_kept_from_all_along(pools):
    record = Launch(
        cell_id="c", device="cpu", launch=0, status="ok",
        quantities={"step": Series(calls=1, seconds=[float(number) for number in range(90)])},
    )  # fmt: skip
    kept = pools.of_record("quiet-1", a_cell(), record).samples
    assert len(kept) == pools.SAMPLES
    assert {round(later - earlier) for earlier, later in pairwise(kept)} == {3}


def test_a_cell_without_planted_work_is_a_plain_one(pools):
    record = Launch(
        cell_id="c", device="cpu", launch=0, status="ok", quantities={"step": Series(calls=1, seconds=[1.0])}
    )
    assert pools.of_record("quiet-1", a_cell(params={}), record).condition.extra == 0


def test_facts_of_a_sitting_are_kept_beside_those_of_others(pools, tmp_path):
    pools.note(tmp_path, "quiet-1", {"date": "2026-01-01"})
    pools.note(tmp_path, "load-2", {"date": "2026-01-02"})
    assert pools.sittings(tmp_path) == {"quiet-1": {"date": "2026-01-01"}, "load-2": {"date": "2026-01-02"}}


@pytest.mark.parametrize("name", POOLS)
def test_a_committed_pool_holds_enough_launches_of_every_closure(pools, page, name):
    counts = {
        condition: len(found) for condition, found in pools.by_condition(pools.read(pools.DATA / f"{name}.csv")).items()
    }
    plain = {condition: count for condition, count in counts.items() if condition.extra == 0}
    assert {(condition.backend, condition.n) for condition in plain} == {
        (backend, n) for backend in ("torch", "tensorflow") for n in (16, 128)
    }
    assert min(plain.values()) >= WANTED


@pytest.mark.parametrize("name", POOLS)
def test_a_committed_pool_is_well_formed(pools, page, name):
    file = pools.DATA / f"{name}.csv"
    launches = pools.read(file)
    assert file.stat().st_size < LARGEST
    assert {launch.sitting for launch in launches} <= set(pools.sittings(pools.DATA))
    assert max(Counter((launch.worker, launch.condition) for launch in launches).values()) == 1
    for launch in launches:
        assert launch.median_s > 0
        assert launch.spent_s > 0
        assert launch.calls >= 1
        assert 1 <= len(launch.samples) <= pools.SAMPLES
        if len(launch.samples) < pools.SAMPLES:  # then none was left out, and their median is the launch's
            assert statistics.median(launch.samples) == pytest.approx(launch.median_s, rel=1e-3)


def test_every_committed_sitting_names_its_machine_and_date(pools, page):
    for sitting, facts in pools.sittings(pools.DATA).items():
        frameworks = {"torch"} if sitting.startswith("gate-") else {"torch", "tensorflow"}
        assert {"date", "processor", "threads", "python", "load average at start", *frameworks} <= set(facts)
        assert not any("host" in name for name in facts)
