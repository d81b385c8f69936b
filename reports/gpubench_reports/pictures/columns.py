"""What a panel of the roofline shows: cases in columns, since a case has one intensity whoever computes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gpubench.analysis.case import Case
from gpubench.analysis.ceiling import Ceiling
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import default_modes
from gpubench.analysis.roofline import Placement
from gpubench_reports.canvas import label
from gpubench_reports.pictures.choice import chosen
from gpubench_reports.pictures.forest import names

MOST = 26
"""Columns that have room for their names."""
LEAST = 1e-3
"""Of what is attainable: a step below this would flatten the picture and say nothing that the table doesn't."""
_LONGEST = 40


@dataclass(frozen=True)
class Panel:
    """One run at one precision; runs that are shown as one are one here.

    columns: the cases by intensity, with what was measured of each. names: of the cases. modes: each backend's usual.
    """

    title: str
    columns: tuple[tuple[Case, tuple[Placement, ...]], ...]
    names: Mapping[Case, str]
    modes: Mapping[str, str]

    @property
    def placements(self) -> list[Placement]:
        """Of all columns."""
        return [one for _, found in self.columns for one in found]

    @property
    def ceilings(self) -> list[Ceiling]:
        """Of its devices, the highest first."""
        return sorted({id(one.ceiling): one.ceiling for one in self.placements}.values(), key=lambda one: -one.peak)

    def top(self, column: int) -> float:
        """The highest rate in a column, FLOP/s."""
        return max(one.rate for one in self.columns[column][1])

    def named(self, case: Case) -> str:
        """A case's name as it is drawn, with a small flag where a cell of it is doubtful."""
        found = next(found for other, found in self.columns if other == case)
        flag = " ⚑" if doubtful(one.cell for one in found) else ""
        return label(self.names[case], _LONGEST) + flag

    def hollow(self, one: Placement) -> bool:
        """Whether a mark is of another mode than its backend's usual."""
        return one.cell.mode != self.modes[one.cell.backend]


def panels(findings: Findings) -> list[Panel]:
    """One for each run and precision of which the ceilings are known, the fullest first."""
    groups: dict[tuple[str, str], list[Placement]] = defaultdict(list)
    for one in findings.placements:
        if one.share >= LEAST:
            groups[one.cell.run, one.cell.case.precision].append(one)
    modes = default_modes(findings.cells)
    fullest = sorted(groups.values(), key=len, reverse=True)
    return [_panel(members, modes) for members in fullest]


def _panel(found: Sequence[Placement], modes: Mapping[str, str]) -> Panel:
    by_case: dict[Case, list[Placement]] = defaultdict(list)
    for one in found:
        by_case[one.cell.case].append(one)
    kept = chosen(list(by_case), lambda case: (None, case, len(by_case[case])), MOST)
    kept.sort(key=lambda case: by_case[case][0].intensity)
    first = found[0].cell
    title = f"Run {first.run}: " if first.run else ""
    columns = tuple((case, tuple(by_case[case])) for case in kept)
    return Panel(title + first.case.precision, columns, names(kept, _LONGEST), modes)
