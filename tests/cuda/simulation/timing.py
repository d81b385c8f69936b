"""The product's measurement of torch steps on a simulated device, whose times are known, on the device's clock.

What its host reads and what its events say, and what the analysis makes of both.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cells as grid
import device
import recorded
from runtime import SimulatedRuntime

from gpubench.backends.torch import backend
from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement
from gpubench.worker.prepared import prepare

REGIMES = {"compute-bound": (0.02, 1), "launch-bound": (1, 0.25)}
"""How long an operation takes to launch and to compute, in units of its workload."""
_UNIT_NS = {"matmul": 3_000_000, "mnist_cnn_train": 700_000}
"""One operation a call, and about 80: so long that a few calls make a block."""
_OF_LOAD = {"foreign-load", "steal", "throttled", "more-threads", "powersave"}
"""Flags of this machine's processors, which are real."""


@dataclass(frozen=True)
class Truth:
    """Seconds of one call."""

    step: float
    dispatch: float
    latency: float
    device: float


def problems(name: str, regime: str) -> Iterator[str]:
    """What the measurement of a workload gets wrong, in words."""
    runtime = SimulatedRuntime(1, device.NAME)
    accelerator = runtime.accelerator
    accelerator.current = 1  # a wait has to say which device it is for
    accelerator.launch_ns, accelerator.kernel_ns = (round(_UNIT_NS[name] * units) for units in REGIMES[regime])
    workload = grid.workloads()[name]
    params = workload.params("smoke", **{workload.axis: 2})
    job = Job(name, workload.identity(params), "float32", backend.default_mode, "resident", 0, 0, Limits(1.0))
    answer = Measurement(backend.name, f"{device.NAME}:0", runtime, 1, accelerator.clock).measure(job, workload)
    if answer["status"] != "ok":
        yield f"{answer['status']}: {answer['reason']}"
    if "quantities" not in answer:
        return
    truth = _truth(workload, params, runtime)
    for quantity in ("step", "dispatch", "latency", "device"):
        if quantity not in answer["quantities"]:
            yield f"{quantity} is not measured"
            continue
        found = answer["quantities"][quantity]
        seconds = statistics.median(found["seconds"]) / found["calls"]
        if abs(seconds / getattr(truth, quantity) - 1) > 0.01:
            yield f"{quantity} is {seconds / getattr(truth, quantity):.3f} of the truth"
    cell = recorded.cell(answer, job, workload)
    bound = {"dispatch-bound"} if regime == "launch-bound" else set()
    flags = {flag for flag in cell.flags if flag not in _OF_LOAD}
    if flags != bound:
        yield f"flags: {sorted(flags)}"
    if cell.device_s is None:
        yield "the frame has no device time"


def _truth(workload: Any, params: Any, runtime: SimulatedRuntime) -> Truth:
    """By the operations that the device took for one call."""
    accelerator = runtime.accelerator
    session = runtime.open(f"{device.NAME}:0", "float32", backend.default_mode)
    queue = accelerator.queues[0]
    with session.scope():
        call = prepare(workload, backend.name, params, session, seed=0).resident()
        call()
        before = queue.launched
        call()
        count = queue.launched - before
    session.complete()
    launch, kernel = accelerator.launch_ns * 1e-9, accelerator.kernel_ns * 1e-9
    longer, shorter = max(launch, kernel), min(launch, kernel)
    return Truth(count * longer, count * launch, count * longer + shorter, device=count * longer)


def audit(only: str) -> dict[str, list[str]]:
    """only: a part of the names of the cases to look at, empty for all."""
    cases = [(name, regime) for regime in REGIMES for name in _UNIT_NS if only in f"{regime} {name}"]
    found = [f"{regime} {name}: {problem}" for name, regime in cases for problem in problems(name, regime)]
    return {"audited": [f"{regime} {name}" for name, regime in cases], "found": found}
