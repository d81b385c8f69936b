"""What the self-test said of each device of this machine, remembered so that a run can say whether its device passed.

A file for each backend, device, driver and version of either: another driver makes another device of it. A file that
can't be read says nothing, as if there were none.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

import gpubench
from gpubench.machine import processors

PASSED, FAILED = "passed", "failed"
FACT = "selftest"
"""The fact of a worker's environment that holds a `Verification` in words."""


@dataclass(frozen=True)
class Verification:
    """outcome: `passed` or `failed`. on: the day, UTC, ISO 8601. failed: the checks that failed."""

    outcome: str
    on: str
    failed: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`passed 2026-11-26`, `failed 2026-11-26: residual-wait`."""
        return f"{self.outcome} {self.on}" + (f": {', '.join(self.failed)}" if self.failed else "")


def subject(backend: str, kind: str, model: str, ready: Mapping[str, Any]) -> dict[str, Any]:
    """What a verification holds for. kind: the device class; ready: what a worker said of itself when it started."""
    return {
        "gpubench": gpubench.__version__, "backend": backend, "versions": dict(ready["versions"]),
        "device": kind, "model": model, "identity": dict(ready.get("identity", {})),
        "processor": processors.model(), "logical processors": psutil.cpu_count() or 1,
    }  # fmt: skip


def remember(about: Mapping[str, Any], verification: Verification) -> Path:
    """Keep it, in place of what was kept for the same subject. Raises OSError."""
    file = _file(about)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**about, **asdict(verification)}, indent=1, allow_nan=False)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as kept:
            kept.write(text + "\n")
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return file


def recall(about: Mapping[str, Any]) -> Verification | None:
    """What was kept for a subject; None for nothing that can be read."""
    try:
        kept = json.loads(_file(about).read_text(encoding="utf-8"))
        found = Verification(kept["outcome"], kept["on"], tuple(map(str, kept["failed"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    sound = found.outcome in (PASSED, FAILED) and re.fullmatch(r"\d{4}-\d\d-\d\d", str(found.on))
    return found if sound else None


def _file(about: Mapping[str, Any]) -> Path:
    """Below the folder that the XDG Base Directory Specification has for state; a relative one is to be ignored."""
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        home = given if given.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError as error:  # a user without a home
        raise OSError(str(error)) from error
    key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
    return home / "gpubench" / "selftest" / f"{key}.json"
