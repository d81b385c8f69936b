"""Devices whose timings the self-test has not verified, or has found wrong."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator

from gpubench.analysis.again import surroundings
from gpubench.analysis.overview import SELFTEST
from gpubench.analysis.speedup import BASE
from gpubench.results.records import Run
from gpubench.results.results import Results

_FAILED = "failed"
"""How what is told of the self-test begins where it failed."""


def unverified(results: Results) -> Iterator[tuple[str, str]]:
    """What to know of each device, and the command to type: any that failed, each accelerator that has not passed."""
    missing: dict[str, list[str]] = defaultdict(list)
    for (backend, device), said in _said(results).items():
        if said.startswith(_FAILED):
            text = f"{backend} on {device}: selftest {said}. Its timings can't be relied on. To test again, type:"
            yield text, _command(results.run, device)
        elif not said and device != BASE:
            missing[device].append(backend)
    for device, backends in missing.items():
        text = f"{', '.join(backends)} on {device}: timings on this device not verified by selftest."
        yield f"{text} To verify them, type:", _command(results.run, device)


def _said(results: Results) -> dict[tuple[str, str], str]:
    """By backend and device, the last that a worker of theirs told; empty where none told anything."""
    found: dict[tuple[str, str], str] = {}
    for env in results.envs:
        backend, at, device = env.scope.rpartition("@")
        if at:
            found[backend, device] = env.facts.get(SELFTEST) or found.get((backend, device), "")
    return found


def _command(run: Run, device: str) -> str:
    """In the environments of the run, and with its plug-ins."""
    return shlex.join(["gpubench", "selftest", "--device", device, *surroundings(run)])
