"""What the doctor found, as one JSON object: to attach to a report of a problem, and for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import gpubench
from gpubench.errors import UnavailableError
from gpubench.machine.doctor import Examination
from gpubench.machine.finding import Finding
from gpubench.machine.framework import Framework


def as_text(examination: Examination, unmet: UnavailableError | None) -> str:
    """The object. unmet: what `--require` asked for in vain."""
    found = {
        "gpubench": gpubench.__version__,
        "machine": dict(examination.host.facts),
        "cuda": asdict(examination.cuda),
        "frameworks": [_framework(framework) for framework in examination.frameworks],
        "plugins": {kind: list(names) for kind, names in examination.plugins.items()},
        "broken": dict(examination.broken),
        "findings": [_finding(finding) for finding in examination.findings()],
        "unmet": unmet.message if unmet else None,
    }
    return json.dumps(found, indent=1, allow_nan=False)


def _framework(framework: Framework) -> dict[str, Any]:
    return {
        "backend": framework.backend.name,
        "interpreter": framework.interpreter,
        "version": framework.version,
        "versions": dict(framework.versions),
        "settings": dict(framework.settings),
        "devices": [asdict(device) for device in framework.devices],
        "missing": framework.missing,
        "absent": framework.absent,
        "log": framework.log,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "weight": finding.weight.value}
