"""What limits this process, and what would disturb a measurement."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest

from gpubench.machine.environment import environment
from gpubench.machine.finding import Weight
from gpubench.machine.host import Host, disturbances, look_at_host

QUIET = Host({}, "performance", 0.5, 4, 2**40)


def states(host: Host) -> list[str]:
    return [finding.state for finding in disturbances(host)]


@pytest.fixture
def on_one_processor():
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


def test_a_quiet_machine_disturbs_nothing():
    assert states(QUIET) == []


@pytest.mark.parametrize(("load", "processors", "busy"), [(1.0, 4, False), (1.1, 4, True), (1.1, 8, False)])
def test_a_quarter_of_the_processors_may_be_busy(load, processors, busy):
    (*found,) = disturbances(replace(QUIET, load=load, processors=processors))
    assert [finding.state for finding in found] == ["busy"] * busy
    assert all(f"{load:.1f}, on {processors} processors" in finding.reason for finding in found)


@pytest.mark.parametrize(("governor", "told"), [("performance", False), ("", False), ("powersave", True)])
def test_a_governor_that_changes_the_clock_is_told_with_the_command_that_fixes_it(governor, told):
    (*found,) = disturbances(replace(QUIET, governor=governor))
    assert [finding.state for finding in found] == ["cpu-governor"] * told
    assert all(finding.commands == ("sudo cpupower frequency-set --governor performance",) for finding in found)
    assert all(finding.weight is Weight.NOTE for finding in found)


@pytest.mark.parametrize(("free", "full"), [(2**30, False), (2**30 - 1, True)])
def test_a_disk_with_less_than_a_gigabyte_is_full(free, full):
    assert states(replace(QUIET, free_bytes=free)) == ["disk-full"] * full


def test_a_look_tells_what_is_stored_of_a_machine_and_its_limits_too(tmp_path):
    host = look_at_host(tmp_path)
    assert set(environment()) <= set(host.facts)
    assert {"processors allowed", "memory limit", "free disk here", "container"} <= set(host.facts)
    assert host.free_bytes == pytest.approx(shutil.disk_usage(tmp_path).free, abs=2**30)
    assert host.governor in host.facts["CPU governor"]
    assert " " not in host.governor  # "not exposed" is no governor


@pytest.mark.usefixtures("on_one_processor")
def test_processors_are_those_that_affinity_leaves():
    host = look_at_host()
    assert host.processors == 1
    assert host.facts["processors allowed"] == f"1 of {os.cpu_count()}"
