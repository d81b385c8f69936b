"""What NVML tells of GPUs, through its real bindings and a stub of its library, asked in a child as the doctor does."""

from __future__ import annotations

import pytest

from gpubench.machine.cuda import look_at_cuda
from gpubench.machine.nvml import Gpu, Nvml


def test_a_gpu_is_told_with_all_that_it_says_of_itself(driver):
    driver(NVML_DEVICES=2)
    nvml = look_at_cuda().nvml
    assert (nvml.driver, nvml.version, nvml.error) == ("580.65.06", "13.580.65.06", "")
    first, second = nvml.gpus
    assert (first.name, first.memory_bytes, first.capability) == ("Stub 100", 80 * 2**30, "9.0")
    assert (first.pcie, first.pcie_most_lanes) == ("5.0 x8", 16)
    assert len(first.uuid) == len(second.uuid) == 12
    assert first.uuid != second.uuid
    assert "0000-0000" not in repr(nvml)


def test_a_gpu_that_tells_little_is_told_all_the_same(driver):
    driver(NVML_SPARSE=1)
    assert look_at_cuda().nvml.gpus == (Gpu("Stub 100"),)


@pytest.mark.parametrize(
    ("code", "error"), [(9, "DriverNotLoaded"), (18, "LibRmVersionMismatch"), (4, "NoPermission"), (999, "Unknown")]
)
def test_why_nvml_can_not_tell_is_its_own_name_for_it(driver, code, error):
    driver(NVML_INIT=code)
    nvml = look_at_cuda().nvml
    assert nvml == Nvml(error, nvml.said)
    assert nvml.said


def test_a_gpu_off_the_bus_is_no_reason_to_end(driver):
    driver(NVML_LOST=1)
    assert look_at_cuda().nvml.error == "GpuIsLost"


def test_a_machine_without_nvml_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    nvml = look_at_cuda().nvml
    if nvml.gpus:
        pytest.skip("this machine has NVML")
    assert nvml.error == "LibraryNotFound"
