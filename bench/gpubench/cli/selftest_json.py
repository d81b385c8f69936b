"""What the self-test found, as one JSON object: to attach to a report of a problem, and for scripts."""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import gpubench
from gpubench.machine.environment import environment

if TYPE_CHECKING:
    from gpubench.runner.selftest import Examined, Report

SCHEMA = 1


def as_text(report: Report) -> str:
    """The object. Of the environment it holds what a results file does: host name and UUID are hashed."""
    found = {
        "schema": SCHEMA,
        "gpubench": gpubench.__version__,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": environment(),
        "examined": [_examined(one) for one in report.examined],
        "across": [{"device": device, **check.message()} for device, check in report.across],
        "absent": dict(report.absent),
        "failed": report.failed,
    }
    return json.dumps(found, indent=1, allow_nan=False)


def _examined(one: Examined) -> dict[str, Any]:
    return {
        "backend": one.backend,
        "version": one.version,
        "device": one.device,
        "model": one.model,
        "identity": one.ready.get("identity", {}),
        "versions": one.ready.get("versions", {}),
        "settings": one.ready.get("settings", {}),
        "outcome": "failed" if one.failed else "passed",
        "seconds": round(one.seconds, 3),
        "checks": [asdict(check) for check in one.checks],
        "log": one.log,
    }
