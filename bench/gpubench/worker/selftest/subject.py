"""What the self-test examines: one backend on one device, with the work to do on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from gpubench.backend import Runtime
from gpubench.worker.gpu_noise import GpuReading
from gpubench.worker.meter import Clock
from gpubench.worker.noise import Counters
from gpubench.worker.peak import Peak
from gpubench.workload import Workload

SEED = 0


@dataclass(frozen=True)
class Request:
    """Examine the backend that this worker was started with. All are targets.

    workloads: those with a step for it. product: the one whose calls keep the device busy, empty where there is none.
    """

    backend: str
    workloads: tuple[str, ...]
    product: str

    def message(self) -> dict[str, Any]:
        """As JSON values."""
        return {"kind": "selftest", **asdict(self)}


@dataclass(frozen=True)
class Subject:
    """backend, mode, precisions: as declared. counters: tell what else goes on on the machine.

    product: a workload that does no less than its formula says, if any.
    peak: what the device can do by theory, where it is known. look: how a GPU is doing; None for another device.
    """

    backend: str
    mode: str
    precisions: tuple[str, ...]
    device: str
    runtime: Runtime
    clock: Clock
    counters: Callable[[], Counters]
    workloads: tuple[Workload[Any], ...]
    product: Workload[Any] | None
    peak: Peak | None = None
    look: Callable[[], GpuReading] | None = None


def by_work(product: Workload[Any]) -> list[Any]:
    """The parameters of each size, the least work first."""
    return sorted(product.sizes.values(), key=lambda params: float(params.work(4).flops))
