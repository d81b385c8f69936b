"""What calls leave behind is seen, and what they only use is not."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from gpubench.worker.resident import Resident
from gpubench.worker.review.growth import CALLS, Holdings, Reading, growth

MIB = 2**20


def grown(*, blocks=(0, 0), counted=None, resident=(0,)):
    """What is found by readings: a resting one for what it costs itself, then one a window; the last one stays."""

    def read_all():
        rows = itertools.zip_longest(blocks, (*[counted[0]] * 2, *counted[1:]) if counted else (), (0, *resident))
        last = [0, 0 if counted else None, 0]
        for row in rows:
            last = [now if now is not None else was for now, was in zip(row, last, strict=True)]
            yield Reading(*last)
        while True:
            yield Reading(*last)

    freed = Reading(blocks[0] + 1000, 0 if counted else None, 0)  # by the very first reading
    read = itertools.chain((freed,), read_all()).__next__
    return growth(lambda: None, lambda: None, read, itertools.count(0.0, 1e-6).__next__)


def line(start, step, count=14):
    return [start + step * index for index in range(count)]


def test_a_step_that_keeps_nothing_leaves_nothing():
    assert grown() is None


@pytest.mark.parametrize(("each", "objects"), [(105, 1), (305, 3)], ids=["one", "three"])
def test_python_objects_that_are_kept_are_counted_less_those_of_a_reading(each, objects):
    found = grown(blocks=[100, *line(105, each)])
    assert found.says == f"each call leaves {objects} or more Python objects behind"
    assert found.certain


@pytest.mark.parametrize(
    "blocks",
    [
        [0, 0, 5000, 5000],
        [0, 0, 100, 200, 210],
        [0, 20, *line(120, 100)],
        [0, 0, 470, 612, 727, 700],
        [0, 0, 900, 1500, 1900, 2100, 2200, 2250],
    ],
    ids=["at once", "in two windows", "with the readings alone", "PyTorch's compiler", "less and less"],
)
def test_what_settles_is_no_growth(blocks):
    assert grown(blocks=blocks) is None


def test_what_is_kept_is_found_once_all_else_has_settled():
    found = grown(blocks=[0, 0, 900, 1500, *line(1700, 100)])
    assert found.certain
    assert found.says.startswith("each call leaves 1 or more")


def test_what_grows_less_and_less_to_the_end_is_likely_only():
    steps = [round(10_000 * 0.7**index) for index in range(13)]
    found = grown(blocks=[0, *itertools.accumulate(steps, initial=0)])
    assert not found.certain


def test_the_frameworks_own_count_is_believed_to_the_byte():
    found = grown(counted=line(0, 8))
    assert (found.says, found.certain) == (f"{CALLS} calls leave 8 bytes of the framework's memory behind", True)
    assert grown(counted=[0, 8, 16, 16]) is None


def test_the_size_of_the_process_makes_it_likely_only():
    found = grown(resident=line(0, 2 * MIB))
    assert (found.says, found.certain) == (f"{CALLS} calls leave 2.0 MiB in the process", False)
    assert grown(resident=[0, 2 * MIB, 4 * MIB, 4 * MIB]) is None


def test_a_slow_step_is_called_less_often():
    calls = []
    nothing = Reading(0, None, 0)
    growth(lambda: calls.append(1), lambda: None, lambda: nothing, itertools.count(0.0, 0.15).__next__)
    assert len(calls) == 4 * 16


class Holds:
    """A framework's counter that counts what a step keeps."""

    def __init__(self):
        self.kept = []

    def reset_peak(self):
        return None

    def peak_bytes(self):
        return 8 * len(self.kept)

    def keeps(self):
        self.kept.append(object())


_REAL = """
from gpubench.worker.resident import Resident
from gpubench.worker.review.growth import Holdings, growth

kept = []
steps = {"keeps": lambda: kept.append(object()), "drops": lambda: [object() for _ in range(100)]}
print(growth(steps["STEP"], lambda: None, Holdings(None, Resident()).read))
"""


def found_in_a_fresh_process(step: str) -> str:
    """As a worker's is: in one that is old, what a step keeps may fit into what others have freed."""
    script = _REAL.replace("STEP", step)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_a_real_list_that_is_appended_to_is_found():
    found = found_in_a_fresh_process("keeps")
    assert "certain=True" in found
    assert "Python objects" in found


def test_a_real_step_that_only_uses_memory_is_not():
    assert found_in_a_fresh_process("drops") == "None\n"


def test_the_frameworks_counter_is_read_after_what_it_was_told_to_forget():
    holds = Holds()
    assert Holdings(holds, Resident()).read().counted == 0
    holds.keeps()
    assert Holdings(holds, Resident()).read().counted == 8


def test_a_system_that_does_not_tell_a_process_s_size_is_no_hindrance(tmp_path):
    assert Holdings(None, Resident(tmp_path / "none", tmp_path / "none")).read().resident == 0
