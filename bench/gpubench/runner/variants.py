"""The cells that an author's workload is reviewed on: every size as it is by default, and the smallest otherwise."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gpubench.axes import Point, parse
from gpubench.backend import Backend
from gpubench.errors import UsageError
from gpubench.spelling import did_you_mean
from gpubench.worker.job import REVIEW, REVIEW_OF_SIZE, REVIEW_OF_VARIANT
from gpubench.workload import Workload


@dataclass(frozen=True)
class Variant:
    """A cell but for its device, and what of it is reviewed."""

    point: Point
    measures: str


def variants(
    workload: Workload[Any], backend: Backend, sizes: Sequence[str] = (), modes: Sequence[str] = ()
) -> Iterator[Variant]:
    """The smallest size in full and in every other way, then each larger one.

    Other ways: each other precision, mode and place of the data, and each value of a parameter that a preset names.
    sizes: the texts that were typed, for these alone. A value that the backend does not have gives nothing.
    Raises UsageError for a size that there is not.
    """
    chosen = _chosen(workload, sizes)
    fitting = [params for params in _ordered(workload, chosen) if _fits(workload, backend, params)]
    precisions = [name for name in workload.precisions if name in backend.precisions]
    chosen_modes = [name for name in backend.modes if not modes or name in modes]
    if not fitting or not precisions or not chosen_modes:
        return
    plain = Point(fitting[0], backend, precisions[0], chosen_modes[0], workload.data[0])
    yield Variant(plain, REVIEW)
    for precision in precisions[1:]:
        yield Variant(replace(plain, precision=precision), REVIEW_OF_VARIANT)
    for mode in chosen_modes[1:]:
        yield Variant(replace(plain, mode=mode), REVIEW_OF_VARIANT)
    for data in workload.data[1:]:
        yield Variant(replace(plain, data=data), REVIEW_OF_VARIANT)
    for params in _otherwise(workload, plain.params):
        if _fits(workload, backend, params):
            yield Variant(replace(plain, params=params), REVIEW_OF_VARIANT)
    for params in fitting[1:]:
        yield Variant(replace(plain, params=params), REVIEW_OF_SIZE)


def _chosen(workload: Workload[Any], sizes: Sequence[str]) -> list[Any]:
    return [_size(workload, text) for text in sizes] or list(workload.sizes.values())


def _size(workload: Workload[Any], text: str) -> Any:
    if text in workload.sizes:
        return workload.sizes[text]
    try:
        return workload.params(next(iter(workload.sizes)), **{workload.axis: parse(workload, workload.axis, text)})
    except UsageError as error:
        raise UsageError(
            f"--size {text}: {workload.name} has no such size{did_you_mean(text, workload.sizes)}",
            f"its sizes: {', '.join(workload.sizes)}; or a value of {workload.axis}",
        ) from error


def _ordered(workload: Workload[Any], chosen: Sequence[Any]) -> list[Any]:
    """Each value of the axis once, as the sizes that were named first have it."""
    distinct = {workload.identity(params)[workload.axis]: params for params in reversed(chosen)}
    if all(isinstance(value, (int, float)) for value in distinct):
        return [distinct[value] for value in sorted(distinct)]
    return list(reversed(distinct.values()))


def _fits(workload: Workload[Any], backend: Backend, params: Any) -> bool:
    identity = workload.identity(params)
    return all(identity[name] in values for name, values in workload.limits.get(backend.name, {}).items())


def _otherwise(workload: Workload[Any], params: Any) -> Iterator[Any]:
    """With each value of a parameter that some preset names, one at a time."""
    identity, seen = workload.identity(params), set()
    for grid in itertools.chain.from_iterable(workload.presets.values()):
        for name, values in grid.params.items():
            for value in values:
                if name != workload.axis and value != identity[name] and (name, value) not in seen:
                    seen.add((name, value))
                    yield workload.replaced(params, **{name: value})
