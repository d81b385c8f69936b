"""What a panel of the roofline shows: cases in columns, since a case has one intensity whoever computes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gpubench.analysis.case import Case
from gpubench.analysis.ceiling import Ceiling, place
from gpubench.analysis.distinct import distinct, who
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured, default_modes
from gpubench.analysis.quantity import NONE
from gpubench.analysis.roofline import Placement
from gpubench_reports.pictures.choice import chosen
from gpubench_reports.pictures.forest import names

PANELS = 3
MOST = 26
"""Columns that have room for their names."""
LEAST = 1e-3
"""Of what is attainable: a step below this would flatten the picture and say nothing that the table doesn't."""
_FAINT, _LITTLE = "under 0.1 %", "too little work"
"""Why a cell has no mark: `LEAST`, or `placements` leaves it out."""
LONGEST, _LACKING = 40, 24
"""Letters of a case's name, and of what has no mark in its column."""
_Columns = tuple[tuple[Case, tuple[Placement, ...]], ...]
Unmarked = tuple[tuple[Measured, str], ...]
"""Cells, each with the reason why it has no mark."""


@dataclass(frozen=True)
class Panel:
    """One run at one precision; runs that are shown as one are one here.

    columns: the cases by intensity, with what was measured of each. names: of the cases. modes: each backend's usual.
    devices: of all findings. unmarked: further cells of these cases, which have no mark, each with the reason.
    """

    title: str
    columns: _Columns
    names: Mapping[Case, str]
    modes: Mapping[str, str]
    devices: Sequence[str]
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

    def signs(self, case: Case) -> str:
        """What stands behind a case's name: whose cells are doubtful, and whose have no mark.

        ` ⚑` where all are doubtful, ` (GPU ⚑)`, ` (torch GPU –)` where others on the GPU have marks.
        """
        drawn = [one.cell for one in next(found for other, found in self.columns if other == case)]
        doubted = [cell for cell in drawn if doubtful([cell])]
        rest = [cell for cell in drawn if not doubtful([cell])]
        signs = [f"{self._whose(doubted, rest)}⚑" if rest else "⚑"] if doubted else []
        lacking = [cell for cell, _ in self.unmarked.get(case, ())]
        signs += [f"{self._whose(lacking, drawn)}{NONE}"] if lacking else []
        told = [sign if sign == "⚑" else f"({sign})" for sign in signs]
        return "".join(f" {sign}" for sign in told)

    def _whose(self, some: Sequence[Measured], others: Sequence[Measured]) -> str:
        """What tells cells from the others of their case, or how many they are, with a space behind."""
        words = ", ".join(distinct(some, others, self.modes, self.devices))
        return f"{words} " if len(words) <= _LACKING else f"{len(some)} marks "

    def who(self, cell: Measured) -> str:
        """Backend and device of a cell, as far as they need to be told."""
        return who(cell, self.modes, self.devices)

    def hollow(self, cell: Measured) -> bool:
        """Whether a mark is of another mode than its backend's usual."""
        return cell.mode != self.modes[cell.backend]


def panels(findings: Findings) -> list[Panel]:
    """The fullest, one for each run and precision of which the ceilings are known, with the same names in all."""
    groups: dict[tuple[str, str], list[Placement]] = defaultdict(list)
    for one in findings.placements:
        if one.share >= LEAST:
            groups[one.cell.run, one.cell.case.precision].append(one)
    columns = [_columns(members) for members in sorted(groups.values(), key=len, reverse=True)[:PANELS]]
    named = names((_untitled(case) for found in columns for case, _ in found), LONGEST)
    unmarked = _unmarked(findings)
    return [_panel(findings, found, named, unmarked[found[0][1][0].cell.run]) for found in columns]


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


def _columns(found: Sequence[Placement]) -> _Columns:
    by_case: dict[Case, list[Placement]] = defaultdict(list)
    for one in found:
        by_case[one.cell.case].append(one)
    kept = chosen(list(by_case), lambda case: (None, case, len(by_case[case])), MOST)
    kept.sort(key=lambda case: by_case[case][0].intensity)
    return tuple((case, tuple(by_case[case])) for case in kept)


def _untitled(case: Case) -> Case:
    """A case without its precision, which its panel's title tells."""
    return replace(case, precision="")


def _panel(
    findings: Findings, columns: _Columns, named: Mapping[Case, str], unmarked: Mapping[Case, Unmarked]
) -> Panel:
    first = columns[0][1][0].cell
    title = f"Run {first.run}: " if first.run else ""
    own = {case: named[_untitled(case)] for case, _ in columns}
    lacking = {case: unmarked[case] for case in own if case in unmarked}
    modes = default_modes(findings.cells)
    return Panel(title + first.case.precision, columns, own, modes, findings.devices, lacking)
