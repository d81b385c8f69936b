"""One cell measured once: build, first call, check, warm-up, calibration, samples, single calls."""

from __future__ import annotations

import contextlib
import functools
import gc
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gpubench.backend import THREADS, Fault, Runtime
from gpubench.errors import Unsupported
from gpubench.worker import audit
from gpubench.worker import check as checks
from gpubench.worker.calibration import Calibration, calibrate
from gpubench.worker.job import Job
from gpubench.worker.meter import NANO, Clock, Meter
from gpubench.worker.noise import Kernel, Watch
from gpubench.worker.prepared import Prepared, prepare
from gpubench.worker.sampling import Samples, sample, singles
from gpubench.worker.warmup import warm_up
from gpubench.workload import Params, Work, Workload

RESIDUAL_SHARE, RESIDUAL_WAITS = 0.02, 3


@dataclass
class Stages:
    """Seconds spent in each stage of one cell, by the wall clock."""

    clock: Clock
    seconds: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = self.clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + (self.clock() - start) * NANO


@dataclass
class Measurement:
    """Measures cells in one worker; `recipes` remembers the verdicts on recipes that this process has checked.

    threads: how many the framework was told to compute with. watch: sees what else goes on meanwhile.
    """

    backend: str
    device: str
    runtime: Runtime
    threads: int
    clock: Clock = time.perf_counter_ns
    watch: Watch = field(default_factory=lambda: Watch(Kernel().read))
    recipes: dict[object, checks.Verdict | str] = field(default_factory=dict)

    def measure(self, job: Job, workload: Workload[Any]) -> dict[str, Any]:
        """The fields of a launch record. What the framework or the workload raises comes through."""
        stages = Stages(self.clock)
        params = parameters(workload, job)
        session = self.runtime.open(self.device, job.precision, job.mode)
        with session.scope():
            with stages.stage("build"):
                prepared = prepare(workload, self.backend, params, session, job.seed)
                call = prepared.resident()
            with stages.stage("first call"):
                output = call()
                session.complete()
            with stages.stage("check"):
                verdict, facts = self._checked(workload, prepared, output, call, job)
            work = params.work(session.width)
            answer = {
                "build_s": stages.seconds["build"], "first_call_s": stages.seconds["first call"],
                "errors": dict(verdict.errors), "tolerance": checks.finite(verdict.tolerance),
                "checked": verdict.right, "work": amounts(work),
                "facts": {name: str(fact) for name, fact in {**prepared.step.facts, **facts}.items()},
                "seconds": stages.seconds,
            }  # fmt: skip
            if not verdict.right:
                return answer | {"status": "failed", "reason": verdict.wrong}
            del output, call
            return answer | self._timed(prepared, job, stages)

    def _checked(
        self, workload: Workload[Any], prepared: Prepared, output: Any, call: Callable[[], Any], job: Job
    ) -> tuple[checks.Verdict, dict[str, str]]:
        verdict = checks.check(workload, prepared, output, call)
        wrong = verdict.wrong or checks.misplaced(prepared, output) or checks.uncompiled(prepared, job.mode)
        wrong = wrong or checks.folded(prepared, job.seed)
        errors, facts = dict(verdict.errors), {}
        if not wrong and workload.recipe is not None and job.precision != "float64":
            recipe = self._recipe(workload, prepared.params, job)
            if isinstance(recipe, str):
                facts["recipe"] = f"not checked: {recipe}"
            else:
                facts["recipe"] = f"{max(error or 0 for error in recipe.errors.values()):.2g}"
                wrong = recipe.wrong
                if wrong:
                    errors |= recipe.errors
        return checks.Verdict(errors, verdict.tolerance, wrong), facts

    def _recipe(self, workload: Workload[Any], params: Params, job: Job) -> checks.Verdict | str:
        twin = workload.recipe(params) if workload.recipe else params
        key = (workload.name, tuple(workload.identity(twin).items()), job.mode)
        if key not in self.recipes:
            try:
                cell = checks.Cell(self.device, job.mode, job.seed)
                self.recipes[key] = checks.check_recipe(workload, self.backend, params, self.runtime, cell)
            except Exception as error:  # a framework says by its own exceptions that it has no such operation
                if not isinstance(error, Unsupported) and self.runtime.fault(error) is not Fault.UNSUPPORTED:
                    raise
                self.recipes[key] = " ".join(str(error).split())
        return self.recipes[key]

    def _timed(self, prepared: Prepared, job: Job, stages: Stages) -> dict[str, Any]:
        session, state = prepared.session, prepared.step.state()
        copies = session.copies(state)
        reset = functools.partial(session.restore, state, copies) if state else _nothing
        meter = Meter(prepared.bind(job.data), session.complete, reset, self.clock)
        miscount, traces = audit.miscounted(meter, job.calls), session.traces()
        if miscount:
            return {"status": "unverified", "reason": miscount}
        gc.collect()  # what building and checking left behind is not walked inside a block
        idle = meter.idle_wait()
        with stages.stage("warm-up"):
            warm = warm_up(meter, max(2.0, 2 * job.limits.max_time_s))
        with stages.stage("calibration"):
            plan = Calibration(job.calls, None) if job.calls else calibrate(meter, warm.calls)
        with stages.stage("sampling"):
            self.watch.begin()
            samples = sample(meter, plan.calls, job.limits, self.watch.after_block)
            noise = self.watch.end()
        with stages.stage("single calls"):
            one_by_one = singles(meter, job.limits)
        residual = residual_of(samples, idle)
        step = {"calls": plan.calls, "seconds": [block.seconds for block in samples.blocks]}
        doubt = "" if residual is None else f"work went on after the clock stopped: {residual:.3g} s of it"
        doubt = doubt or audit.retraced(session.traces, traces)
        return {
            "status": "unverified" if doubt else "ok", "reason": doubt,
            "quantities": {
                "step": step,
                "latency": {"calls": 1, "seconds": [one.latency_s for one in one_by_one]},
                "dispatch": {"calls": 1, "seconds": [one.dispatch_s for one in one_by_one]},
            },
            "warmup_s": warm.seconds, "fixed_cost_s": plan.fixed_cost_s, "idle_wait_s": idle,
            "residual_s": max(0.0, max(block.residual_s for block in samples.blocks) - idle),
            "stopped": samples.stopped, "noise": noise.summary(), "foreign": list(noise.foreign),
            "slope_s": plan.slope and plan.slope.step_s,
            "flags": [*warm.flags, *plan.flags, *noise.flags(self.threads), *self._doubts(step, plan)],
        }  # fmt: skip

    def _doubts(self, step: Mapping[str, Any], plan: Calibration) -> Iterator[str]:
        times = [seconds / step["calls"] for seconds in step["seconds"]]  # as the reader of the record has them
        if audit.slope_differs(times, plan.slope):
            yield "slope-differs"
        if audit.drifted(times):
            yield "drift"
        elif audit.bimodal(times):  # what has drifted is in two groups anyhow
            yield "bimodal"
        if self.runtime.settings().get(THREADS, str(self.threads)) != str(self.threads):
            yield "threads-differ"


