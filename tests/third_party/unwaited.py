"""JAX with waits that do not wait, each a backend of its own: what `gpubench run` and `selftest` have to find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gpubench_third_party.jax_backend import jax_backend
from gpubench_third_party.jax_builders import product

from gpubench import Addition, Runtime


def _planted(name: str, wait: Callable[[], None]) -> Any:
    """The backend whose sessions wait so."""

    def start(threads: int, device: str) -> Runtime:
        runtime: Any = jax_backend.start(threads, device)
        opened = runtime.open

        def open_(*arguments: str) -> Any:
            session = opened(*arguments)
            session.complete = wait
            return session

        runtime.open = open_
        return runtime  # type: ignore[no-any-return]

    return replace(jax_backend, name=name, start=start)


def _no_wait() -> None:
    return None


def _barrier() -> None:
    import jax

    jax.effects_barrier()


unwaited, barrier = _planted("unwaited", _no_wait), _planted("barrier", _barrier)
in_unwaited, in_barrier = (Addition("matmul", name, product) for name in ("unwaited", "barrier"))
