"""NVML's energy counter through a stub of its library: its unit, its width, and why there is none."""

from __future__ import annotations

import pytest

from gpubench.errors import Unsupported
from gpubench.worker.nvml_energy import NvmlEnergy


def test_millijoules_beyond_32_bits_are_told_in_joules(nvidia):
    assert NvmlEnergy(nvidia()).read() == pytest.approx(7_000_000.0)


def test_a_gpu_without_the_counter_is_said(nvidia):
    with pytest.raises(Unsupported, match=r"^nvmlDeviceGetTotalEnergyConsumption answers 3$"):
        NvmlEnergy(nvidia(SPARSE=1))
