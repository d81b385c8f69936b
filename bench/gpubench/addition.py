"""A builder for a workload that somebody else declared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from gpubench.errors import UsageError
from gpubench.workload import Builder, Workload


@dataclass(frozen=True)
class Addition:
    """How the author of a backend gives it the workloads that are there already.

    workload: the name of one that is installed or in a plug-in file. backend: whose builder it is. builder: as in
    `Workload.builders`. limits: the values of a parameter that the backend has ("layout": ("native",)), as in
    `Workload.limits`; others plan no cell for it. It is published as a workload is: by an entry point of the group
    `gpubench.workloads`, or in a file that `--plugin` names. Where the workload has a builder for the backend already,
    or has no parameter or no value that is limited, it is refused.
    """

    workload: str
    backend: str
    builder: Builder[Any, Any]
    limits: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called where plug-ins are told apart."""
        return f"{self.workload} for {self.backend}"

    def refuse_limits(self, workload: Workload[Any]) -> None:
        """Raise ValueError for limits that are none of the workload's, with what was given and what is expected."""
        expected = f"a mapping of parameters of {workload.name} to tuples of values is expected"
        limits: Any = self.limits  # from an author's file, which nothing checks
        if not isinstance(limits, Mapping):
            raise ValueError(f"its limits are {limits!r}: {expected}")
        for name, values in limits.items():
            given = f"its limits have {name!r}: {values!r}"
            if not isinstance(values, Collection) or isinstance(values, (str, bytes)) or not values:
                raise ValueError(f"{given}: {expected}, at least one for each")
            if name in workload.parameters:
                for value in values:
                    if said := _refused(workload, name, value):
                        raise ValueError(f"{given}: {said}")


def _refused(workload: Workload[Any], name: str, value: object) -> str:
    """Why a workload can have no such value at any of its sizes; empty where it can."""
    example = workload.identity(next(iter(workload.sizes.values())))[name]
    if type(value) is not type(example):
        wanted, got = type(example).__name__, type(value).__name__
        return f"a {wanted} is expected, as {example!r} is, and {value!r} is of type {got}"
    said = ""
    for params in workload.sizes.values():
        try:
            workload.replaced(params, **{name: value})
        except UsageError as error:
            said = error.message
        else:
            return ""
    return said
