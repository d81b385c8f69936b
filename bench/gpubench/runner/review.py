"""`gpubench check`: an author's workload reviewed cell by cell, in workers as a run has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gpubench.machine.free_memory import free_bytes
from gpubench.plugins import Plugin
from gpubench.presence import Presence
from gpubench.runner.declaration import declaration, imports, loaded
from gpubench.runner.spawner import Spawner, Worker, WorkerDied, WorkerTimedOut
from gpubench.runner.survey import TIMEOUT_S
from gpubench.runner.variants import Variant, variants
from gpubench.worker.job import REVIEW, REVIEW_OF_SIZE, TIME, Job, Limits, Start
from gpubench.worker.review import hints
from gpubench.worker.review.finding import FAIL, PASS, SKIP, WARN, Finding
from gpubench.workload import Workload

LIMIT_S, LIMIT_OF_ALL_S = 120.0, 600.0
"""Seconds for a cell; what takes longer is left out, so that a check is done while its author waits."""
_COPIES = 3
"""How often a cell's data is held at least: drawn in float64, on the device, and in the reference."""
_SAMPLING, _TIMINGS = Limits(max_time_s=0.1), 3
_OF_THE_STEP = ("no-steady-state", "drift", "slope-differs")
"""Flags that say something of the step, and not of the machine."""


@dataclass(frozen=True)
class Reviewed:
    """What was found of one thing. subject: the cell in words; empty for the workload as it was declared."""

    subject: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Reviewer:
    """Reviews workloads on these backends and devices.

    sizes, modes: those to review; empty for all. everything: large and slow sizes too. free: bytes of memory now;
    load: the modules that loading a target brings.
    """

    backends: Mapping[str, Plugin]
    presence: Mapping[str, Presence]
    devices: Sequence[str]
    threads: int
    spawner: Spawner
    sizes: Sequence[str] = ()
    modes: Sequence[str] = ()
    everything: bool = False
    free: Callable[[], int] = free_bytes
    load: Callable[[str], set[str]] = loaded

    def review(self, plugin: Plugin, known: Mapping[str, Plugin]) -> Iterator[Reviewed]:
        """Every finding of a workload, cell by cell. known: all backends there are.

        Raises UsageError for a size that there is not.
        """
        workload: Workload[Any] = plugin.value
        built = [(name, backend) for name, backend in self.backends.items() if name in workload.builders]
        cells = {name: list(variants(workload, backend.value, self.sizes, self.modes)) for name, backend in built}
        frameworks = {backend.value.distribution for backend in known.values()}
        yield Reviewed("", (*declaration(plugin, known), imports(plugin, frameworks, self.load)))
        for name, backend in built:
            here = self.presence[name]
            if here.absent:
                yield Reviewed(name, (Finding("backend", SKIP, here.absent, hint=here.hint),))
            elif not cells[name]:
                why = "no size, precision and mode has a meaning for it"
                yield Reviewed(name, (Finding("backend", SKIP, why),))
            else:
                for device in (device for device in self.devices if here.has(device)):
                    yield from self._on(_Place(backend, device), plugin, cells[name])

    def _on(self, place: _Place, plugin: Plugin, cells: Sequence[Variant]) -> Iterator[Reviewed]:
        """One worker, and another after each that broke. A size that takes too long stands for all larger ones."""
        pending = list(cells)
        while pending:
            worker = self._worker(place)
            if isinstance(worker, str):
                yield Reviewed(f"{place.backend.name} {place.device}", (Finding("worker", FAIL, worker),))
                return
            try:
                usable = True
                while pending and usable:
                    variant = pending.pop(0)
                    findings, usable = self._reviewed(worker, plugin, variant)
                    yield Reviewed(_words(place, plugin.value, variant), tuple(findings))
                    if variant.measures == REVIEW_OF_SIZE and findings[0].check == "time":
                        why = "not tried: a smaller one took too long"
                        for larger in pending:
                            yield Reviewed(_words(place, plugin.value, larger), (Finding("time", SKIP, why),))
                        pending.clear()
            finally:
                worker.close()

    def _worker(self, place: _Place) -> Worker | str:
        """A worker with its framework imported, or why there is none."""
        start = Start(place.backend.target, place.device, self.threads)
        try:
            worker = self.spawner.spawn(place.backend.value, start)
        except WorkerDied as death:
            return f"no worker: {death.reason}"
        try:
            answer = worker.ask(start.message(), TIMEOUT_S)
        except WorkerTimedOut:
            answer = {"status": "failed", "reason": f"no answer within {TIMEOUT_S:g} s"}
        except WorkerDied as death:
            answer = {"status": "failed", "reason": _last_words(worker, death)}
        if answer["status"] == "ok":
            return worker
        worker.close()
        return f"the worker did not start: {answer['reason']}"

    def _reviewed(self, worker: Worker, plugin: Plugin, variant: Variant) -> tuple[list[Finding], bool]:
        """The findings of a cell, and whether the worker can go on."""
        needed, free = _COPIES * _bytes(variant), self.free()
        if needed > free and not self.everything:
            says = f"it needs about {needed / 2**30:.1f} GiB, and {free / 2**30:.1f} are free"
            return [Finding("memory", SKIP, says, hint="`gpubench check --all` tries it")], True
        job = _job(plugin, variant)
        answer, usable = self._asked(worker, job)
        findings = [Finding.of(found) for found in answer["findings"]]
        if usable and variant.measures == REVIEW and all(found.level != FAIL for found in findings):
            timed, usable = self._timed(worker, replace(job, measures=TIME))
            findings.append(timed)
        return findings, usable

    def _timed(self, worker: Worker, job: Job) -> tuple[Finding, bool]:
        """The best of up to three timings: a fault of the step shows in each of them, a busy machine not always."""
        best, usable = Finding("timing", PASS), True
        for _ in range(_TIMINGS):
            answer, usable = self._asked(worker, job)
            best = Finding.of(answer["findings"][0]) if "findings" in answer else _timing(answer)
            if best.level == PASS or not usable:
                break
        return best, usable

    def _asked(self, worker: Worker, job: Job) -> tuple[dict[str, Any], bool]:
        """An answer, and whether the worker can go on; where there is none, findings that say why."""
        limit = LIMIT_OF_ALL_S if self.everything else LIMIT_S
        try:
            answer = worker.ask(job.message(), limit)
        except WorkerTimedOut:
            first = job.measures == REVIEW
            says = f"it took longer than {limit:g} s"
            hint = (
                "let the smallest size be quick" if first else f"`gpubench check --all` gives it {LIMIT_OF_ALL_S:g} s"
            )
            return _one(Finding("time", FAIL if first else SKIP, says, hint=hint)), False
        except WorkerDied as death:
            return _one(Finding("worker", FAIL, _last_words(worker, death), hint=hints.CALL)), False
        if "findings" not in answer and job.measures != TIME:
            answer |= _one(Finding("review", FAIL, answer["reason"]))
        return answer, not answer.get("restart", False)


