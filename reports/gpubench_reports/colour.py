"""Who has which colour: devices are told apart by it, and where there is only one, backends are."""

from __future__ import annotations

from gpubench.analysis.findings import Findings
from gpubench_reports.theme import Theme


def by_backend(findings: Findings) -> bool:
    """Whether backends have the colours: there is one device, and nothing to tell it from."""
    return len(findings.devices) < 2


def colour(theme: Theme, findings: Findings, device: str, backend: str) -> str:
    """The colour of what a backend did on a device, the same in every picture of a report."""
    if by_backend(findings):
        return theme.colour(backend, findings.backends)
    return theme.colour(device, findings.devices)


def limit_colour(theme: Theme, findings: Findings, device: str) -> str:
    """The colour of what a device can do, whichever backend."""
    return theme.ink if by_backend(findings) else theme.colour(device, findings.devices)
