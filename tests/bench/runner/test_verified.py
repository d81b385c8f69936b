"""What a run records of the self-test: the fact of the very device that its worker was started for."""

from __future__ import annotations

import pytest

from gpubench.machine import verification
from gpubench.machine.verification import Verification
from gpubench.results.records import Env
from gpubench.runner.order import Group, Turn
from gpubench.runner.turns import Turns
from gpubench.runner.verified import model_of, subject_of, verified
from gpubench.worker.job import Start

READY = {
    "versions": {"numpy": "2"},
    "devices": [("cpu", "", None), ("toy:0", "Toy 9000", None), ("toy:1", "Toy X", None)],
}


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_device_that_was_not_tested_has_no_fact():
    assert verified("toy", "toy:0", READY) == {}


def test_a_tested_one_has_the_outcome_and_the_day():
    verification.remember(subject_of("toy", "toy:0", READY), Verification("passed", "2026-11-26"))
    assert verified("toy", "toy:0", READY) == {"selftest": "passed 2026-11-26"}
    assert verified("toy", "toy:1", READY) == {}  # another model
    assert verified("toy", "cpu", READY) == {}


def test_a_worker_that_sees_its_device_alone_counts_it_as_the_first():
    alone = {"versions": {}, "devices": [("cpu", "", None), ("toy:0", "Toy X", None)]}
    assert model_of("toy:1", alone) == "Toy X"
    assert model_of("toy:1", READY) == "Toy X"
    assert model_of("toy:0", {"devices": [("cpu", "", None)]}) == ""


def test_a_run_writes_it_beside_the_facts_of_its_worker(known, fake, told, cell, run_record):
    planned = cell(device="toy:0")
    turn = Turn(0, Group("toy", "toy:0", ""), (planned,))

    def facts() -> dict[str, str]:
        turns = Turns(run_record, known.backends, known.workloads, "", fake(), lambda *_: None)
        (env,) = (found for found in list(turns.carry_out(turn, [planned])) if isinstance(found, Env))
        return env.facts

    assert "selftest" not in facts()
    ready = told(Start("", "toy:0", 1))
    verification.remember(subject_of("toy", "toy:0", ready), Verification("failed", "2026-11-26", ("answers",)))
    assert facts()["selftest"] == "failed 2026-11-26: answers"
    assert "numpy" in facts()