@dataclass(frozen=True)
class _Place:
    backend: Plugin
    device: str


def _last_words(worker: Worker, death: WorkerDied) -> str:
    return ": ".join([death.reason, *worker.stderr_tail().strip().splitlines()[-1:]])


def _one(finding: Finding) -> dict[str, Any]:
    return {"findings": [finding.message()]}


def _job(plugin: Plugin, variant: Variant) -> Job:
    point, workload = variant.point, plugin.value
    return Job(
        plugin.target, workload.identity(point.params), point.precision, point.mode, point.data, seed=0, calls=0,
        limits=_SAMPLING, measures=variant.measures,
    )  # fmt: skip


def _bytes(variant: Variant) -> float:
    """What the formula says of one call in float64; nothing where it says nothing, which is a finding of its own."""
    try:
        return float(variant.point.params.work(8).bytes)
    except Exception:  # an author's method may raise anything
        return 0.0


def _timing(answer: Mapping[str, Any]) -> Finding:
    if answer["status"] != "ok":
        return Finding("timing", FAIL, f"{answer['status']}: {answer['reason']}")
    flags = [name for name in answer["flags"] if name in _OF_THE_STEP]
    return (
        Finding("timing", WARN, f"flagged {', '.join(flags)}", hint=hints.TIMING) if flags else Finding("timing", PASS)
    )


def _words(place: _Place, workload: Workload[Any], variant: Variant) -> str:
    point = variant.point
    params = " ".join(f"{name}={value}" for name, value in workload.identity(point.params).items())
    data = "" if point.data == workload.data[0] else f" data={point.data}"
    return f"{place.backend.name} {place.device} {params} {point.precision} {point.mode}{data}"
