"""The axes of a selection: sizes, parameters, precisions, modes and data, as each workload and backend has them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gpubench.backend import Backend
from gpubench.errors import UsageError
from gpubench.selection import Selection
from gpubench.spelling import did_you_mean
from gpubench.workload import DATA, PRECISIONS, Grid, Workload

_DEFAULT_GRIDS = {
    "quick": (Grid(sizes=("small", "medium")),),
    "standard": (Grid(sizes=("smoke", "small", "medium", "large")),),
}


@dataclass(frozen=True)
class Point:
    """One cell but for its device. accelerated: it is for accelerators only."""

    params: Any
    backend: Backend
    precision: str
    mode: str
    data: str
    accelerated: bool = False


@dataclass
class Axes:
    """Expands a selection, and remembers which of the values that were typed some workload has."""

    selection: Selection
    used: set[tuple[str, str]] = field(default_factory=set)

    def points(self, workload: Workload[Any], backends: Sequence[Backend]) -> Iterator[Point]:
        """Every point of a workload; a value that does not apply to it or to a backend gives none."""
        asked = self.selection.params
        own = {name for name in asked if name in workload.parameters}
        if asked and not own:
            return
        for grid in self._grids(workload):
            for params in self._params(workload, grid):
                for backend in backends:
                    if self._limited(workload, backend, params):
                        continue
                    yield from self._variants(workload, grid, params, backend)

    def _grids(self, workload: Workload[Any]) -> tuple[Grid, ...]:
        preset = self.selection.preset
        grids: tuple[Grid, ...] = workload.presets.get(preset, _DEFAULT_GRIDS.get(preset, ()))
        named = tuple(replace(grid, sizes=tuple(s for s in grid.sizes if s in workload.sizes)) for grid in grids)
        return tuple(grid for grid in named if grid.sizes) or (Grid(sizes=tuple(workload.sizes)),)

    def _params(self, workload: Workload[Any], grid: Grid) -> Iterator[Any]:
        asked = {
            name: tuple(self._parsed(workload, name, text) for text in texts)
            for name, texts in self.selection.params.items()
            if name in workload.parameters
        }
        if workload.axis in asked and self.selection.sizes:
            raise _said_twice(workload, self.selection)
        values = {**grid.params, **asked}
        for base in self._sizes(workload, grid):
            for combination in itertools.product(*values.values()):
                made = workload.replaced(base, **dict(zip(values, combination, strict=True)))
                if self.selection.data_dir and workload.with_data is not None:
                    self.used.add(("--data-dir", self.selection.data_dir))
                    made = workload.with_data(made, self.selection.data_dir)
                yield made

    def _sizes(self, workload: Workload[Any], grid: Grid) -> Iterator[Any]:
        if not self.selection.sizes:
            yield from (workload.sizes[name] for name in grid.sizes)
        for text in self.selection.sizes:
            if text in workload.sizes:
                self.used.add(("--size", text))
                yield workload.sizes[text]
            elif (value := _axis_value(workload, text)) is not None:
                self.used.add(("--size", text))
                yield workload.params(next(iter(workload.sizes)), **{workload.axis: value})

    def _parsed(self, workload: Workload[Any], name: str, text: str) -> Any:
        self.used.add(("--param", name))
        return parse(workload, name, text)

    def _limited(self, workload: Workload[Any], backend: Backend, params: Any) -> bool:
        identity = workload.identity(params)
        limits = workload.limits.get(backend.name, {})
        return any(identity[name] not in values for name, values in limits.items())

    def _variants(self, workload: Workload[Any], grid: Grid, params: Any, backend: Backend) -> Iterator[Point]:
        precisions = self.selection.precisions or grid.precisions or workload.precisions[:1]
        modes = self.selection.modes or grid.modes or (backend.default_mode,)
        data = self.selection.data or grid.data or workload.data[:1]
        fitting = {  # each judged by itself: a wrong mode is no fault of the precision beside it
            "--precision": [one for one in precisions if one in workload.precisions and one in backend.precisions],
            "--mode": [one for one in modes if one in backend.modes],
            "--data": [one for one in data if one in workload.data],
        }
        self.used |= {(flag, value) for flag, values in fitting.items() for value in values}
        for precision, mode, where in itertools.product(*fitting.values()):
            yield Point(params, backend, precision, mode, where, grid.accelerated)

    def refuse_unused(self, workloads: Sequence[Workload[Any]], backends: Sequence[Backend]) -> None:
        """Raise UsageError for the first value typed that no workload and backend has."""
        selection = self.selection
        known = {
            # First: a workload that has none of the parameters uses nothing of the rest either.
            "--param": (tuple(selection.params), [name for w in workloads for name in w.parameters]),
            "--size": (selection.sizes, [name for w in workloads for name in w.sizes]),
            "--precision": (selection.precisions, PRECISIONS),
            "--mode": (selection.modes, [name for b in backends for name in b.modes]),
            "--data": (selection.data, DATA),
        }
        for flag, (values, names) in known.items():
            for value in values:
                if (flag, value) not in self.used:
                    meant = "" if value in names else did_you_mean(value, names)
                    raise UsageError(
                        f"{flag} {value}: no selected workload and backend has it{meant}",
                        f"known here: {', '.join(dict.fromkeys(names))}",
                    )
        if selection.data_dir and ("--data-dir", selection.data_dir) not in self.used:
            verb = "trains" if len(workloads) == 1 else "train"
            raise UsageError(
                f"--data-dir {selection.data_dir}: {', '.join(w.name for w in workloads)} {verb} on no files",
                "leave it out, or name a workload that does; `gpubench list -v` says which do",
            )


def parse(workload: Workload[Any], name: str, text: str) -> Any:
    """A parameter's value from its text, in the type that the workload's first size has. Raises UsageError."""
    example = workload.identity(next(iter(workload.sizes.values())))[name]
    try:
        if isinstance(example, bool):
            return {"true": True, "false": False}[text.lower()]
        return _finite(type(example)(text))
    except (ValueError, KeyError) as error:
        raise UsageError(
            f"--param {name}={text}: {workload.name} wants a {type(example).__name__} there",
            f"for example {name}={example}",
        ) from error


def _axis_value(workload: Workload[Any], text: str) -> int | float | None:
    """A size by value, in the type that the axis has, so that it is the cell its name means; None for no such value."""
    example = workload.identity(next(iter(workload.sizes.values())))[workload.axis]
    if not isinstance(example, (int, float)):
        return None
    try:
        value: int | float = _finite(type(example)(text))
    except ValueError:
        return None
    return value


def _finite(value: Any) -> Any:
    """The value. Raises ValueError for NaN and infinities, which results can't hold."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a finite number is expected")
    return value


def _said_twice(workload: Workload[Any], selection: Selection) -> UsageError:
    """Of the axis as a parameter beside sizes: one of the two would silently not be measured."""
    values, axis = ",".join(selection.params[workload.axis]), workload.axis
    return UsageError(
        f"--param {axis}={values} and --size {','.join(selection.sizes)} both say how large {workload.name} is",
        f"say it once: --size {values}",
    )
