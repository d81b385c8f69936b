"""A workload reviewed cell by cell: in workers that answer as scripted, and in real ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.presence import Presence
from gpubench.runner.review import LIMIT_OF_ALL_S, LIMIT_S, Reviewer
from gpubench.runner.spawner import ProcessSpawner, WorkerDied, WorkerTimedOut
from gpubench.worker.job import REVIEW, TIME

PASSED = {"status": "ok", "findings": [{"check": "output", "level": "pass", "says": "", "line": "", "hint": ""}]}
FAILED = {"status": "ok", "findings": [{"check": "output", "level": "fail", "says": "wrong", "line": "", "hint": ""}]}
TIMED = {"status": "ok", "reason": "", "flags": ["foreign-load"]}


def scripted(job):
    return TIMED if job.measures == TIME else PASSED


@pytest.fixture
def review(known, fake):
    """Reviews the toy's workload; returns what was found and the spawner."""

    def carried_out(answers=scripted, started=None, presence=None, devices=("cpu",), workload=None, **more):
        spawner = fake(measured=answers) if started is None else fake(started=started, measured=answers)
        here = {"toy": presence or Presence(version="1")}
        backends = {"toy": known.backends["toy"]}
        reviewer = Reviewer(backends, here, devices, 1, spawner, load=lambda target: set(), **more)
        plugin = known.workloads["doubling"]
        plugin = replace(plugin, value=replace(plugin.value, **(workload or {})))
        return list(reviewer.review(plugin, known.backends)), spawner

    return carried_out


def subjects(found):
    return [one.subject for one in found]


def by_check(found, name):
    return [finding for one in found for finding in one.findings if finding.check == name]


def test_every_cell_is_reviewed_by_one_worker_and_the_first_is_timed(review):
    found, spawner = review()
    assert subjects(found) == [
        "", "toy cpu n=4 fault=none float32 eager", "toy cpu n=4 fault=none float64 eager",
        "toy cpu n=4 fault=none float32 slow", "toy cpu n=4 fault=none float32 eager data=host",
        "toy cpu n=64 fault=none float32 eager", "toy cpu n=256 fault=none float32 eager",
        "toy cpu n=1024 fault=none float32 eager",
    ]  # fmt: skip
    assert [job.measures for job in spawner.jobs][:3] == [REVIEW, TIME, "review of a variant"]
    assert [finding.level for finding in by_check(found, "timing")] == ["pass"]
    assert len(spawner.workers) == 1
    assert spawner.workers[0].closed


def test_what_fails_is_not_timed(review):
    found, spawner = review(lambda job: FAILED)
    assert TIME not in {job.measures for job in spawner.jobs}
    assert [finding.says for finding in found[1].findings] == ["wrong"]


@pytest.mark.parametrize(
    ("answer", "level", "says"),
    [
        ({"status": "ok", "reason": "", "flags": ["drift", "foreign-load"]}, "warn", "flagged drift"),
        ({"status": "unverified", "reason": "work went on"}, "fail", "unverified: work went on"),
        ({"status": "failed", "reason": "no"}, "fail", "failed: no"),
    ],
)
def test_a_timing_tells_what_a_run_would(answer, level, says, review):
    found, _ = review(lambda job: answer if job.measures == TIME else PASSED)
    (one,) = by_check(found, "timing")
    assert (one.level, one.says) == (level, says)


def test_a_timing_that_only_a_busy_machine_flagged_is_made_again(review):
    flagged = [{"status": "ok", "reason": "", "flags": ["drift"]}] * 2
    found, spawner = review(lambda job: PASSED if job.measures != TIME else flagged.pop() if flagged else TIMED)
    assert [one.level for one in by_check(found, "timing")] == ["pass"]
    assert len([job for job in spawner.jobs if job.measures == TIME]) == 3


