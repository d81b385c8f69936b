"""JAX imported in a worker: devices, versions, settings, and what its exceptions mean."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import jax
import jaxlib

from gpubench import Device, Fault, Unsupported
from gpubench.backend import THREADS
from gpubench_third_party.jax_session import JaxSession

_TASKS, _XLA_THREAD = Path("/proc/self/task"), "tf_XLAEigen"


class JaxRuntime:
    """One JAX in one process, on the CPU."""

    def __init__(self) -> None:
        (self._device,) = jax.local_devices(backend="cpu")

    def versions(self) -> Mapping[str, str]:
        return {"jax": jax.__version__, "jaxlib": jaxlib.__version__, "python": platform.python_version()}

    def settings(self) -> Mapping[str, str]:
        """JAX tells nobody how many threads compute; they are counted by the name that XLA gives them."""
        names = [task.joinpath("comm").read_text(encoding="ascii").strip() for task in _TASKS.iterdir()]
        count = names.count(_XLA_THREAD)
        return {THREADS: str(count)} if count else {}

    def devices(self) -> Sequence[Device]:
        return [Device("cpu", "")]

    def missing(self) -> str:
        return "JAX is used on the CPU alone here"

    def open(self, device: str, precision: str, mode: str, /) -> JaxSession:
        if device != "cpu" or precision not in ("float32", "float64"):
            raise Unsupported(f"{device} in {precision}: this backend has the CPU, in float32 and float64")
        return JaxSession(self._device, precision, mode)

    def fault(self, error: BaseException, /) -> Fault:
        if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
            return Fault.OUT_OF_MEMORY
        if isinstance(error, NotImplementedError) or "UNIMPLEMENTED" in str(error):
            return Fault.UNSUPPORTED
        return Fault.OTHER
