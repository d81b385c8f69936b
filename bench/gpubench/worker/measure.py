"""One cell measured once: build, first call, check, warm-up, calibration, samples, single calls, device time."""

from __future__ import annotations

import contextlib
import functools
import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from gpubench.backend import THREADS, Fault, Runtime
from gpubench.errors import Unsupported
from gpubench.session import DeviceTimer, PlacedStep, Session
from gpubench.worker import audit
from gpubench.worker import check as checks
from gpubench.worker.calibration import Calibration, calibrate, kept
from gpubench.worker.device_time import DeviceTime, device_time
from gpubench.worker.emulation import emulated
from gpubench.worker.job import Job
from gpubench.worker.meter import NANO, Clock, Meter
from gpubench.worker.noise import Kernel, Watch
from gpubench.worker.owed import owed
from gpubench.worker.peak import Peak
from gpubench.worker.prepared import Prepared, prepare
from gpubench.worker.sampling import sample, singles
from gpubench.worker.warmup import WarmUp, warm_up
from gpubench.workload import Params, Work, Workload


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


@dataclass(frozen=True)
class Verified:
    """A cell that was checked. answer: fields of its launch record. call: None where it must not be timed.

    flags: what the answer, though right, says against the number to come. state: what `call` changes in place.
    """

    answer: dict[str, Any]
    flags: tuple[str, ...] = ()
    call: Callable[[], Any] | None = None
    state: Sequence[Any] = ()


