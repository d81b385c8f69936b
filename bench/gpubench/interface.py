"""The version of what plug-ins are written against, and which versions this gpubench serves.

A plug-in's module, or a package that it lies in, says at its top level what it needs:

    GPUBENCH_INTERFACE = "1.0"

A plug-in that says nothing is taken to need the first version. The numbers are those of Semantic Versioning: another
first number is refused, and so is a higher second one. docs/write-a-workload.md says what counts as breaking.
"""

from __future__ import annotations

import re

INTERFACE: str = "1.0"
"""What this gpubench offers to workloads, backends and reports."""
FIRST = "1.0"
DECLARATION = "GPUBENCH_INTERFACE"


def refusal(declared: object, offered: str = INTERFACE) -> str:
    """Why a plug-in that needs this version can't be used here, in words; empty where it can."""
    if not isinstance(declared, str) or not re.fullmatch(r"\d+\.\d+", declared):
        return f'{DECLARATION} = {declared!r}: a version is expected, such as "{offered}"'
    (major, minor), (our_major, our_minor) = _numbers(declared), _numbers(offered)
    if major == our_major and minor <= our_minor:
        return ""
    served = f"{our_major}.0 to {offered}" if our_minor else offered
    older = major < our_major
    mend = f"update it, or install a gpubench-suite that serves {declared}" if older else "update gpubench-suite"
    return f"it is written for interface {declared} of gpubench, and this one serves {served}: {mend}"


def _numbers(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)
