"""Every cell of a backend, small: each workload that ships with each of its parameters, precisions and modes."""

from __future__ import annotations

import importlib.metadata
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_SHAPES_ALONE = ("layer", "shape")
"""Parameters that change shapes and no line of a step: each value is tried once, with the default of all else."""


@dataclass(frozen=True)
class Cell:
    """A workload with its parameters, at a precision, in a mode."""

    workload: Any
    params: Any
    precision: str
    mode: str

    def __str__(self) -> str:
        identity = self.workload.identity(self.params)
        identity.pop(self.workload.axis)
        return " ".join([self.workload.name, *map(str, identity.values()), self.precision, self.mode])


def workloads() -> dict[str, Any]:
    """The installed workloads by name, imported anew."""
    return {entry.name: entry.load() for entry in importlib.metadata.entry_points(group="gpubench.workloads")}


def cells(backend: Any, *, shapes: bool) -> Iterator[Cell]:
    """Two along the axis: small, and not one, since fake tensors of one element are computed for real.

    shapes: with the values of parameters that change shapes alone.
    """
    for workload in workloads().values():
        default = workload.identity(workload.sizes["smoke"])
        size = {workload.axis: 2}
        values = _values(workload, backend.name)
        for combination in itertools.product(*values.values()):
            chosen = dict(zip(values, combination, strict=True))
            params = workload.params("smoke", **size, **chosen)
            precisions = [each for each in workload.precisions if each in backend.precisions]
            if any(chosen[name] != default[name] for name in _SHAPES_ALONE if name in chosen):
                if shapes and sum(chosen[name] != default[name] for name in chosen) == 1:
                    yield Cell(workload, params, precisions[0], backend.default_mode)
                continue
            for precision, mode in itertools.product(precisions, backend.modes):
                yield Cell(workload, params, precision, mode)


def _values(workload: Any, backend: str) -> dict[str, tuple[Any, ...]]:
    """The values of every parameter but the axis: those that the presets name and the backend has."""
    default = workload.identity(workload.sizes["smoke"])
    limits = workload.limits.get(backend, {})
    found = {name: {value: None} for name, value in default.items() if name != workload.axis}
    for grid in itertools.chain.from_iterable(workload.presets.values()):
        for name, values in grid.params.items():
            found[name] |= dict.fromkeys(values)
    return {
        name: tuple(value for value in values if value in limits.get(name, values)) for name, values in found.items()
    }


def audited(chosen: Iterable[Cell], problems: Callable[[Cell], Iterable[str]]) -> dict[str, list[str]]:
    """What was audited, for a test to see that nothing is missing, and what is wrong with each cell, in words."""
    kinds: set[str] = set()
    found: list[str] = []
    for cell in chosen:
        kinds.add(json.dumps([cell.workload.name, cell.precision, cell.mode]))
        found += [f"{cell}: {problem}" for problem in _said(cell, problems)]
    return {"audited": sorted(kinds), "found": found}


def _said(cell: Cell, problems: Callable[[Cell], Iterable[str]]) -> list[str]:
    try:
        return list(problems(cell))
    except Exception as error:  # whatever a framework raises
        return [f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"]
