"""Runs a cell's check in this process, as a worker does it: for tests of the workloads that ship."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from gpubench.backend import Fault, Runtime
from gpubench.session import Session
from gpubench.workload import Inputs, Observed, Step, Workload

THREADS = 2


@dataclass(frozen=True)
class Checked:
    """A step after its checked calls. seen: the inputs as the device had them."""

    session: Session[Any]
    step: Step
    seen: Inputs
    observed: Observed
    errors: dict[str, float]
    tolerance: float

    @property
    def excess(self) -> float:
        """The worst error over the tolerance; infinite where one is no number."""
        worst = max((np.inf if np.isnan(error) else error) for error in self.errors.values())
        return float(worst / self.tolerance)


@pytest.fixture(scope="session")
def runtime() -> Callable[[str], Runtime]:
    """Opens the runtime of a backend, once in this process."""
    opened: dict[str, Runtime] = {}

    def open_once(backend: str) -> Runtime:
        if backend not in opened:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
            os.environ.setdefault("KERAS_BACKEND", "tensorflow")
            opened[backend] = importlib.import_module(f"gpubench.backends.{backend}").backend.start(THREADS, "cpu")
        return opened[backend]

    return open_once


@pytest.fixture
def checked(runtime: Callable[[str], Runtime]) -> Callable[..., Checked]:
    """Builds a step, calls it and holds what it shows to the reference; skips what the framework has no kernel for."""

    def check(
        workload: Workload[Any],
        params: Any,
        backend: str,
        mode: str = "",
        precision: str = "float32",
        seed: int = 0,
        plant: Callable[[Step, Session[Any]], Step] | None = None,
    ) -> Checked:
        started = runtime(backend)
        default = importlib.import_module(f"gpubench.backends.{backend}").backend.default_mode
        session = started.open("cpu", precision, mode or default)
        inputs = params.inputs(np.random.default_rng(seed))
        try:
            with session.scope():
                step = workload.builders[backend](params, inputs, session)
                step = plant(step, session) if plant else step
                feeds = [session.place(session.host(feed)) for feed in step.feeds]
                calls = tuple(step.observe(step.call(*feeds)) for _ in range(workload.checked_calls))
                seen = Inputs(
                    {name: session.fetch(session.host(array)) for name, array in inputs.data.items()},
                    {name: session.fetch(session.weight(array)) for name, array in inputs.weights.items()},
                )
        except Exception as error:
            if started.fault(error) is Fault.UNSUPPORTED:
                pytest.skip(f"{backend} has no kernel: {error}")
            raise
        observed = Observed(calls, step.facts, session.unit)
        return Checked(session, step, seen, observed, params.check(seen, observed), params.tolerance(session.unit))

    return check


_EXECUTIONS = (("torch", "eager"), ("tensorflow", "graph"), ("tensorflow", "eager"), ("tensorflow", "xla"))


@pytest.fixture(
    params=[pytest.param(pair, id="-".join(pair), marks=pytest.mark.framework(pair[0])) for pair in _EXECUTIONS]
)
def execution(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Each backend in each of its modes, but for torch's compile, which takes too long to be tried on everything."""
    pair: tuple[str, str] = request.param
    return pair


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.framework(name)) for name in ("torch", "tensorflow")])
def backend(request: pytest.FixtureRequest) -> str:
    """Each backend in its default mode."""
    name: str = request.param
    return name


@pytest.fixture
def rounded() -> Callable[[Any, int], Any]:
    """Rounds float64 to so many bits of significand, to nearest: 8 as bfloat16 has, 11 as TF32 and float16 have."""

    def to_bits(array: Any, bits: int) -> Any:
        fraction, exponent = np.frexp(array)
        return np.ldexp(np.round(fraction * 2.0**bits) / 2.0**bits, exponent)

    return to_bits


@pytest.fixture
def counted_flops(checked: Callable[..., Checked]) -> Callable[..., float]:
    """The operations that torch's own counter sees in one more call of a cell's step."""

    def count(workload: Workload[Any], params: Any) -> float:
        from torch.utils.flop_counter import FlopCounterMode

        made = checked(workload, params, "torch")
        feeds = [made.session.place(made.session.host(feed)) for feed in made.step.feeds]
        with FlopCounterMode(display=False) as counter:
            made.step.call(*feeds)
        return float(counter.get_total_flops())

    return count


@pytest.fixture
def altered() -> Callable[..., Checked]:
    """A checked cell whose last observation is changed by a function of its arrays, checked again."""

    def check(params: Any, right: Checked, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Checked:
        arrays = {name: array.copy() for name, array in right.observed.calls[-1].items()}
        observed = replace(right.observed, calls=(*right.observed.calls[:-1], change(arrays)))
        return replace(right, observed=observed, errors=params.check(right.seen, observed))

    return check