def test_a_size_that_takes_too_long_stands_for_all_larger_ones(review):
    found, spawner = review(lambda job: WorkerTimedOut() if job.params["n"] == 64 else scripted(job))
    assert [(one.level, one.says) for one in by_check(found, "time")] == [
        ("skip", f"it took longer than {LIMIT_S:g} s"),
        ("skip", "not tried: a smaller one took too long"),
        ("skip", "not tried: a smaller one took too long"),
    ]
    assert {job.params["n"] for job in spawner.jobs} == {4, 64}


def test_the_smallest_size_must_not_take_long(review):
    found, _ = review(lambda job: WorkerTimedOut() if job.measures == REVIEW else scripted(job))
    assert [one.level for one in by_check(found, "time")] == ["fail"]
    assert len(subjects(found)) == 8


def test_everything_has_more_time_and_is_tried_without_memory(review):
    found, spawner = review(free=lambda: 0, everything=True)
    assert by_check(found, "memory") == []
    assert set(spawner.workers[0].timeouts[1:]) == {LIMIT_OF_ALL_S}


def test_what_does_not_fit_is_not_tried(review):
    found, spawner = review(free=lambda: 3 * 2 * 64 * 8)
    assert {job.params["n"] for job in spawner.jobs} == {4, 64}
    assert [one.level for one in by_check(found, "memory")] == ["skip", "skip"]
    assert "are free" in by_check(found, "memory")[0].says


def test_a_worker_that_died_is_told_and_the_rest_goes_on_in_another(review):
    found, spawner = review(lambda job: WorkerDied("it fell", "SIGSEGV") if job.params["n"] == 64 else scripted(job))
    (one,) = by_check(found, "worker")
    assert one.level == "fail"
    assert one.says.startswith("it fell: worker 0 said this")
    assert len(subjects(found)) == 8
    assert len(spawner.workers) == 2


def test_a_worker_whose_process_is_spoilt_is_replaced(review):
    _, spawner = review(lambda job: {**PASSED, "restart": True} if job.params["n"] == 64 else scripted(job))
    assert len(spawner.workers) == 2


def test_an_answer_without_findings_is_one(review):
    found, _ = review(lambda job: {"status": "failed", "reason": "no such target"})
    assert [one.says for one in by_check(found, "review")] == ["no such target"] * 7


def test_a_worker_that_does_not_start_is_told_once(review):
    found, _ = review(started=lambda start: {"status": "failed", "reason": "no licence"})
    assert [one.says for one in by_check(found, "worker")] == ["the worker did not start: no licence"]
    found, _ = review(started=lambda start: WorkerDied("it fell"))
    assert [one.says for one in by_check(found, "worker")] == ["the worker did not start: it fell: worker 0 said this"]


def test_a_backend_that_is_not_here_is_said(review):
    found, spawner = review(presence=Presence(absent="toy is not installed", hint="pip install toy", devices=()))
    assert subjects(found) == ["", "toy"]
    assert (by_check(found, "backend")[0].says, spawner.workers) == ("toy is not installed", [])


def test_devices_that_the_backend_does_not_have_are_left_out(review):
    assert subjects(review(devices=("cpu", "cuda:0"))[0]) == subjects(review()[0])


def test_nothing_that_fits_the_backend_is_said(review):
    found, _ = review(workload={"precisions": ("bfloat16",)})
    assert [one.level for one in by_check(found, "backend")] == ["skip"]


def test_a_formula_that_raises_is_left_to_the_worker(review, known):
    def fail(self, width):
        raise ValueError("no formula")

    params = known.workloads["doubling"].value.sizes["small"]
    broken = type("Broken", (type(params),), {"work": fail})(64)
    found, spawner = review(workload={"sizes": {"small": broken}})
    assert spawner.jobs
    assert by_check(found, "memory") == []


def test_real_workers_find_nothing_wrong_with_the_toy(known):
    with ProcessSpawner({}) as spawner:
        reviewer = Reviewer({"toy": known.backends["toy"]}, {"toy": Presence(version="1")}, ["cpu"], 1, spawner)
        found = list(reviewer.review(known.workloads["doubling"], known.backends))
    assert len(found) == 8
    assert [(one.subject, finding) for one in found for finding in one.findings if finding.level == "fail"] == []
