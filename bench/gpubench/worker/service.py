"""What a worker answers to each message: facts about its framework, or the measurement of a cell."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from gpubench.backend import Backend, Fault
from gpubench.errors import GpubenchError, Unsupported
from gpubench.plugins import load_target
from gpubench.worker.apart import mixed_up
from gpubench.worker.energy import EnergyPass
from gpubench.worker.held import Holding
from gpubench.worker.identity import identity
from gpubench.worker.job import ENERGY, HOLD, MEMORY, REVIEW, REVIEW_OF_SIZE, REVIEW_OF_VARIANT, Job, Start
from gpubench.worker.measure import Measurement
from gpubench.worker.memory import measure_memory
from gpubench.worker.noise import watch_of
from gpubench.worker.peak import Peak, peak_of
from gpubench.worker.review.cell import review
from gpubench.worker.selftest.examine import examine, subject_of
from gpubench.worker.selftest.subject import Request
from gpubench.worker.shortage import shortage
from gpubench.workload import Workload

_LONGEST_REASON = 2000
_REVIEWS = dict.fromkeys((REVIEW, REVIEW_OF_SIZE, REVIEW_OF_VARIANT), review)


@dataclass
class Service:
    """One worker's state: nothing, until `start` has imported a framework.

    peak: finds what a device can do by theory.
    """

    load: Callable[[str], Any] = load_target
    measurement: Measurement | None = None
    workloads: dict[str, Any] = field(default_factory=dict)
    energy: EnergyPass = field(default_factory=EnergyPass)
    holding: Holding = field(default_factory=Holding)
    peak: Callable[[str], Peak | None] = peak_of
    apart: Sequence[str] = ()

    def answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON object for a JSON object; nothing that a plug-in or a framework raises passes through."""
        fields = {name: value for name, value in message.items() if name != "kind"}
        if message["kind"] == "start":
            return self._start(Start(**fields))
        if message["kind"] == "selftest":
            return self._examine(Request(**fields))
        if message["kind"] == "burst":
            return self._burst()
        return self._measure(Job.of(message))

    def _start(self, start: Start) -> dict[str, Any]:
        try:
            self.apart = start.apart
            backend: Backend = self.load(start.backend)
            runtime = backend.start(start.threads, start.device)
            watch, peak = watch_of(start.device), self.peak(start.device)
            self.measurement = Measurement(backend.name, start.device, runtime, start.threads, watch=watch, peak=peak)
            # The framework's million objects leave the collector's sight for good: walking them costs 0.2 s, which
            # would fall into a block now and then, and between cells every time.
            gc.freeze()
            return {
                "status": "ok",
                "versions": {name: str(version) for name, version in runtime.versions().items()},
                "settings": {name: str(setting) for name, setting in runtime.settings().items()}
                | (peak.facts() if peak else {}),
                "devices": [astuple(found) for found in runtime.devices()],
                "missing": runtime.missing(),
                "identity": identity(start.device),
            }
        except Exception as error:  # an import may raise anything
            return {"status": "failed", "reason": _said(error)}

    def _examine(self, request: Request) -> dict[str, Any]:
        if self.measurement is None:
            return {"status": "failed", "reason": "the worker was not started"}
        try:
            subject = subject_of(request, self.measurement, self.load)
        except Exception as error:  # a plug-in may raise anything while it is imported
            return _failure(error, self.measurement)
        return {"status": "ok", "checks": [check.message() for check in examine(subject)]}

    def _burst(self) -> dict[str, Any]:
        try:
            return self.holding.burst()
        except Exception as error:  # a step or a framework may raise anything
            assert self.measurement is not None  # without it nothing is held
            return _failure(error, self.measurement)

    def _measure(self, job: Job) -> dict[str, Any]:
        if self.measurement is None:
            return {"status": "failed", "reason": "the worker was not started"}
        try:
            if job.workload not in self.workloads:
                self.workloads[job.workload] = self.load(job.workload)
            measures = {
                MEMORY: measure_memory, ENERGY: self.energy.measure, HOLD: self.holding.hold, **_REVIEWS
            }  # fmt: skip
            answer = measures.get(job.measures, Measurement.measure)(
                self.measurement, job, self.workloads[job.workload]
            )
            if self.apart and (mixed := mixed_up(*self.apart)):
                return {"status": "failed", "reason": mixed}
            return answer
        except Unsupported as reason:
            return {"status": "skipped", "reason": str(reason)}
        except Exception as error:  # a builder, a step or a framework may raise anything
            return _failure(error, self.measurement, job, self.workloads.get(job.workload))
        finally:
            gc.collect()


def _failure(
    error: Exception, measurement: Measurement, job: Job | None = None, workload: Workload[Any] | None = None
) -> dict[str, Any]:
    fault = measurement.runtime.fault(error)
    answer: dict[str, Any] = {"status": fault.value, "reason": _said(error)}
    if fault is Fault.OUT_OF_MEMORY:
        answer["reason"] += f" ({shortage(measurement, job, workload)})"
        if measurement.device != "cpu":
            answer["restart"] = True  # what is left in the device's pool would shrink the next cell's share
    if fault is Fault.STICKY:
        answer |= {"status": Fault.OTHER.value, "restart": True}
    return answer


def _said(error: Exception) -> str:
    text = str(error) if isinstance(error, GpubenchError) else f"{type(error).__name__}: {error}"
    # a file name that is no UTF-8 has half characters in it, which no JSON file can hold
    return " ".join(text.split())[:_LONGEST_REASON].encode(errors="replace").decode()
