"""Is the work right? Outputs against the float64 reference, where they lie, and whether they depend on their inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpubench.backend import Runtime
from gpubench.errors import Unsupported
from gpubench.session import OperationWatch, PlacedStep
from gpubench.worker.prepared import Prepared, other_feeds, prepare
from gpubench.workload import Arrays, Observed, Workload

_FLOAT32_UNIT, _TF32_UNIT = 2.0**-24, 2.0**-11
_TF32_ERRS_MORE = 10
"""A product in TF32 errs by ten times what float32 may, and more: what errs by less has too tight a tolerance."""


@dataclass(frozen=True)
class Verdict:
    """What the check found. errors by name, null for a value that is no number; wrong: empty, or why in words.

    flags: what the answer, though right, says against the number to come.
    """

    errors: Mapping[str, float | None]
    tolerance: float
    wrong: str
    flags: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the cell may be measured."""
        return not self.wrong


def check(workload: Workload[Any], prepared: Prepared, first_output: Any, call: Callable[[], Any]) -> Verdict:
    """Observe `checked_calls` calls, the first of which was made already, and hold them to the reference."""
    calls = [prepared.step.observe(first_output)]
    calls += [prepared.step.observe(call()) for _ in range(workload.checked_calls - 1)]
    unit = prepared.session.unit
    observed = Observed(tuple(calls), prepared.step.facts, unit)
    errors = prepared.params.check(prepared.seen, observed)
    tolerance = prepared.params.tolerance(unit)
    shown = {name: finite(error) for name, error in errors.items()}
    wrong = _exceeding(errors, tolerance, "the output")
    if wrong and _rounds_as_tf32(workload, prepared, errors):
        wrong += ", but would be in tf32: the products were rounded as TF32 rounds, unasked"
    return Verdict(shown, tolerance, wrong)


def _rounds_as_tf32(workload: Workload[Any], prepared: Prepared, errors: Mapping[str, float]) -> bool:
    """Whether errors of products far too large for float32 are within what TF32 may err.

    Not asked on a device that is not asynchronous: the CPU, which has no TF32.
    """
    session, tolerance = prepared.session, prepared.params.tolerance
    if session.unit != _FLOAT32_UNIT or not session.asynchronous:
        return False
    if not _shows_rounding_of_products(workload, prepared) or _exceeding(errors, tolerance(_TF32_UNIT), ""):
        return False
    return bool(_exceeding(errors, _TF32_ERRS_MORE * tolerance(_FLOAT32_UNIT), ""))


def tf32_without_effect(workload: Workload[Any], prepared: Prepared, errors: Mapping[str, float | None]) -> bool:
    """Whether a cell of tf32 errs as float32 may: its products were not rounded as TF32 rounds."""
    if not _shows_rounding_of_products(workload, prepared):
        return False
    return not _exceeding(_numbers(errors), prepared.params.tolerance(_FLOAT32_UNIT), "")


def _shows_rounding_of_products(workload: Workload[Any], prepared: Prepared) -> bool:
    """Whether errors tell how products were rounded.

    Training with a recipe errs in other ways, and work with less than an operation for a byte is not made of products.
    """
    work = prepared.params.work(prepared.session.width)
    return workload.recipe is None and work.flops > work.bytes


def check_recipe(workload: Workload[Any], backend: str, params: Any, runtime: Runtime, cell: Cell) -> Verdict:
    """The small float64 twin of the cell against the reference: finds faults that rounding would hide.

    Raises Unsupported where the device has no float64.
    """
    if workload.recipe is None:
        raise Unsupported("the workload has no recipe")
    session = runtime.open(cell.device, "float64", cell.mode)
    with session.scope():
        prepared = prepare(workload, backend, workload.recipe(params), session, cell.seed)
        call = prepared.placed()
        verdict = check(workload, prepared, call(), call)
    tolerance = workload.recipe_tolerance
    errors = {f"recipe {name}": error for name, error in verdict.errors.items()}
    return Verdict(errors, tolerance, _exceeding(_numbers(errors), tolerance, "the recipe in float64"))


@dataclass(frozen=True)
class Cell:
    """What of a cell decides its recipe's session and data."""

    device: str
    mode: str
    seed: int


def misplaced(prepared: Prepared, output: Any, feeds: Sequence[Any]) -> str:
    """Why the work did not run on its device, in words; empty where its placed feeds, outputs and state lie on it."""
    # A scalar of the state may lie on the host: torch's unfused Adam counts its steps there by design.
    state = [tensor for tensor in prepared.step.state() if getattr(tensor, "ndim", 1)]
    lying = {"output": output, "weight or optimiser state": state, "input": feeds}
    for what, tensors in lying.items():
        strays = prepared.session.strays(tensors)
        if strays:
            return f"{what} is not on the device: {strays[0]}"
    return ""


def fallen_back(prepared: Prepared, call: Callable[[], Any]) -> str:
    """Why the work did not all run on its device, in words, by one more call; empty where it did, or none can say.

    Not asked on a device that is not asynchronous: there the CPU is the device.
    """
    session = prepared.session
    if not session.asynchronous or not isinstance(session, OperationWatch):
        return ""
    strays = session.stray_operations(call)
    return f"part of the work is not done on the device: {strays[0]}" if strays else ""


def uncompiled(prepared: Prepared, mode: str) -> str:
    """Why the calls made so far were not what the mode is, in words; empty where they were, or none can say."""
    if prepared.session.traces() == 0:
        return f"nothing was compiled: mode {mode} was prepared, and the step calls the function as it was before"
    return ""


def folded(prepared: Prepared, placed: PlacedStep, seed: int) -> str:
    """Why the output can't come from the inputs, in words; empty where each feed changes some output.

    A compiler may have folded the work into a constant, with the right answer. State and feeds are left as they were.
    """
    step, session = prepared.step, prepared.session
    if not step.feeds:
        return "" if _idle(prepared) else "the step takes no feeds: its data is closed over, and may be folded away"
    state = step.state()
    copies = session.copies(state)

    def observed() -> Arrays:
        shown = step.observe(placed())
        session.restore(state, copies)
        return shown

    plain = observed()
    for index, feed in enumerate(prepared.feeds):
        placed.fill(index, session.host(other_feeds(step.feeds, index, seed)[index]))
        changed = observed()
        placed.fill(index, feed)
        if all(np.array_equal(plain[name], changed[name]) for name in plain):
            return f"the output is the same for different data in feed {index}: the work was folded away"
    return ""


def _idle(prepared: Prepared) -> bool:
    work = prepared.params.work(prepared.session.width)
    return work.flops == 0 and work.bytes == 0


def finite(number: float) -> float | None:
    """The number as a record has it: null for NaN and infinities."""
    return float(number) if math.isfinite(number) else None


def _numbers(errors: Mapping[str, float | None]) -> dict[str, float]:
    return {name: math.nan if error is None else error for name, error in errors.items()}


def _exceeding(errors: Mapping[str, float], tolerance: float, what: str) -> str:
    for name, error in errors.items():
        if not error <= tolerance:  # NaN too
            return f"{what} is wrong: error of {name} is {error:.3g}, at most {tolerance:.3g} is right"
    return ""
