"""Who else is on the GPU: told apart by process, by namespace and by slice, and left untold where it can't be."""

from __future__ import annotations

import os

import pytest

from gpubench.worker.nvml import NvmlGpu
from gpubench.worker.nvml_processes import Neighbours, Process, Processes, Use, counted, share_of_others

WHOLE = 0xFFFFFFFF
OWN = 42


def on(*pids: int, gpu_instance: int = WHOLE) -> list[Process]:
    return [Process(pid, 0, gpu_instance, WHOLE) for pid in pids]


def using(**percents: int) -> list[Use]:
    return [Use(int(pid.removeprefix("p")), 1000, percent) for pid, percent in percents.items()]


@pytest.mark.parametrize(
    ("compute", "graphics", "others", "computing"),
    [
        pytest.param(on(OWN), [], 0, 0, id="alone"),
        pytest.param(on(OWN, 7), [], 1, 1, id="another computes"),
        pytest.param(on(7, OWN, 8), on(9), 3, 2, id="two compute, one draws"),
        pytest.param(on(OWN), on(7, 8), 2, 0, id="a desktop"),
        pytest.param(on(OWN, 7), on(7), 1, 0, id="one draws and computes"),
        pytest.param(on(OWN, 7), on(OWN), 1, 1, id="we draw as well"),
        pytest.param(on(90_001), [], 0, 0, id="alone, in a container"),
        pytest.param(on(90_001, 90_002), on(90_003), 2, 1, id="not alone, in a container"),
        pytest.param([], [], None, None, id="hidden"),
        pytest.param([], on(7), None, None, id="hidden, and a desktop"),
        pytest.param(on(OWN, gpu_instance=1) + on(7, gpu_instance=2), [], 0, 0, id="another slice"),
        pytest.param(on(OWN, 7, gpu_instance=1) + on(8, gpu_instance=2), [], 1, 1, id="our slice"),
        pytest.param(on(OWN, gpu_instance=1), on(7, gpu_instance=2), 0, 0, id="drawing on another slice"),
        pytest.param(on(7, gpu_instance=1) + on(8, gpu_instance=2), [], None, None, id="which slice is ours?"),
    ],
)
def test_others_are_counted_without_this_process(compute, graphics, others: int | None, computing: int | None):
    assert counted(compute, graphics, OWN) == (others, computing)


@pytest.mark.parametrize(
    ("uses", "share"),
    [
        pytest.param(using(p42=90), 0.0, id="alone"),
        pytest.param(using(p42=60, p7=25, p8=10), 0.35, id="two others"),
        pytest.param(using(p42=60, p7=4_294_967), 0.0, id="nonsense"),
        pytest.param(using(p90001=60, p90002=25), None, id="another namespace's numbers"),
        pytest.param([], None, id="nobody"),
    ],
)
def test_the_share_of_others_is_told_where_ours_is(uses, share: float | None):
    assert share_of_others(uses, OWN) == (None if share is None else pytest.approx(share))


@pytest.fixture
def looked(nvidia):
    """One look through the stub of the library."""

    def look(**how) -> Neighbours:
        return Processes(NvmlGpu(nvidia(**how))).look()

    return look


def test_the_library_s_structures_are_read(looked):
    own = os.getpid()
    found = looked(COMPUTE=f"{own}:3 7:3 8:4", GRAPHICS="9:3", USES=f"{own}:70 7:20")
    assert found == Neighbours(others=2, computing=1, share=pytest.approx(0.2))


def test_a_crowd_larger_than_the_first_buffer_is_counted(looked):
    crowd = " ".join(f"{pid}:1" for pid in range(1, 101))
    assert looked(COMPUTE=f"{os.getpid()}:1 {crowd}").others == 100


@pytest.mark.parametrize(
    ("refused", "found"),
    [
        ("nvmlDeviceGetComputeRunningProcesses_v2", Neighbours(None, None, 0.2)),
        ("nvmlDeviceGetGraphicsRunningProcesses_v2", Neighbours(1, 1, 0.2)),
        ("nvmlDeviceGetProcessUtilization", Neighbours(2, 1, None)),
    ],
)
def test_what_one_function_refuses_the_others_still_tell(looked, refused: str, found: Neighbours):
    own = os.getpid()
    how = {"COMPUTE": f"{own}:1 7:1", "GRAPHICS": "9:1", "USES": f"{own}:70 7:20"}
    assert looked(**how, REFUSES=refused) == found


def test_a_gpu_that_tells_nothing_has_no_neighbours_that_we_know_of(looked):
    assert looked(SPARSE=1) == Neighbours(None, None, None)


def test_of_the_share_only_what_is_new_since_the_last_look_is_told(nvidia, monkeypatch):
    own = os.getpid()
    processes = Processes(NvmlGpu(nvidia(USES=f"{own}:70 7:20", USED_AT=1000)))
    assert processes.look().share == pytest.approx(0.2)
    assert processes.look().share is None
    monkeypatch.setenv("STUB_NVML_USED_AT", "2000")
    monkeypatch.setenv("STUB_NVML_USES", f"{own}:70")
    assert processes.look().share == 0
