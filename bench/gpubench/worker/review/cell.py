"""Everything that an author's cell is held to, in the order in which one thing depends on another."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from gpubench.backend import Fault, MemoryCounter, OperationCounter, Rehearsal
from gpubench.errors import Unsupported
from gpubench.session import PlacedStep
from gpubench.worker import audit
from gpubench.worker import check as checks
from gpubench.worker.job import REVIEW, REVIEW_OF_SIZE, Job
from gpubench.worker.measure import Measurement, parameters
from gpubench.worker.prepared import Prepared, prepare
from gpubench.worker.resident import Resident
from gpubench.worker.review import amounts, arrays, hints
from gpubench.worker.review.growth import Holdings, growth
from gpubench.worker.review.notes import Ended, Notes
from gpubench.worker.review.sensitivity import Check
from gpubench.workload import Arrays, Observed, Params, Workload


def review(worker: Measurement, job: Job, workload: Workload[Any]) -> dict[str, Any]:
    """The findings of a cell, as JSON values. Nothing that a framework or a workload raises comes through."""
    kind: Any = type(next(iter(workload.sizes.values())))
    methods = [getattr(kind, name, None) for name in ("inputs", "work", "check", "tolerance")]
    notes = Notes(workload.builders[worker.backend], methods, worker.runtime.fault)
    with contextlib.suppress(Ended):
        Review(worker, job, workload, notes).look()
    findings = [finding.message() for finding in notes.findings]
    return {"status": "ok", "findings": findings} | ({"restart": True} if notes.sticky else {})


@dataclass
class Review:
    """One cell under review."""

    worker: Measurement
    job: Job
    workload: Workload[Any]
    notes: Notes

    def look(self) -> None:
        """Make every finding. Raises Ended after the first that leaves nothing to look at."""
        notes = self.notes
        with notes.stage("parameters", hints.PARAMETERS):
            params = parameters(self.workload, self.job)
        with notes.stage("inputs", hints.INPUTS, params.inputs):
            notes.findings += arrays.of(params, self.job.seed)
        notes.end_if_failed()
        with notes.stage("build", hints.BUILD):
            session = self.worker.runtime.open(self.worker.device, self.job.precision, self.job.mode)
            with session.scope():
                prepared = prepare(self.workload, self.worker.backend, params, session, self.job.seed)
                notes.passed("build")
                self._called(params, prepared)

    def _called(self, params: Params, prepared: Prepared) -> None:
        notes, session = self.notes, prepared.session
        calls: list[Arrays] = []
        watched = replace(prepared, step=replace(prepared.step, observe=_kept(prepared.step.observe, calls)))
        with notes.stage("call", hints.CALL):
            placed = prepared.placed()
            output = placed()
            session.complete()
        notes.passed("call")
        with notes.stage("output", hints.OUTPUT, params.check):
            verdict = checks.check(self.workload, watched, output, placed)
        notes.judge("output", verdict.wrong, hints.OUTPUT)
        notes.end_if_failed()
        self._on_its_device(prepared, placed, output)
        del output
        self._recipe(params)
        self._amounts(params, prepared, placed)
        if self.job.data == "host":
            with notes.stage("host data", hints.CALL):
                prepared.bind("host")()
            notes.passed("host data")
        if self.job.measures == REVIEW:
            observed = Observed(tuple(calls), prepared.step.facts, session.unit)
            self._sensitive(Check(params, prepared.seen, observed, verdict.tolerance))
            self._rehearsed(params)
        if self.job.measures != REVIEW_OF_SIZE:
            self._repeated(prepared, placed.resident())

    def _on_its_device(self, prepared: Prepared, placed: PlacedStep, output: Any) -> None:
        notes = self.notes
        with notes.stage("placement", hints.PLACEMENT):
            strays = checks.misplaced(prepared, output, placed.feeds) or checks.fallen_back(prepared, placed)
        notes.judge("placement", strays, hints.PLACEMENT)
        notes.end_if_failed()
        notes.judge("mode", checks.uncompiled(prepared, self.job.mode), hints.MODE)
        notes.end_if_failed()
        with notes.stage("depends on its data", hints.FOLDED):
            folded = checks.folded(prepared, placed, self.job.seed)
        notes.judge("depends on its data", folded, hints.FOLDED)
        notes.end_if_failed()

    def _recipe(self, params: Params) -> None:
        """The gradients and the update of a training step, in float64."""
        if self.workload.recipe is None or self.job.precision == "float64":
            return
        runtime, cell = self.worker.runtime, checks.Cell(self.worker.device, self.job.mode, self.job.seed)
        with self.notes.stage("recipe", hints.RECIPE, params.check):
            try:
                verdict = checks.check_recipe(self.workload, self.worker.backend, params, runtime, cell)
            except Exception as error:
                if not isinstance(error, Unsupported) and runtime.fault(error) is not Fault.UNSUPPORTED:
                    raise
                self.notes.skip("recipe", " ".join(str(error).split()))
                return
        self.notes.judge("recipe", verdict.wrong, hints.RECIPE)

    def _amounts(self, params: Params, prepared: Prepared, placed: PlacedStep) -> None:
        width = prepared.session.width
        with self.notes.stage("work", hints.WORK, params.work):
            work = params.work(width)
            self.notes.findings += amounts.of_itself(work, prepared.step.feeds, width, params.work)
            self.notes.end_if_failed()
            runtime, counts = self.worker.runtime, isinstance(self.worker.runtime, OperationCounter)
            if work.flops and (self.job.measures == REVIEW or (self.job.measures == REVIEW_OF_SIZE and counts)):
                self.notes.findings.append(amounts.of_the_counter(work, placed, runtime, params.work))

    def _sensitive(self, check: Check) -> None:
        name, method = "check refuses faults", check.params.check
        if not check.observed.calls[-1]:
            if check.params.work(4).flops:
                self.notes.warn(name, "the step shows no output", hints.OBSERVE)
            return
        accepted, unseen = "; ".join(check.accepted()), ", ".join(check.unseen())
        if accepted or not unseen:
            self.notes.judge(name, accepted and f"the check takes for right: {accepted}", hints.SENSITIVE, method)
        else:
            self.notes.warn(name, f"the check does not look at {unseen}", hints.UNSEEN, method)

    def _rehearsed(self, params: Params) -> None:
        """The step on a device that is not the host, where the framework has one everywhere."""
        name, runtime = "another device", self.worker.runtime
        if not isinstance(runtime, Rehearsal):
            self.notes.skip(name, "the framework has no device to rehearse on; on an accelerator it is seen")
            return
        build, inputs = self.workload.builders[self.worker.backend], arrays.drawn(params, self.job.seed)
        try:
            strays = runtime.rehearse(lambda session: build(params, inputs, session), self.job.precision)
        except Exception as error:  # set-up may need values, which no tensor has there
            self.notes.skip(name, f"it can't be rehearsed: {' '.join(str(error).split())}")
            return
        self.notes.judge(name, "; ".join(dict.fromkeys(strays)), hints.PLACEMENT)

    def _repeated(self, prepared: Prepared, call: Callable[[], Any]) -> None:
        session, before = prepared.session, prepared.session.traces()
        runtime = self.worker.runtime
        holdings = Holdings(runtime if isinstance(runtime, MemoryCounter) else None, Resident())
        with self.notes.stage("keeps nothing", hints.CALL):
            left = growth(call, session.complete, holdings.read)
        if left and not left.certain:
            self.notes.warn("keeps nothing", left.says, hints.GROWTH)
        else:
            self.notes.judge("keeps nothing", left.says if left else "", hints.GROWTH)
        if before is not None:
            self.notes.judge("compiled once", audit.retraced(session.traces, before), hints.RETRACED)
        if prepared.step.state() and self.workload.recipe is None and self.job.measures == REVIEW:
            self.notes.warn("recipe", "the step changes its state, and there is no recipe", hints.NO_RECIPE)


def _kept(observe: Callable[[Any], Arrays], calls: list[Arrays]) -> Callable[[Any], Arrays]:
    def kept(output: Any) -> Arrays:
        calls.append(observe(output))
        return calls[-1]

    return kept