@dataclass
class Measurement:
    """Measures cells in one worker; `recipes` remembers the verdicts on recipes that this process has checked.

    threads: how many the framework was told to compute with. watch: sees what else goes on meanwhile.
    peak: what the device can do by theory, where it is known.
    """

    backend: str
    device: str
    runtime: Runtime
    threads: int
    clock: Clock = time.perf_counter_ns
    watch: Watch = field(default_factory=lambda: Watch(Kernel().read))
    recipes: dict[object, checks.Verdict | str] = field(default_factory=dict)
    peak: Peak | None = None

    def measure(self, job: Job, workload: Workload[Any]) -> dict[str, Any]:
        """The fields of a launch record. What the framework or the workload raises comes through."""
        stages = Stages(self.clock)
        session = self.runtime.open(self.device, job.precision, job.mode)
        with session.scope():
            verified = self.verified(workload, session, job, stages)
            if verified.call is None:
                return verified.answer
            timed = self.timed(session, verified.state, verified.call, job, stages)
            answer = verified.answer | timed | {"flags": [*verified.flags, *timed.get("flags", ())]}
            return answer | self._held_to_peak(answer, workload, job)

    def verified(self, workload: Workload[Any], session: Session[Any], job: Job, stages: Stages) -> Verified:
        """Build a cell, call it for the first time, and check its answer; enter the session's scope first."""
        params = parameters(workload, job)
        with stages.stage("build"):
            prepared = prepare(workload, self.backend, params, session, job.seed)
            placed = prepared.placed()
        with stages.stage("first call"):
            output = placed()
            session.complete()
        with stages.stage("check"):
            verdict = checks.check(workload, prepared, output, placed)
            stray = checks.misplaced(prepared, output, placed.feeds)
            del output  # a size that just fits the device has no room for another one's
            verdict = replace(verdict, wrong=verdict.wrong or stray)
            verdict, facts = self._checked(workload, prepared, placed, verdict, job)
        work = params.work(session.width)
        answer: dict[str, Any] = {
            "build_s": stages.seconds["build"], "first_call_s": stages.seconds["first call"],
            "errors": dict(verdict.errors), "tolerance": checks.finite(verdict.tolerance),
            "checked": verdict.right, "work": amounts(work),
            "facts": {name: str(fact) for name, fact in {**prepared.step.facts, **facts}.items()},
            "seconds": stages.seconds,
        }  # fmt: skip
        if not verdict.right:
            return Verified(answer | {"status": "failed", "reason": verdict.wrong})
        call = prepared.bind(job.data, placed)
        del placed
        flags = (*verdict.flags, *emulated(job.precision, self.device, self.runtime.devices()))
        return Verified(answer, flags, call, prepared.step.state())

    def _checked(
        self, workload: Workload[Any], prepared: Prepared, placed: PlacedStep, verdict: checks.Verdict, job: Job
    ) -> tuple[checks.Verdict, dict[str, str]]:
        """The verdict on the outputs, and on all else that can be wrong with the work."""
        wrong = verdict.wrong or checks.uncompiled(prepared, job.mode) or checks.fallen_back(prepared, placed)
        wrong = wrong or checks.folded(prepared, placed, job.seed)
        errors, facts = dict(verdict.errors), prepared.facts(job.data)
        dead = job.precision == "tf32" and checks.tf32_without_effect(workload, prepared, verdict.errors)
        if not wrong and workload.recipe is not None and job.precision != "float64":
            recipe = self._recipe(workload, prepared.params, job)
            if isinstance(recipe, str):
                facts["recipe"] = f"not checked: {recipe}"
            else:
                facts["recipe"] = f"{max(error or 0 for error in recipe.errors.values()):.2g}"
                wrong = recipe.wrong
                if wrong:
                    errors |= recipe.errors
        return checks.Verdict(errors, verdict.tolerance, wrong, ("tf32-without-effect",) if dead else ()), facts

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

    def timed(
        self, session: Session[Any], state: Sequence[Any], call: Callable[[], Any], job: Job, stages: Stages
    ) -> dict[str, Any]:
        """What the clocks say of a call, and what speaks against it. state: the tensors that it changes in place."""
        meter = self.meter(session, state, call)
        miscount, traces = audit.miscounted(meter, job.calls), session.traces()
        if miscount:
            return {"status": "unverified", "reason": miscount}
        gc.collect()  # what building and checking left behind is not walked inside a block
        idle = meter.idle_wait()
        with stages.stage("warm-up"):
            warm = warm_up(meter, job.limits.settling_s)
        with stages.stage("calibration"):
            plan = _planned(meter, warm, job)
        with stages.stage("sampling"):
            self.watch.begin()
            samples = sample(meter, plan.calls, job.limits, self.watch.after_block)
            noise = self.watch.end()
        with stages.stage("single calls"):
            one_by_one = singles(meter, job.limits)
        device = self._by_the_device(meter, session, plan.calls, idle, job, stages)
        step = {"calls": plan.calls, "seconds": [block.seconds for block in samples.blocks]}
        doubt = audit.unfinished(samples.blocks, idle) or device.doubt or audit.retraced(session.traces, traces)
        with stages.stage("wait"):
            doubt = self.owed(meter, session, plan.calls) or doubt
        return {
            "status": "unverified" if doubt else "ok", "reason": doubt,
            "quantities": {
                "step": step,
                "latency": {"calls": 1, "seconds": [one.latency_s for one in one_by_one]},
                "dispatch": {"calls": 1, "seconds": [one.dispatch_s for one in one_by_one]},
                **device.quantities,
            },
            "warmup_s": warm.seconds, "fixed_cost_s": plan.fixed_cost_s, "idle_wait_s": idle,
            "residual_s": max(0.0, max(block.residual_s for block in samples.blocks) - idle),
            "stopped": samples.stopped, "noise": noise.summary(), "foreign": list(noise.foreign),
            "slope_s": plan.slope and plan.slope.step_s,
            "flags": [
                *warm.flags, *plan.flags, *samples.flags, *noise.flags(self.threads), *self._doubts(step, plan, device),
            ],
        }  # fmt: skip

    def meter(self, session: Session[Any], state: Sequence[Any], call: Callable[[], Any]) -> Meter:
        """Times a call; what it changes is put back as it is now."""
        copies = session.copies(state)
        reset = functools.partial(session.restore, state, copies) if state else _nothing
        return Meter(call, session.complete, reset, self.clock)

    def owed(self, meter: Meter, session: Session[Any], calls: int) -> str:
        """Why the session's wait is none, in words, and what to do; empty where it waits. calls: in a block."""
        said = owed(meter, session.fetch, calls)
        asked = f"`gpubench selftest --backend {self.backend} --device {self.device}` looks into the wait"
        return f"{said}: these times hold less than the work; {asked}" if said else ""

    def _by_the_device(
        self, meter: Meter, session: Session[Any], calls: int, idle_s: float, job: Job, stages: Stages
    ) -> DeviceTime:
        if not isinstance(session, DeviceTimer):
            return DeviceTime()
        with stages.stage("device time"):
            return device_time(meter, session, calls, idle_s, job.limits)

    def _held_to_peak(self, answer: Mapping[str, Any], workload: Workload[Any], job: Job) -> dict[str, Any]:
        """What a rate above the peak changes: it is not verified, or flagged where less work may have been done."""
        if self.peak is None or answer["status"] != "ok":
            return {}
        step = answer["quantities"]["step"]
        rate = answer["work"]["flops"] * step["calls"] / statistics.median(step["seconds"])
        above = self.peak.exceeded(rate, job.precision)
        if above and not workload.flops_are_floor:
            return {"flags": [*answer["flags"], "above-peak"]}
        return {"status": "unverified", "reason": above} if above else {}

    def _doubts(self, step: Mapping[str, Any], plan: Calibration, device: DeviceTime) -> Iterator[str]:
        times = [seconds / step["calls"] for seconds in step["seconds"]]  # as the reader of the record has them
        if audit.slope_differs(times, plan.slope):
            yield "slope-differs"
        if audit.device_differs(device.step_times, times):
            yield "device-differs"
        if audit.drifted(times):
            yield "drift"
        elif audit.bimodal(times):  # what has drifted is in two groups anyhow
            yield "bimodal"
        if self.runtime.settings().get(THREADS, str(self.threads)) != str(self.threads):
            yield "threads-differ"


def _planned(meter: Meter, warm: WarmUp, job: Job) -> Calibration:
    if job.calls:
        return kept(job.calls, warm.step_s, job.limits)
    return calibrate(meter, warm.calls, 2 * job.limits.settling_s)


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


def _nothing() -> None:
    return None
