"""PyTorch with a simulated device; the product's own runtime in all else."""

from __future__ import annotations

import accelerator
import device

from gpubench.backend import Device
from gpubench.backends.torch.runtime import TorchRuntime

MODEL = "simulated device: no GPU, the CPU computes"


class SimulatedRuntime(TorchRuntime):
    """Finds one simulated device on every machine."""

    def __init__(self, threads: int, on: str) -> None:
        self.accelerator = accelerator.register()
        super().__init__(threads, on)

    def devices(self) -> list[Device]:
        cpu = super().devices()[0]
        return [cpu, Device(f"{device.NAME}:0", MODEL)]

    def missing(self) -> str:
        return ""
