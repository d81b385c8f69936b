"""Launches measured into a pool, with the backend on NumPy alone: real workers, no framework."""

from __future__ import annotations

import pytest

from gpubench.selection import Selection


@pytest.fixture
def collect(beside):
    return beside("collect")


@pytest.fixture
def pool(collect, repository):
    """A pool of one toy cell, of so many launches."""
    toy = str(repository / "tests" / "bench" / "plugins" / "toy.py")

    def made(*stages):
        return collect.Pool(
            tuple(
                collect.Stage(
                    Selection(
                        workloads=("doubling",), backends=("toy",), devices=("cpu",), sizes=sizes, plugins=(toy,),
                        params={"fault": (fault,)}, max_time_s=0.01,
                    ),
                    launches,
                )
                for sizes, fault, launches in stages
            )
        )  # fmt: skip

    return made


def in_time():
    return False


class Clock:
    """Says that time is up from the n-th question on."""

    def __init__(self, questions):
        self.left = questions

    def __call__(self):
        self.left -= 1
        return self.left < 0


def test_a_pool_is_gone_on_with_where_a_sitting_ended(collect, beside, pool, tmp_path):
    """The budget ends the first sitting after one worker; the second measures the two that are left, and no more."""
    pools = beside("pools")
    wanted = pool((("4",), "none", 3))
    assert not collect.collect("quiet", wanted, tmp_path, Clock(1))
    assert len(pools.read(tmp_path / "quiet.csv")) == 1
    assert collect.collect("quiet", wanted, tmp_path, in_time)
    found = pools.read(tmp_path / "quiet.csv")
    assert [launch.worker for launch in found] == [("quiet-1", 0, "toy"), ("quiet-2", 0, "toy"), ("quiet-2", 1, "toy")]
    assert all(launch.median_s > 0 and len(launch.samples) >= 3 for launch in found)
    assert set(pools.sittings(tmp_path)) == {"quiet-1", "quiet-2"}
    for facts in pools.sittings(tmp_path).values():
        assert {"date", "gpubench", "threads", "processor", "python", "load average at start"} <= set(facts)
        assert set(facts) <= {"date", "gpubench", "threads", *collect.FACTS}  # a host's name is none of them
    before = (tmp_path / "quiet.csv").read_bytes()
    assert collect.collect("quiet", wanted, tmp_path, in_time)
    assert (tmp_path / "quiet.csv").read_bytes() == before


def test_without_time_nothing_is_measured_and_no_sitting_is_noted(collect, beside, pool, tmp_path):
    assert not collect.collect("quiet", pool((("4",), "none", 1)), tmp_path, Clock(0))
    assert beside("pools").read(tmp_path / "quiet.csv") == []
    assert beside("pools").sittings(tmp_path) == {}


def test_what_one_stage_measured_counts_for_the_next(collect, beside, pool, tmp_path):
    assert collect.collect("quiet", pool((("4",), "none", 1), (("4",), "none", 2)), tmp_path, in_time)
    assert [launch.worker[:2] for launch in beside("pools").read(tmp_path / "quiet.csv")] == [
        ("quiet-1", 0),
        ("quiet-2", 0),
    ]


def test_a_wrong_answer_never_enters_a_pool_and_is_said(collect, beside, pool, tmp_path, capsys):
    assert not collect.collect("quiet", pool((("4",), "wrong", 1)), tmp_path, in_time)
    assert beside("pools").read(tmp_path / "quiet.csv") == []
    assert "toy 4: failed: the output is wrong" in capsys.readouterr().err


def test_the_load_is_there_while_its_pool_is_measured_and_only_then(collect, beside, pool, tmp_path, monkeypatch):
    """Asked at the moment before each worker starts."""
    competitor = beside("competitor")
    loads, seen = [], []

    running = competitor.running

    def watched():
        loads.append(running())
        return loads[-1]

    monkeypatch.setattr(competitor, "running", watched)
    one = pool((("4",), "none", 1))
    collect.collect("load", collect.Pool(one.stages, competing=True), tmp_path, lambda: seen.append(len(loads)) or True)
    collect.collect("quiet", one, tmp_path, lambda: seen.append(len(loads)) or True)
    assert seen == [1, 1]


@pytest.mark.framework("torch", "tensorflow")
def test_the_pools_have_both_closures_under_both_frameworks_with_all_planted_work(collect, beside):
    """Planned by gpubench itself, so that the names in the selections are those of the plug-in."""
    from gpubench.runner.prepared import prepare

    quiet, load = collect.POOLS["quiet"], collect.POOLS["load"]
    cells = prepare(quiet.stages[0].selection).plan.cells
    assert {(cell.backend, cell.size, cell.params["extra"]) for cell in cells} == {
        (backend, n, extra) for backend in ("torch", "tensorflow") for n in (16, 128) for extra in (0, 3, 5, 10, 20)
    }
    assert [stage.launches for stage in (*quiet.stages, *load.stages)] == [24, 48, 40]
    assert (quiet.competing, load.competing) == (False, True)
