"""Every torch step on the simulated device and on the CPU: the same numbers, from the device and from the host."""

from __future__ import annotations

from typing import Any

import accelerator as simulation
import cells as grid
import device
import numpy as np
import torch

from gpubench.backends.torch import backend
from gpubench.backends.torch.session import TorchSession
from gpubench.worker.check import misplaced
from gpubench.worker.prepared import prepare
from gpubench.workload import Array, Arrays

accelerator = simulation.register()
torch.set_num_threads(1)

_OTHER_KERNELS = 1e-5
"""Relative norm: in channels_last tensors have other strides there, and sums another order. All else is equal."""


def problems(cell: grid.Cell) -> list[str]:
    """What is wrong with a cell's step."""
    want, _ = _observed(cell, "cpu", "resident")
    found = []
    for data in cell.workload.data if cell.precision == cell.workload.precisions[0] else ("resident",):
        got, strays = _observed(cell, device.NAME, data)
        found += [f"{data}: {stray}" for stray in strays]
        pairs = [(name, a[name], b[name]) for a, b in zip(got, want, strict=True) for name in b]
        found += [f"{data}: {name} differs" for name, a, b in pairs if _differ(a, b, cell)]
    return found


def _observed(cell: grid.Cell, on: str, data: str) -> tuple[list[Arrays], list[str]]:
    """What the checked calls show, and what lies elsewhere."""
    session = TorchSession(torch.device(on, 0) if on == device.NAME else torch.device(on), cell.precision, cell.mode)
    with session.scope():
        prepared = prepare(cell.workload, backend.name, cell.params, session, seed=0)
        placed = prepared.placed()
        pageable = _noting_pageable(session)
        call = prepared.bind(data, placed)
        seen: list[Arrays] = []
        for _ in range(cell.workload.checked_calls):
            output = call()
            seen.append(prepared.step.observe(output))
        strays = misplaced(prepared, output, placed.feeds) if data == "resident" else ""
        return seen, [strays] if strays else [*_waiting(session, call), *dict.fromkeys(pageable)]


def _noting_pageable(session: TorchSession) -> list[str]:
    """Grows by a word for each feed that is copied to the device from memory that is not page-locked."""
    place, found = session.place, []

    def noting(host: torch.Tensor) -> Any:
        if session.asynchronous and not device.page_locked(host):
            found.append("a feed is copied from pageable memory")
        return place(host)

    session.place = noting
    return found


def _waiting(session: TorchSession, call: Any) -> list[str]:
    """Whether the session's own wait is one: nothing may be left to do after it."""
    call()
    session.complete()
    left = sum(len(queue.pending) for queue in accelerator.queues)
    return [f"{left} operations go on after the wait"] if left else []


def _differ(got: Array, want: Array, cell: grid.Cell) -> bool:
    if "channels_last" in str(cell):
        difference = np.linalg.norm(got - want) / np.linalg.norm(want)
        return bool(not difference <= _OTHER_KERNELS)
    return not np.array_equal(got, want)


def audit(only: str) -> dict[str, list[str]]:
    """only: a part of the names of the cells to look at, empty for all."""
    eager = (cell for cell in grid.cells(backend, shapes=False) if cell.mode == backend.default_mode)
    return grid.audited((cell for cell in eager if only in str(cell)), problems)
