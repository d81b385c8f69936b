"""A builder for a workload that somebody else declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gpubench.workload import Builder


@dataclass(frozen=True)
class Addition:
    """How the author of a backend gives it the workloads that are there already.

    workload: the name of one that is installed or in a plug-in file. backend: whose builder it is. builder: as in
    `Workload.builders`. limits: the values of a parameter that the backend has ("layout": ("native",)), as in
    `Workload.limits`; others plan no cell for it. It is published as a workload is: by an entry point of the group
    `gpubench.workloads`, or in a file that `--plugin` names. Where the workload has a builder for the backend already,
    or has no parameter that is limited, it is refused.
    """

    workload: str
    backend: str
    builder: Builder[Any, Any]
    limits: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called where plug-ins are told apart."""
        return f"{self.workload} for {self.backend}"
