"""What a worker answers to each message: facts about its framework, or the measurement of a cell."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from gpubench.backend import Backend, Fault
from gpubench.errors import GpubenchError, Unsupported
from gpubench.plugins import load_target
from gpubench.worker.energy import EnergyPass
from gpubench.worker.job import ENERGY, MEMORY, Job, Start
from gpubench.worker.measure import Measurement
from gpubench.worker.memory import measure_memory

_LONGEST_REASON = 2000


@dataclass
class Service:
    """One worker's state: nothing, until `start` has imported a framework."""

    load: Callable[[str], Any] = load_target
    measurement: Measurement | None = None
    workloads: dict[str, Any] = field(default_factory=dict)
    energy: EnergyPass = field(default_factory=EnergyPass)

    def answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON object for a JSON object; nothing that a plug-in or a framework raises passes through."""
        fields = {name: value for name, value in message.items() if name != "kind"}
        if message["kind"] == "start":
            return self._start(Start(**fields))
        return self._measure(Job.of(message))

    def _start(self, start: Start) -> dict[str, Any]:
        try:
            backend: Backend = self.load(start.backend)
            runtime = backend.start(start.threads, start.device)
            self.measurement = Measurement(backend.name, start.device, runtime, start.threads)
            # The framework's million objects leave the collector's sight for good: walking them costs 0.2 s, which
            # would fall into a block now and then, and between cells every time.
            gc.freeze()
            return {
                "status": "ok",
                "versions": {name: str(version) for name, version in runtime.versions().items()},
                "settings": {name: str(setting) for name, setting in runtime.settings().items()},
                "devices": [astuple(found) for found in runtime.devices()],
                "missing": runtime.missing(),
            }
        except Exception as error:  # an import may raise anything
            return {"status": "failed", "reason": _said(error)}

    def _measure(self, job: Job) -> dict[str, Any]:
        if self.measurement is None:
            return {"status": "failed", "reason": "the worker was not started"}
        try:
            if job.workload not in self.workloads:
                self.workloads[job.workload] = self.load(job.workload)
            measure = {MEMORY: measure_memory, ENERGY: self.energy.measure}.get(job.measures, Measurement.measure)
            return measure(self.measurement, job, self.workloads[job.workload])
        except Unsupported as reason:
            return {"status": "skipped", "reason": str(reason)}
        except Exception as error:  # a builder, a step or a framework may raise anything
            return _failure(error, self.measurement)
        finally:
            gc.collect()


def _failure(error: Exception, measurement: Measurement) -> dict[str, Any]:
    fault = measurement.runtime.fault(error)
    answer: dict[str, Any] = {"status": fault.value, "reason": _said(error)}
    if fault is Fault.OUT_OF_MEMORY:
        answer["reason"] += f" ({available_memory()})"
        if measurement.device != "cpu":
            answer["restart"] = True  # what is left in the device's pool would shrink the next cell's share
    if fault is Fault.STICKY:
        answer |= {"status": Fault.OTHER.value, "restart": True}
    return answer


def _said(error: Exception) -> str:
    text = str(error) if isinstance(error, GpubenchError) else f"{type(error).__name__}: {error}"
    # a file name that is no UTF-8 has half characters in it, which no JSON file can hold
    return " ".join(text.split())[:_LONGEST_REASON].encode(errors="replace").decode()


def available_memory() -> str:
    """How much host memory is free now, in words."""
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as lines:
            free = next(line for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return "free host memory unknown"
    return f"{int(free.split()[1]) / 2**20:.1f} GiB of host memory were free"
