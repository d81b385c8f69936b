"""The work that cells have in common: all of a cell's identity but who does it, how and where."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gpubench.analysis.numeral import written

Value = int | float | str | bool
Size = int | float | str
DEVICE_TITLES = {"cpu": "CPU", "cuda": "GPU"}
"""What people call the device classes that they have a word for."""


@dataclass(frozen=True)
class Case:
    """One piece of work. size: the value of `axis`; both are empty for what has none. params: the others, sorted.

    told: the names of the parameters that a reader must be told, since the workload was measured with several
    values of them.
    """

    workload: str
    axis: str
    size: Size
    params: tuple[tuple[str, Value], ...]
    precision: str
    data: str
    told: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def params_in_words(self) -> str:
        """The parameters that tell this case from others of its workload."""
        return ", ".join(f"{name} {value}" for name, value in self.params if name in self.told)

    @property
    def name(self) -> str:
        """The case in one line without its precision and data, where those go without saying."""
        return ", ".join(filter(None, (self.workload, self.params_in_words, self.sized)))

    @property
    def sized(self) -> str:
        """The size with its axis; empty for what has none."""
        return f"{self.axis} {written(self.size)}" if self.axis else ""

    @property
    def words(self) -> str:
        """The case in one line, for people."""
        data = "" if self.data in ("resident", "") else f"data from the {self.data}"
        return ", ".join(filter(None, (self.name, self.precision, data)))

    @property
    def length(self) -> float | None:
        """The size as a number that curves over sizes have a place for, on a logarithmic axis; None for others."""
        return float(self.size) if isinstance(self.size, (int, float)) and self.size > 0 else None

    @property
    def family(self) -> Case:
        """The case without its size: what a curve over sizes is about."""
        return replace(self, size="")

    @property
    def order(self) -> tuple[str, str, str, str, bool, float, str]:
        """Sorts cases of a workload by parameters, then by size as a number."""
        number = isinstance(self.size, (int, float))
        size = float(self.size) if isinstance(self.size, (int, float)) else 0.0
        return (self.workload, json.dumps(self.params), self.precision, self.data, not number, size, str(self.size))

    def with_param(self, name: str, value: Value) -> Case:
        """The same case but for one parameter."""
        return replace(self, params=tuple((key, value if key == name else old) for key, old in self.params))


def telling(params: Iterable[tuple[str, Mapping[str, Value]]]) -> dict[str, frozenset[str]]:
    """For each workload the parameters that have several values, from (workload, parameters) pairs."""
    values: dict[str, dict[str, set[Value]]] = defaultdict(lambda: defaultdict(set))
    for workload, named in params:
        for name, value in named.items():
            values[workload][name].add(value)
    return {
        workload: frozenset(name for name, seen in found.items() if len(seen) > 1) for workload, found in values.items()
    }


def device_in_words(device: str, several: bool = False) -> str:
    """What people call a device: `CPU`, `GPU`; with its number where there are several of its class."""
    kind, _, number = device.partition(":")
    title = DEVICE_TITLES.get(kind)
    if title is None:
        return device
    return f"{title} {number}" if several and number else title


def the_device(device: str, several: bool = False) -> str:
    """The same with its article; a device that people have no word for has none: `simulated:0`."""
    title = device_in_words(device, several)
    return f"the {title}" if device.partition(":")[0] in DEVICE_TITLES else title
