"""The resident set of this process: read, its peak reset, and why it can't be where it can't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gpubench.worker.resident import Resident

MIB = 2**20
STATUS = "Name:\tpython\nVmPeak:\t  900 kB\nVmHWM:\t  512 kB\nVmRSS:\t  300 kB\nThreads:\t1\n"


@pytest.fixture
def told(tmp_path: Path) -> Resident:
    """A process of 300 KiB, once 512."""
    (tmp_path / "status").write_text(STATUS, encoding="ascii")
    (tmp_path / "clear_refs").touch()
    return Resident(tmp_path / "status", tmp_path / "clear_refs")


def test_what_linux_says_in_kibibytes_is_told_in_bytes(told: Resident):
    assert (told.now(), told.peak(), told.lacking()) == (300 * 1024, 512 * 1024, "")


def test_the_peak_is_reset_by_a_five(told: Resident):
    told.reset_peak()
    assert told.clear.read_text(encoding="ascii") == "5"


def test_a_kernel_that_resets_no_peak_is_said(told: Resident, tmp_path: Path):
    lacking = Resident(told.status, tmp_path / "none" / "clear_refs").lacking()
    assert (
        lacking == f"the peak of the resident set can't be read: {tmp_path}/none/clear_refs: No such file or directory"
    )


def test_a_status_without_the_peak_is_said(told: Resident):
    told.status.write_text("VmRSS:\t300 kB\n", encoding="ascii")
    assert told.lacking() == f"the peak of the resident set can't be read: {told.status} has no VmHWM"


# In processes of their own: the allocator's rules can't be put back, and earlier tests leave holes in the heap.
_PEAK = """
import numpy as np
from gpubench.worker.resident import Resident, give_back
give_back()
resident = Resident()
resident.reset_peak()
before = resident.now()
np.ones(32 * 2**20, np.uint8)
print(resident.peak() - before, resident.now() - before)
resident.reset_peak()
print(resident.peak() - before)
"""

# An array that is freed raises glibc's threshold, so that the next as large comes from the heap; what lies above that
# one keeps it there. Prints by how much the process has grown when all but the small one are gone.
_FREES = """
import numpy as np
from gpubench.worker.resident import Resident, give_back
{}
before = Resident().now()
for _ in range(2):
    large = np.ones(16 * 2**20, np.uint8)
    small = np.ones(60_000, np.uint8)
    del large
{}
print(Resident().now() - before)
"""


def printed(script: str) -> list[int]:
    """The numbers that a script prints."""
    if lacking := Resident().lacking():
        pytest.skip(lacking)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return [int(number) for number in done.stdout.split()]


def test_the_peak_is_the_array_that_is_gone_again():
    peak, now, reset = printed(_PEAK)
    assert 30 * MIB < peak < 40 * MIB
    assert now < 2 * MIB
    assert reset < 2 * MIB


@pytest.mark.parametrize(
    ("first", "last", "least", "most"),
    [("", "", 12 * MIB, 64 * MIB), ("give_back()", "", -MIB, 4 * MIB), ("", "give_back()", -16 * MIB, 4 * MIB)],
    ids=["never", "before", "after"],
)
def test_freed_arrays_lie_in_no_heap_after_giving_back(first: str, last: str, least: int, most: int):
    (grown,) = printed(_FREES.format(first, last))  # less than nothing: what NumPy's import had freed went too
    assert least < grown < most
