"""Amounts of work by themselves, and the formula beside what a framework counts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gpubench.worker.review.amounts import of_itself, of_the_counter
from gpubench.workload import Work

FEEDS = (np.zeros((4, 8)), np.zeros(4, dtype=np.int64))


def author():
    """What a finding points at."""


def found(work):
    (finding,) = of_itself(work, FEEDS, 4, author)
    return finding


def test_right_amounts_pass():
    assert found(Work(64, 128, 4)).level == "pass"


@pytest.mark.parametrize(
    ("work", "level", "says"),
    [
        (Work(math.nan, 128, 4), "fail", "the work has nan flops; a finite number is expected"),
        (Work(64, math.inf, 4), "fail", "the work has inf bytes"),
        (Work(-1, 128, 4), "fail", "it has -1 flops"),
        (Work("64", 128, 4), "pass", ""),
        (Work("many", 128, 4), "fail", "could not convert"),
        (Work(64, 128, 0), "warn", "it has 0 items"),
        (Work(64, 127, 4), "warn", "it has 127 bytes, and its feeds alone take 128"),
        ((64, 128, 4), "fail", "it is a tuple"),
        (None, "fail", "it is a NoneType"),
    ],
)
def test_a_mistake_is_said_with_its_line(work, level, says):
    finding = found(work)
    assert finding.level == level
    assert says in finding.says
    if level != "pass":
        assert finding.line == f"{__file__}:{author.__code__.co_firstlineno}"
        assert finding.hint


class Counts:
    """A framework that counts so many operations."""

    def __init__(self, operations):
        self.operations = operations

    def count_operations(self, call):
        call()
        return self.operations


@pytest.mark.parametrize(
    ("counted", "level"),
    [
        (1000.0, "pass"),
        (1009.0, "pass"),
        (950.0, "warn"),
        (1200.0, "warn"),
        (2000.0, "fail"),
        (500.0, "fail"),
        (0.0, "skip"),
    ],
)
def test_the_formula_is_held_to_the_count(counted, level):
    finding = of_the_counter(Work(1000, 1, 1), lambda: None, Counts(counted), author)
    assert finding.level == level
    if level in ("warn", "fail"):
        assert finding.says == f"the formula has 1000 operations, the framework counted {counted:.6g} in products"
        assert "a multiply-add as two" in finding.hint


def test_a_framework_without_a_right_counter_is_not_asked():
    finding = of_the_counter(Work(1000, 1, 1), lambda: None, object(), author)
    assert (finding.level, finding.says) == ("skip", "the framework has no counter of operations that is right")
