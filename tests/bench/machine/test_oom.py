"""The kernel's counters of processes killed for memory."""

from __future__ import annotations

import pytest

from gpubench.machine.oom import oom_kills

EVENTS = "low 0\nhigh 0\nmax 12\noom 3\noom_kill {}\noom_group_kill 9\n"
VMSTAT = "nr_free_pages 1\noom_kill {}\npgfault 77\n"


@pytest.fixture
def files(tmp_path):
    return tmp_path / "memory.events", tmp_path / "vmstat"


def test_both_counters_are_evidence(files):
    for file, text, count in zip(files, (EVENTS, VMSTAT), (2, 5), strict=True):
        file.write_text(text.format(count))
    assert oom_kills(files) == 7


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_that_is_not_there_counts_nothing(files, which: int):
    files[which].write_text((EVENTS, VMSTAT)[which].format(4))
    assert oom_kills(files) == 4


def test_a_kernel_that_does_not_count_shows_none(files):
    files[0].write_text("low 0\noom 3\n")
    assert oom_kills(files) == 0


def test_the_real_counters_do_not_fall():
    first = oom_kills()
    assert oom_kills() >= first >= 0
