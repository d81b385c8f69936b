"""The device that a worker was started for, as its first answer tells, and what the self-test said of it before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpubench.machine import processors, verification


def model_of(device: str, ready: Mapping[str, Any]) -> str:
    """What its maker calls it; empty where nobody tells."""
    kind = device.partition(":")[0]
    if kind == "cpu":
        return processors.model()
    same = [found for found in ready["devices"] if found[0].partition(":")[0] == kind]
    # A worker that sees its device alone counts it as the first; one that sees all has it under its own name.
    models = [model for _, model, *_ in sorted(same, key=lambda found: found[0] != device) if model]
    return next(iter(models), "")


def subject_of(backend: str, device: str, ready: Mapping[str, Any]) -> dict[str, Any]:
    """What a verification of this backend on this device holds for."""
    return verification.subject(backend, device.partition(":")[0], model_of(device, ready), ready)


def verified(backend: str, device: str, ready: Mapping[str, Any]) -> dict[str, str]:
    """The fact for the record: `passed` or `failed` with the day; none where the self-test was not run."""
    found = verification.recall(subject_of(backend, device, ready))
    return {verification.FACT: str(found)} if found else {}
