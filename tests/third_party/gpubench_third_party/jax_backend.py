"""JAX on the CPU, declared; nothing here imports it."""

from __future__ import annotations

from collections.abc import Mapping

from gpubench import Backend, Runtime


def environment(threads: int, device: str) -> Mapping[str, str]:
    """XLA makes its threads when JAX first looks for devices, as many as NPROC says."""
    return {"JAX_PLATFORMS": "cpu", "NPROC": str(threads)}


def start(threads: int, device: str) -> Runtime:
    """Imports JAX."""
    from gpubench_third_party.jax_runtime import JaxRuntime

    return JaxRuntime()


jax_backend = Backend(
    name="jax",
    distribution="jax",
    modes={"jit": "jax.jit around the whole step", "eager": "each operation as Python reaches it"},
    precisions=("float32", "float64"),
    accelerators=(),
    environment=environment,
    start=start,
)
