"""All pictures of findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpubench.analysis.findings import Findings
from gpubench_reports.canvas import Drawing
from gpubench_reports.pictures import distribution, frameworks, growth, memory, speedup


@dataclass(frozen=True)
class Gallery:
    """A picture is None where there is no data for it. growth: by workload."""

    speedup: Drawing | None
    growth: Mapping[str, Drawing]
    frameworks: Drawing | None
    distribution: Drawing | None
    memory: Drawing | None

    def __iter__(self) -> Iterator[Drawing]:
        single = (self.speedup, *self.growth.values(), self.frameworks, self.distribution, self.memory)
        return (drawing for drawing in single if drawing is not None)


def gallery(findings: Findings) -> Gallery:
    """What can be drawn of the findings."""
    source = _source(findings)
    return Gallery(
        speedup.drawing(findings, source),
        growth.drawings(findings, source),
        frameworks.drawing(findings, source),
        distribution.drawing(findings, source),
        memory.drawing(findings, source),
    )


def _source(findings: Findings) -> str:
    """Where a picture comes from, for its foot: it will stand alone on a slide."""
    parts = []
    for run in findings.runs[:3]:
        models = ", ".join(dict.fromkeys(model for _, model in run.devices if model))
        versions = ", ".join(f"{name} {version}".strip() for name, version in run.backends)
        parts.append("  ·  ".join(filter(None, (models, versions, f"run {run.run_id}"))))
    return f"gpubench {findings.runs[0].gpubench}  ·  " + "  |  ".join(parts) if parts else "gpubench"
