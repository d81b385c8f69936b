"""Are an author's inputs what the harness counts on: plain arrays, the same for the same seed, and no constants?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gpubench.worker.review import hints
from gpubench.worker.review.finding import FAIL, PASS, WARN, Finding
from gpubench.worker.review.line import line_of
from gpubench.workload import Array, Inputs, Params


def drawn(params: Params, seed: int) -> Inputs:
    """The inputs of a seed."""
    return params.inputs(np.random.default_rng(seed))


def of(params: Params, seed: int) -> Iterator[Finding]:
    """The finding of a cell's inputs. What the author's method raises comes through."""
    given: Any = params  # whose method may return anything
    first, again = given.inputs(np.random.default_rng(seed)), drawn(params, seed)
    line = line_of(params.inputs)
    if not isinstance(first, Inputs):
        yield Finding("inputs", FAIL, f"they are a {type(first).__name__}", line, "return gpubench.Inputs(data={...})")
        return
    held, other = {**first.data, **first.weights}, {**again.data, **again.weights}
    wrong = [said for name, array in held.items() if (said := _odd(name, array, other.get(name)))]
    flat = [name for name, array in held.items() if not wrong and array.size > 1 and (array == array.flat[0]).all()]
    if wrong:
        yield Finding("inputs", FAIL, wrong[0], line, hints.INPUTS)
    elif flat:
        yield Finding("inputs", WARN, f"all numbers of {flat[0]} are the same", line, hints.FLAT)
    else:
        yield Finding("inputs", PASS)


def _odd(name: str, array: object, again: Array | None) -> str:
    """What is wrong with an input, in words; empty for nothing."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":  # an author may give anything
        return f"{name} is a {type(array).__name__}, not a NumPy array of numbers"
    if array.dtype.kind == "f" and array.dtype != np.float64:
        return f"{name} is in {array.dtype}, not in float64"
    if again is None or not np.array_equal(array, again):
        return f"{name} differs from one call to the next with the same seed"
    return ""
