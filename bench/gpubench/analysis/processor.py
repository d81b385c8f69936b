"""The CPU that a run was measured on: what speed-ups are over, so how much of it there was to compute with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gpubench.analysis.measured import Measured
from gpubench.analysis.speedup import BASE

_DIGITS = 9
"""Of a count from a file that anyone may have written."""


@dataclass(frozen=True)
class Processor:
    """model: empty where not known. cores: physical ones that the run was allowed, None where not known.

    logical: logical processors of the machine, None where not known. threads: what frameworks computed with there,
    ascending; empty where no cell of the CPU was measured.
    """

    model: str
    cores: int | None
    logical: int | None
    threads: tuple[int, ...]

    @property
    def title(self) -> str:
        """`AMD EPYC 7763 (16 cores)`; the logical processors where the cores are not known."""
        count = self.extent[:1]
        return f"{self.model or BASE}{f' ({count[0]})' if count else ''}"

    @property
    def extent(self) -> tuple[str, ...]:
        """`16 cores`, `32 logical processors`: what is known of its size."""
        known = ((self.cores, "core", "cores"), (self.logical, "logical processor", "logical processors"))
        return tuple(f"{count} {one if count == 1 else many}" for count, one, many in known if count)

    @property
    def words(self) -> str:
        """`CPU: AMD EPYC 7763, 16 cores, 32 logical processors, computing with 16 threads`; empty without threads."""
        if not self.threads:
            return ""
        used = " or ".join(map(str, self.threads))
        computing = f"computing with {used} {'thread' if used == '1' else 'threads'}"
        return f"CPU: {', '.join(filter(None, (self.model, *self.extent, computing)))}"


def processor(facts: Mapping[str, str], cells: Iterable[Measured]) -> Processor:
    """Of one run. facts: of its machine. cells: its own."""
    own = [cell for cell in cells if cell.kind == BASE and cell.status != "skipped"]
    model = next((cell.device_name for cell in own if cell.device_name), facts.get("processor", ""))
    threads = tuple(sorted({cell.threads for cell in own if cell.ok and cell.threads}))
    return Processor(model, _count(facts, "physical cores allowed"), _count(facts, "logical processors"), threads)


def _count(facts: Mapping[str, str], name: str) -> int | None:
    text = facts.get(name, "")
    return int(text) if text.isdecimal() and len(text) < _DIGITS else None
