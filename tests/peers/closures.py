"""What every tool is given to time: calls that gpubench's own builders and sessions make, ready on a device."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gpubench.backend import Backend, Runtime
from gpubench.plugins import find_workloads
from gpubench.worker.prepared import Prepared, prepare

MATMUL = (64, 512, 1024)
LARGE = 4096
"""A product that keeps an accelerator busy for longer than a call takes to issue."""
BATCHES = (32, 128)
ALL_BATCHES = (32, 128, 512)
CPU = "cpu"
FIT_IMAGES = 1024
"""Images of the shorter `fit`; the longer one has twice as many, so that the difference is the steps alone."""


@dataclass(frozen=True)
class Closure:
    """table: `harness`, `shared` or `mnist`. steps: of training in one call, so that times can be given by the step."""

    table: str
    name: str
    mode: str
    workload: str
    params: Mapping[str, Any]
    steps: int = 1
    fit: bool = False


@dataclass(frozen=True)
class Ready:
    """call: what is timed. reset: puts back what it changes. complete: returns when all work is done."""

    call: Callable[[], Any]
    complete: Callable[[], None]
    reset: Callable[[], None] = field(default=lambda: None)


def closures(backend: Backend, device: str) -> list[Closure]:
    """Those of one backend; the harness and Keras are timed on the CPU alone."""
    return _on_cpu(backend) if device == CPU else _accelerated(backend)


def _accelerated(backend: Backend) -> list[Closure]:
    usual = backend.default_mode
    products = [Closure("shared", f"matmul {n}", usual, "matmul", {"n": n}) for n in (*MATMUL, LARGE)]
    return products + [_mnist("mnist", f"MNIST step {n}", mode, n) for n in ALL_BATCHES for mode in backend.modes]


def _on_cpu(backend: Backend) -> list[Closure]:
    usual = backend.default_mode
    found = [Closure("harness", "noop", mode, "noop", {"n": 1}) for mode in backend.modes]
    found += [Closure("shared", f"matmul {n}", usual, "matmul", {"n": n}) for n in MATMUL]
    found += [_mnist("shared", f"MNIST step {batch}", usual, batch) for batch in BATCHES]
    for batch in ALL_BATCHES:
        if batch not in BATCHES:
            found.append(_mnist("mnist", f"MNIST step {batch}", usual, batch))
        found += [_mnist("mnist", f"MNIST step {batch}", mode, batch) for mode in backend.modes if mode != usual]
    return [*found, *_keras(usual)] if "keras" in _styles(backend.name) else found


def _styles(backend: str) -> tuple[str, ...]:
    """The styles of the MNIST step that a backend has."""
    limits = find_workloads().plugins["mnist_cnn_train"].value.limits
    return limits.get(backend, {}).get("style", ("raw", "keras"))


def _keras(mode: str) -> list[Closure]:
    """`train_on_batch`, and `fit` of two lengths."""
    found = []
    for batch in ALL_BATCHES:
        found.append(_mnist("mnist", f"train_on_batch {batch}", mode, batch, style="keras"))
        steps = max(2, FIT_IMAGES // batch)
        for count in (steps, 2 * steps):
            name = f"fit {batch}, {count} steps"
            found.append(_mnist("mnist", name, mode, batch, style="keras", steps=count, fit=True))
    return found


def _mnist(
    table: str, name: str, mode: str, batch: int, style: str = "raw", steps: int = 1, *, fit: bool = False
) -> Closure:
    return Closure(table, name, mode, "mnist_cnn_train", {"batch": batch, "style": style}, steps, fit)


@contextlib.contextmanager
def ready(closure: Closure, backend: Backend, runtime: Runtime, device: str) -> Iterator[Ready]:
    """The closure built, and called once, in its session's scope."""
    workload = find_workloads().plugins[closure.workload].value
    params = workload.params(next(iter(workload.sizes)), **closure.params)
    session = runtime.open(device, "float32", closure.mode)
    with session.scope():
        prepared = prepare(workload, backend.name, params, session, seed=0)
        call = _fit(prepared, closure.steps) if closure.fit else prepared.resident()
        call()
        state = prepared.step.state()
        if not state:
            yield Ready(call, session.complete)
            return
        copies = session.copies(state)
        yield Ready(call, session.complete, functools.partial(session.restore, state, copies))


def _fit(prepared: Prepared, steps: int) -> Callable[[], Any]:
    """`fit` of the model whose `train_on_batch` the step is, on the same images again and again."""
    model = prepared.step.call.__self__  # type: ignore[attr-defined]
    images, labels = (np.concatenate([feed] * steps) for feed in prepared.feeds)
    batch = len(images) // steps
    return functools.partial(model.fit, images, labels, batch_size=batch, epochs=1, shuffle=False, verbose=0)
