"""The product's self-test on the simulated device, on the device's clock: what each check comes to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import cells as grid
import device
import torch
from runtime import SimulatedRuntime
from torch.overrides import TorchFunctionMode

from gpubench.backends.torch import backend
from gpubench.worker.noise import Kernel
from gpubench.worker.selftest.examine import examine
from gpubench.worker.selftest.subject import Subject

LAUNCH_NS, KERNEL_NS = 10_000, 3_000_000
"""An operation is so long that the smallest product is load enough."""


class TensorCores(TorchFunctionMode):
    """Rounds what goes into a product as TF32 does, where its switch is on: float16 has as many bits of mantissa."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function is torch.matmul and args[0].dtype == torch.float32 and torch.backends.cuda.matmul.allow_tf32:
            args = tuple(factor.to(torch.float16).to(torch.float32) for factor in args)
        return function(*args, **(kwargs or {}))


class WithTensorCores(SimulatedRuntime):
    """A simulated device that has TF32."""

    def _require_tf32(self, kind: str) -> None:
        pass

    def open(self, on: str, precision: str, mode: str, /) -> Any:
        session = super().open(on, precision, mode)
        plain = session.scope

        @contextlib.contextmanager
        def scope() -> Iterator[None]:
            with plain(), TensorCores():
                yield

        session.scope = scope
        return session


def audit(only: str) -> dict[str, list[str]]:
    """only: not used. The checks, and of those that did not pass what was found."""
    runtime = WithTensorCores(1, device.NAME)
    accelerator = runtime.accelerator
    accelerator.current = 1  # a wait and an event have to say which device they are for
    accelerator.launch_ns, accelerator.kernel_ns = LAUNCH_NS, KERNEL_NS
    workloads = grid.workloads()
    served = tuple(workload for workload in workloads.values() if backend.name in workload.builders)
    checks = examine(
        Subject(
            backend.name, backend.default_mode, backend.precisions, f"{device.NAME}:0", runtime, accelerator.clock,
            Kernel().read, served, workloads["matmul"],
        )
    )  # fmt: skip
    return {
        "audited": [f"{check.name}: {check.outcome}" for check in checks],
        "found": [f"{check.name}: {check.found}" for check in checks if check.outcome in ("warn", "fail")],
    }
