"""All pictures of findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gpubench.analysis.findings import Findings
from gpubench_reports.canvas import Drawing
from gpubench_reports.pictures import distribution, frameworks, growth, machines, memory, roofline, speedup


@dataclass(frozen=True)
class Gallery:
    """A picture is None where there is no data for it. growth: by workload."""

    machines: Drawing | None
    speedup: Drawing | None
    growth: Mapping[str, Drawing]
    frameworks: Drawing | None
    roofline: Drawing | None
    distribution: Drawing | None
    memory: Drawing | None

    def __iter__(self) -> Iterator[Drawing]:
        single = (
            self.machines, self.speedup, *self.growth.values(), self.frameworks, self.roofline, self.distribution,
            self.memory,
        )  # fmt: skip
        return (drawing for drawing in single if drawing is not None)


def gallery(findings: Findings) -> Gallery:
    """What can be drawn of the findings."""
    source, on = _source(findings), _on(findings)
    return Gallery(
        _told(machines.drawing(findings, source), on),
        _told(speedup.drawing(findings, source), on),
        {name: replace(drawing, alt=drawing.alt + on) for name, drawing in growth.drawings(findings, source).items()},
        _told(frameworks.drawing(findings, source), on),
        _told(roofline.drawing(findings, source), on),
        _told(distribution.drawing(findings, source), on),
        _told(memory.drawing(findings, source), on),
    )


def _told(drawing: Drawing | None, on: str) -> Drawing | None:
    return drawing and replace(drawing, alt=drawing.alt + on)


def _on(findings: Findings) -> str:
    """What was measured, for those who see no foot: a simulated device is never taken for another."""
    models = dict.fromkeys(model for run in findings.runs for _, model in run.devices if model)
    return f" Measured on: {'; '.join(models)}." if models else ""


def _source(findings: Findings) -> str:
    """Where a picture comes from, for its foot: it will stand alone on a slide."""
    parts = []
    for run in findings.runs[:3]:
        models = ", ".join(dict.fromkeys(model for _, model in run.devices if model))
        versions = ", ".join(f"{name} {version}".strip() for name, version in run.backends)
        parts.append("  ·  ".join(filter(None, (models, versions, f"run {run.run_id}"))))
    return f"gpubench {findings.runs[0].gpubench}  ·  " + "  |  ".join(parts) if parts else "gpubench"
