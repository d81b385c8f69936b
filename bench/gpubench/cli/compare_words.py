"""A comparison in words: what its cells are called, what stands below its table, and the sentence that sums it up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gpubench.analysis.again import typed
from gpubench.analysis.judgement import MOST_LAUNCHES, Verdict
from gpubench.analysis.numeral import times
from gpubench.analysis.obstacle import Why
from gpubench.results.writer import FILE_NAME

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Compared, Comparison
    from gpubench.analysis.margin import Margin
    from gpubench.analysis.measured import Measured
    from gpubench.analysis.overall import Overall
    from gpubench.analysis.overview import Overview
    from gpubench.analysis.ratio import Ratio

_MOST_NAMED = 3
_NOISY = 0.15


def cell_name(one: Compared, by: str) -> str:
    """A compared cell in one line, without what is compared."""
    return " ".join(cell_lines(one, by))


def cell_lines(one: Compared, by: str) -> tuple[str, str]:
    """A compared cell in two lines: the work; who does it, how and where, without what is compared."""
    base, new = one.base, one.new
    mode = base.mode if new is None or new.mode == base.mode else f"{base.mode}, {new.mode}"
    who = {
        "": f"{base.how}, {base.device}",
        "device": base.how,
        "backend": f"{mode}, {base.device}",
        "mode": f"{base.backend} ({mode}), {base.device}",
    }
    return f"{base.case.words},", who[by]


def new_cell_name(cell: Measured) -> str:
    """A cell of NEW that the base lacks, in one line."""
    return f"{cell.case.words}, {cell.how}, {cell.device}"


def ratio_words(ratio: Ratio | None) -> str:
    """`0.833× [0.81–0.85]`; empty where there is none."""
    return " ".join(filter(None, times(ratio))) if ratio else ""


def inconclusive(comparison: Comparison) -> list[int | None]:
    """The launches that each INCONCLUSIVE cell would take; None for more than are counted out."""
    return [
        one.judgement.needed
        for one in comparison.compared
        if one.judgement is not None and one.verdict is Verdict.INCONCLUSIVE
    ]


def percent(fraction: float) -> str:
    """`7.23 %`, `10,300 %`: three figures, and never a power of ten."""
    figures = f"{100 * fraction:.3g}"
    return f"{float(figures):,.0f} %" if "e+" in figures else f"{figures} %"


def launches_words(needed: int | None) -> str:
    """A number of launches; None for more than are counted out."""
    return f"more than {MOST_LAUNCHES} launches" if needed is None else f"{needed} launches"


def place(run: Overview) -> str:
    """What to type for a run: its folder, or its file where that has another name than usual."""
    return str(run.path.parent if run.path.name == FILE_NAME else run.path)


def run_lines(comparison: Comparison) -> Iterator[str]:
    """A line for each run: what it is called, where it lies, and the versions that people compare."""
    names = (comparison.base, *comparison.news) if not comparison.by else ("RUN",)
    for name, run in zip(names, comparison.runs, strict=True):
        yield f"{name}: {run_words(run)}"


def run_words(run: Overview) -> str:
    """Where a run lies, when it began, and the versions that people compare."""
    versions = ", ".join(f"{backend} {version}" for backend, version in run.backends if version)
    when = run.created.partition("+")[0].partition(".")[0].replace("T", " ")
    incomplete = "" if run.complete else ", incomplete"
    by = run.made_by or f"gpubench {run.gpubench}"
    return f"{place(run)} of {when or 'unknown time'}, {by}, {versions or 'no backend'}{incomplete}"


def notes(comparison: Comparison) -> Iterator[str]:
    """What stands below the table: how to read it, why there are cells without a verdict, and what is new."""
    new = comparison.news[0] if len(comparison.news) == 1 else "the other"
    if any(one.ratio for one in comparison.compared):
        yield (
            f"Ratio: {comparison.base}'s time over {new}'s, so above 1 {new} is faster; in brackets its 95 % interval "
            f"over launches."
        )
    if inconclusive(comparison):
        yield "Takes: how many launches a side would tell, if difference and spread stay what they are."
    if margins := [f"{percent(margin.fraction)} ({margin.origin})" for margin in _margins(comparison)]:
        yield f"Margin: {'; '.join(margins)}."
    for text, cells in _reasons(comparison).items():
        yield f"INVALID ({text}): {_several(cells)}."
    for name, added in comparison.added.items():
        if added:
            yield f"Only in {name}, in no verdict: {_several([new_cell_name(cell) for cell in added])}."


def advice(comparison: Comparison) -> Iterator[str]:
    """What to type next, for standard error."""
    if any(one.obstacle and one.obstacle.why is Why.OTHER_MACHINE for one in comparison.compared):
        yield "Other machines or settings get no verdict; --allow-cross-machine gives them one."
    floors = [margin.fraction for margin in _margins(comparison) if margin.raised]
    if floors and max(floors) > _NOISY:
        yield (
            f"So noisy were these runs that differences up to {percent(max(floors))} pass for none. Measure on a "
            "quieter machine, or with more launches; an explicit --margin is never raised."
        )
    within = [needed for needed in inconclusive(comparison) if needed is not None]
    if within:
        number = len(within)
        cells = "a cell that is" if number == 1 else f"{number} cells that are"
        told = typed(comparison.runs[-1], [one.new for one in comparison.compared if one.new])
        yield f"To tell {cells} INCONCLUSIVE: {told.with_launches(max(within))}"


def sentence(comparison: Comparison) -> str:
    """The whole comparison in a sentence."""
    total, counts = len(comparison.compared), comparison.counts
    added = sum(len(cells) for cells in comparison.added.values())
    if not comparison.judged:
        return _nothing(comparison)
    parts = [f"{counts[Verdict.SLOWER]} of {_cells(total)} SLOWER"]
    others = [(verdict, count) for verdict, count in counts.items() if count and verdict is not Verdict.SLOWER]
    parts += [f"{count} {verdict.value}" for verdict, count in others]
    if added:
        parts.append(f"{added} new")
    means = [text for one in comparison.overalls if (text := overall_words(one, comparison.base))]
    return f"{', '.join(parts)}.{''.join(f' {mean}' for mean in means)}"


def overall_words(one: Overall, base: str) -> str:
    """A geometric mean in a sentence; empty where there is none, or none that says more than its one cell."""
    if one.ratio is None or one.cells < 2:
        return ""
    return f"{one.new} is {ratio_words(one.ratio)} as fast as {base} in the geometric mean of {one.cells} cells."


def _nothing(comparison: Comparison) -> str:
    if comparison.by:
        return f"Nothing was compared: the run has no two cells that are equal but for the {comparison.by}."
    if not comparison.compared:
        return f"Nothing was compared: {comparison.base} has no cell."
    number = len(comparison.compared)
    cells = "its only cell is" if number == 1 else f"all its {number} cells are"
    return f"Nothing was compared: no cell of {comparison.base} got a verdict, {cells} INVALID."


def _margins(comparison: Comparison) -> list[Margin]:
    """Each margin that some cell was held to."""
    return list(dict.fromkeys(one.judgement.question.margin for one in comparison.compared if one.judgement))


def _reasons(comparison: Comparison) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in comparison.worst_first:
        if one.obstacle is not None:
            found[" ".join(one.obstacle.text.split())].append(cell_name(one, comparison.by))
    return found


def _several(names: list[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - _MOST_NAMED
    shown = "; ".join(names[:_MOST_NAMED])
    return f"{shown}; and {more} more" if more > 0 else shown


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
