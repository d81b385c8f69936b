"""What one framework in one interpreter says of itself and of the devices that it sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gpubench.backend import CUDA, Backend, Device


@dataclass(frozen=True)
class Framework:
    """A backend as its worker told of it.

    interpreter: the Python that it runs in. absent: why it can't be used at all, empty where it can; hint: what to
    do then; installed: whether it is, as far as that was seen. missing: why it has no accelerator, in its own words.
    log: what it wrote to standard error meanwhile.
    """

    backend: Backend
    interpreter: str
    version: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[Device, ...] = ()
    missing: str = ""
    log: str = ""
    absent: str = ""
    hint: str = ""
    installed: bool = True

    @property
    def cuda_devices(self) -> tuple[Device, ...]:
        """Those of NVIDIA."""
        return tuple(device for device in self.devices if device.kind == CUDA)

    @property
    def wants_cuda(self) -> bool:
        """Whether it is here and knows how to compute on an NVIDIA GPU, whether one is here or not."""
        return not self.absent and CUDA in self.backend.accelerators

    def __str__(self) -> str:
        return f"{self.backend.name} {self.version}".strip()