def amounts(work: Work) -> dict[str, float]:
    """The amounts of work by name. Raises ValueError for one that is no finite number: rates are made of them."""
    found = {name: float(amount) for name, amount in asdict(work).items()}
    for name, amount in found.items():
        if not math.isfinite(amount):
            raise ValueError(f"the work has {amount} {name}; a finite number is expected")
    return found


def parameters(workload: Workload[Any], job: Job) -> Any:
    """The cell's parameters, bound to the user's data where it uses any."""
    params = workload.params(next(iter(workload.sizes)), **job.params)
    if job.data_dir and workload.with_data is not None:
        return workload.with_data(params, job.data_dir)
    return params


def residual_of(samples: Samples, idle_s: float) -> float | None:
    """The wait that the clock missed, in seconds, where at least half of the blocks had one; else None.

    Over 2 % of a block *and* over three idle waits; the median, so that one preempted wait does not count.
    """
    residuals = sorted(block.residual_s - idle_s for block in samples.blocks)
    typical = residuals[len(residuals) // 2]
    window = sorted(block.seconds for block in samples.blocks)[len(samples.blocks) // 2]
    missed = typical > RESIDUAL_SHARE * window and typical > RESIDUAL_WAITS * idle_s
    return typical if missed else None


def _nothing() -> None:
    return None
