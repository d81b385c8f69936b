"""How much of a cell is on the device at once: a size that just fits must not fail because it is checked."""

from __future__ import annotations

import weakref
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement
from gpubench.workload import Step


class OnDevice(np.ndarray):
    """An array that is counted as long as somebody holds it."""


class Ledger:
    """How many arrays of each kind are there, and the most there ever were."""

    def __init__(self) -> None:
        self.held, self.most = Counter(), Counter()

    def put(self, kind: str, array: np.ndarray) -> OnDevice:
        placed = array.copy().view(OnDevice)
        self.held[kind] += 1
        self.most[kind] = max(self.most[kind], self.held[kind])
        weakref.finalize(placed, self._taken, kind)
        return placed

    def _taken(self, kind: str) -> None:
        self.held[kind] -= 1


@pytest.fixture
def most(toy, doubling, ticking):
    """Measures the sum of two vectors, and tells the most of its arrays that were on the device at once."""

    def measured(data: str) -> Counter:
        ledger, runtime = Ledger(), toy.start(1, "cpu")

        def opened(*arguments, plain=runtime.open):
            session = plain(*arguments)
            session.place = lambda host: ledger.put("feed", host)
            return session

        def build(params, inputs, session):
            x = inputs.data["x"]
            return Step(
                lambda a, b: ledger.put("output", np.asarray(a + b)), (x, x.copy()), lambda y: {"y": session.fetch(y)}
            )

        runtime.open = opened
        workload = replace(doubling, builders={"toy": build})
        job = Job("doubling", {"n": 64, "fault": "none"}, "float32", "eager", data, 0, 1, Limits(0.1))
        answer = Measurement("toy", "cpu", runtime, 1, ticking).measure(job, workload)
        assert (answer["status"], answer["reason"]) == ("ok", "")
        assert ledger.held == {"feed": 0, "output": 0}
        return ledger.most

    return measured


@pytest.mark.parametrize("data", ["resident", "host"])
def test_each_feed_is_there_once_and_one_result(most, data: str):
    """From the first call to the last sample: looking where things lie, other data for each feed, the timed calls."""
    assert most(data) == {"feed": 2, "output": 1}
