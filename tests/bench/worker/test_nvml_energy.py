"""NVML's energy counter through libraries that answer as told: the worker's own GPU, and why there is no counter."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from gpubench.errors import Unsupported
from gpubench.worker.nvml_energy import NvmlEnergy

BUS = b"00000000:41:00.0"


class Libraries:
    """libcuda shows one GPU on a bus; NVML has its counter. broken: a function to what it answers."""

    def __init__(self, *millijoules: int, **broken: int) -> None:
        self.millijoules, self.broken = list(millijoules), broken
        self.asked_bus = b""

    def __call__(self, name: str) -> SimpleNamespace:
        functions = {
            "libcuda.so.1": {"cuInit": None, "cuDeviceGet": None, "cuDeviceGetPCIBusId": self._bus},
            "libnvidia-ml.so.1": {
                "nvmlInit_v2": None, "nvmlDeviceGetHandleByPciBusId_v2": self._handle,
                "nvmlDeviceGetTotalEnergyConsumption": self._energy,
            },
        }[name]  # fmt: skip
        return SimpleNamespace(**{what: self._answering(what, do) for what, do in functions.items()})

    def _answering(self, what, do):
        def answer(*given):
            if what not in self.broken and do is not None:
                do(*given)
            return self.broken.get(what, 0)

        return answer

    def _bus(self, text, size, device):
        assert size >= len(BUS)
        text.value = BUS

    def _handle(self, bus, handle):
        self.asked_bus = bus.value

    def _energy(self, gpu, energy):
        ctypes.cast(energy, ctypes.POINTER(ctypes.c_ulonglong))[0] = self.millijoules.pop(0)


def test_millijoules_are_told_in_joules():
    counter = NvmlEnergy(Libraries(1, 5_000_123, 2**40))
    assert [counter.read(), counter.read()] == pytest.approx([5000.123, 2**40 / 1000])


def test_the_gpu_is_the_one_that_cuda_sees_first():
    libraries = Libraries(1)
    NvmlEnergy(libraries)
    assert libraries.asked_bus == BUS


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"nvmlInit_v2": 9}, "nvmlInit_v2 answers 9"),
        ({"cuInit": 100}, "cuInit answers 100"),
        ({"cuDeviceGet": 101}, "cuDeviceGet answers 101"),
        ({"nvmlDeviceGetHandleByPciBusId_v2": 6}, "nvmlDeviceGetHandleByPciBusId answers 6"),
        ({"nvmlDeviceGetTotalEnergyConsumption": 3}, "nvmlDeviceGetTotalEnergyConsumption answers 3"),
    ],
)
def test_a_gpu_without_the_counter_is_said(broken, said: str):
    with pytest.raises(Unsupported, match=f"^{said}$"):
        NvmlEnergy(Libraries(1, **broken))


def test_a_machine_without_nvml_is_said():
    def load(name: str):
        raise OSError(f"{name}: cannot open shared object file")

    with pytest.raises(Unsupported, match=r"^libnvidia-ml\.so\.1: cannot open shared object file$"):
        NvmlEnergy(load)
