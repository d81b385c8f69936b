"""NVML opened for the worker's own GPU, through libraries that answer as told: which GPU, what it tells, why none."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from gpubench.errors import Unsupported
from gpubench.worker.nvml import NO_FUNCTION, NvmlGpu

BUS = b"00000000:41:00.0"


class Libraries:
    """libcuda shows one GPU on a bus, which NVML knows. broken: a function to what it answers."""

    def __init__(self, **broken: int) -> None:
        self.broken = broken
        self.asked_bus = b""

    def __call__(self, name: str) -> SimpleNamespace:
        functions = {
            "libcuda.so.1": {"cuInit": None, "cuDeviceGet": self._first, "cuDeviceGetPCIBusId": self._bus},
            "libnvidia-ml.so.1": {"nvmlInit_v2": None, "nvmlDeviceGetHandleByPciBusId_v2": self._handle},
        }[name]
        return SimpleNamespace(**{what: self._answering(what, do) for what, do in functions.items()})

    def _answering(self, what, do):
        def answer(*given):
            if what not in self.broken and do is not None:
                do(*given)
            return self.broken.get(what, 0)

        return answer

    def _first(self, device, index):
        assert index == 0
        ctypes.cast(device, ctypes.POINTER(ctypes.c_int))[0] = 5

    def _bus(self, text, size, device):
        assert size >= len(BUS)
        assert device.value == 5
        text.value = BUS

    def _handle(self, bus, handle):
        self.asked_bus = bus.value


def test_the_gpu_is_the_one_that_cuda_sees_first():
    libraries = Libraries()
    NvmlGpu(libraries)
    assert libraries.asked_bus == BUS


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"nvmlInit_v2": 9}, "nvmlInit_v2 answers 9"),
        ({"cuInit": 100}, "cuInit answers 100"),
        ({"cuDeviceGet": 101}, "cuDeviceGet answers 101"),
        ({"cuDeviceGetPCIBusId": 1}, "cuDeviceGetPCIBusId answers 1"),
        ({"nvmlDeviceGetHandleByPciBusId_v2": 6}, "nvmlDeviceGetHandleByPciBusId_v2 answers 6"),
    ],
)
def test_why_the_gpu_can_not_be_asked_is_said(broken, said: str):
    with pytest.raises(Unsupported, match=f"^{said}$"):
        NvmlGpu(Libraries(**broken))


def test_a_machine_without_nvml_is_said():
    def load(name: str):
        raise OSError(f"{name}: cannot open shared object file")

    with pytest.raises(Unsupported, match=r"^libnvidia-ml\.so\.1: cannot open shared object file$"):
        NvmlGpu(load)


def test_a_number_is_what_the_function_writes(nvidia):
    gpu = NvmlGpu(nvidia())
    assert gpu.number("nvmlDeviceGetPowerUsage") == gpu.told("nvmlDeviceGetPowerUsage") == 431_250
    assert gpu.number("nvmlDeviceGetClockInfo", 2) == 2619
    assert gpu.number("nvmlDeviceGetTotalEnergyConsumption", kind=ctypes.c_ulonglong) == 7_000_000_000


def test_what_a_gpu_does_not_tell_is_none_and_not_zero(nvidia):
    gpu = NvmlGpu(nvidia(SPARSE=1))
    assert gpu.told("nvmlDeviceGetPowerUsage") is None
    with pytest.raises(Unsupported, match=r"^nvmlDeviceGetPowerUsage answers 3$"):
        gpu.number("nvmlDeviceGetPowerUsage")


def test_a_function_that_this_nvml_lacks_is_not_told_either(nvidia):
    gpu = NvmlGpu(nvidia())
    assert gpu.code("nvmlDeviceGetTemperatureV", None) == NO_FUNCTION
    assert gpu.told("nvmlDeviceGetTemperatureV") is None
    with pytest.raises(Unsupported, match=r"^there is no nvmlDeviceGetTemperatureV$"):
        gpu.number("nvmlDeviceGetTemperatureV")


@pytest.mark.parametrize(
    ("library", "function"), [("libcuda.so.1", "cuDeviceGetPCIBusId"), ("libnvidia-ml.so.1", "nvmlInit_v2")]
)
def test_a_driver_too_old_to_be_asked_is_said(library: str, function: str):
    libraries = Libraries()

    def load(name: str) -> SimpleNamespace:
        found = libraries(name)
        if name == library:
            delattr(found, function)
        return found

    with pytest.raises(Unsupported, match=f"^there is no {function}$"):
        NvmlGpu(load)
