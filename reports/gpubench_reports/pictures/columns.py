"""What a panel of the roofline shows: cases in columns, since a case has one intensity whoever computes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpubench.analysis.case import Case
from gpubench.analysis.ceiling import Ceiling, place
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured, default_modes
from gpubench.analysis.quantity import NONE
from gpubench.analysis.roofline import Placement
from gpubench_reports.canvas import label
from gpubench_reports.pictures.choice import chosen
from gpubench_reports.pictures.forest import names

MOST = 26
"""Columns that have room for their names."""
LEAST = 1e-3
"""Of what is attainable: a step below this would flatten the picture and say nothing that the table doesn't."""
_FAINT, _LITTLE = "under 0.1 %", "too little work"
"""Why a cell has no mark: `LEAST`, or `placements` leaves it out."""
_LONGEST = 40
Unmarked = tuple[tuple[Measured, str], ...]
"""Cells, each with the reason why it has no mark."""


@dataclass(frozen=True)
class Panel:
    """One run at one precision; runs that are shown as one are one here.

    columns: the cases by intensity, with what was measured of each. names: of the cases. modes: each backend's usual.
    unmarked: further cells of these cases, which have no mark, each with the reason.
    """

    title: str
    columns: tuple[tuple[Case, tuple[Placement, ...]], ...]
    names: Mapping[Case, str]
    modes: Mapping[str, str]
    unmarked: Mapping[Case, Unmarked]

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
        """A case's name as it is drawn: with a flag where a cell of it is doubtful, a dash where one has no mark."""
        found = next(found for other, found in self.columns if other == case)
        flag = " ⚑" if doubtful(one.cell for one in found) else ""
        lacks = f" ({NONE})" if case in self.unmarked else ""
        return label(self.names[case], _LONGEST) + flag + lacks

    def hollow(self, cell: Measured) -> bool:
        """Whether a mark is of another mode than its backend's usual."""
        return cell.mode != self.modes[cell.backend]


def panels(findings: Findings) -> list[Panel]:
    """One for each run and precision of which the ceilings are known, the fullest first."""
    groups: dict[tuple[str, str], list[Placement]] = defaultdict(list)
    for one in findings.placements:
        if one.share >= LEAST:
            groups[one.cell.run, one.cell.case.precision].append(one)
    modes = default_modes(findings.cells)
    unmarked = _unmarked(findings)
    fullest = sorted(groups.values(), key=len, reverse=True)
    return [_panel(members, modes, unmarked[members[0].cell.run]) for members in fullest]


def why_unmarked(cells: Iterable[tuple[Measured, str]]) -> str:
    """The reasons why cells have no mark, in words."""
    return " or ".join(sorted({why for _, why in cells}))


def _unmarked(findings: Findings) -> dict[str, dict[Case, Unmarked]]:
    """By run and case, what has no mark though its ceilings are known."""
    shares = {(one.cell.run_id, *one.cell.identity): one.share for one in findings.placements}
    known = {(place(one.product), one.product.case.precision) for one in findings.ceilings}
    found: dict[str, dict[Case, Unmarked]] = defaultdict(dict)
    for cell in findings.cells:
        share = shares.get((cell.run_id, *cell.identity), 0.0)
        if cell.flop_per_s and cell.bytes and share < LEAST and (place(cell), cell.case.precision) in known:
            of_run = found[cell.run]
            of_run[cell.case] = (*of_run.get(cell.case, ()), (cell, _FAINT if share else _LITTLE))
    return found


def _panel(found: Sequence[Placement], modes: Mapping[str, str], unmarked: Mapping[Case, Unmarked]) -> Panel:
    by_case: dict[Case, list[Placement]] = defaultdict(list)
    for one in found:
        by_case[one.cell.case].append(one)
    kept = chosen(list(by_case), lambda case: (None, case, len(by_case[case])), MOST)
    kept.sort(key=lambda case: by_case[case][0].intensity)
    first = found[0].cell
    title = f"Run {first.run}: " if first.run else ""
    columns = tuple((case, tuple(by_case[case])) for case in kept)
    lacking = {case: unmarked[case] for case in kept if case in unmarked}
    return Panel(title + first.case.precision, columns, names(kept, _LONGEST), modes, lacking)
