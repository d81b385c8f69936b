"""Runs against a base run, cell by cell: what a change of code, of versions or of machine did to each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gpubench.analysis.difference import difference
from gpubench.analysis.judgement import Judgement, Question, Verdict, judge
from gpubench.analysis.machines import run_labels
from gpubench.analysis.margin import Margin, Margins
from gpubench.analysis.measured import Measured, interleaved, measured, ratio_of
from gpubench.analysis.noise_floor import NoiseFloor, noise_floors
from gpubench.analysis.obstacle import Names, Obstacle
from gpubench.analysis.overall import Both, Overall, overall
from gpubench.analysis.overview import Overview, overview
from gpubench.analysis.pairing import FIELDS, Pair, Pairing, between, within
from gpubench.analysis.ratio import Ratio
from gpubench.errors import UsageError
from gpubench.results.results import Results
from gpubench.spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

_WORST_FIRST = (Verdict.SLOWER, Verdict.INVALID, Verdict.INCONCLUSIVE, Verdict.SAME, Verdict.FASTER)
_Floors = Mapping[tuple[str, str, str], Sequence[NoiseFloor]]


@dataclass(frozen=True)
class Compared:
    """One cell of BASE against one NEW.

    new: None where NEW lacks it. ratio: BASE's time over NEW's, above 1 where NEW is faster; None unless both have a
    figure. judgement: None where an obstacle forbids one.
    """

    names: Names
    base: Measured
    new: Measured | None
    ratio: Ratio | None
    judgement: Judgement | None
    obstacle: Obstacle | None

    @property
    def verdict(self) -> Verdict:
        """NEW seen from BASE."""
        return Verdict.INVALID if self.judgement is None else self.judgement.verdict


@dataclass(frozen=True)
class Comparison:
    """A base and one or more others, each a run, or the cells of one run that have another value of `by`.

    base: what the base is called. news: the others' names. runs: the runs, the base first; one where `by` is given.
    compared: a cell of the base and a NEW each, in plan order. added: cells of each NEW that the base lacks.
    overalls: the geometric mean of each NEW over the cells that have a ratio in all of them.
    """

    by: str
    base: str
    news: tuple[str, ...]
    runs: tuple[Overview, ...]
    compared: tuple[Compared, ...]
    added: Mapping[str, tuple[Measured, ...]]
    overalls: tuple[Overall, ...]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many cells have each verdict, all verdicts in the order of gravity."""
        seen = Counter(one.verdict for one in self.compared)
        return {verdict: seen[verdict] for verdict in _WORST_FIRST}

    @property
    def judged(self) -> int:
        """How many cells could be compared at all."""
        return sum(one.judgement is not None for one in self.compared)

    @property
    def worst_first(self) -> tuple[Compared, ...]:
        """By verdict, and within one the slowest first."""
        return tuple(sorted(self.compared, key=_gravity))

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each cell and NEW; `gpubench.analysis.comparison_frame` has the columns."""
        from gpubench.analysis.comparison_frame import frame

        return frame(self)


def compare(
    results: Sequence[Results], *, by: str = "", margins: Margins | None = None, any_machine: bool = False
) -> Comparison:
    """Every run against the first; or, with `by` (device, backend, mode), the cells of one run.

    any_machine: runs of other machines and settings get verdicts too.
    Raises UsageError for too few or too many runs or an unknown `by`.
    """
    _refuse(results, by)
    labels = run_labels(results)
    cells = measured(results, labels)
    own = [[cell for cell in cells if cell.run == label] for label in labels]
    pairings = within(cells, by) if by else _between(own, _names(labels), any_machine)
    compared = _judged(pairings, margins or Margins(), _floors(own))
    return Comparison(
        by=by,
        base=pairings[0].names.base if pairings else "",
        news=tuple(pairing.names.new for pairing in pairings),
        runs=tuple(overview(result, label, found) for result, label, found in zip(results, labels, own, strict=True)),
        compared=compared,
        added={pairing.names.new: pairing.added for pairing in pairings},
        overalls=_overalls(pairings, compared),
    )


_ONE_PROCESS = (
    "it holds what one process measured, and processes differ more from each other than the samples within one, so no "
    "verdict can rest on it"
)


def _refuse(results: Sequence[Results], by: str) -> None:
    for one in results:
        one.refuse_foreign(_ONE_PROCESS)
    if by and by not in FIELDS:
        raise UsageError(f"cells can't be compared by '{by}'{did_you_mean(by, FIELDS)}", f"by {', '.join(FIELDS)}")
    if by and len(results) != 1:
        raise UsageError(
            f"--by compares the cells of one run, {len(results)} were given", f"gpubench compare RUN --by {by}"
        )
    if not by and len(results) < 2:
        raise UsageError("a comparison takes two runs or more", "gpubench compare BASE NEW, or compare RUN --by device")


def _names(labels: Sequence[str]) -> list[Names]:
    if len(labels) == 2:
        return [Names("BASE", "NEW")]
    return [Names(labels[0], label) for label in labels[1:]]


def _between(own: Sequence[Sequence[Measured]], names: Sequence[Names], any_machine: bool) -> list[Pairing]:
    base, *others = own
    return [between(base, new, pair, any_machine=any_machine) for new, pair in zip(others, names, strict=True)]


def _floors(own: Iterable[Sequence[Measured]]) -> _Floors:
    """The A/A floors of each run, backend and device."""
    found: dict[tuple[str, str, str], list[NoiseFloor]] = defaultdict(list)
    for cells in own:
        for one in noise_floors(cells):
            found[one.cell.run, one.cell.backend, one.cell.device].append(one)
    return found


def _judged(pairings: Sequence[Pairing], margins: Margins, floors: _Floors) -> tuple[Compared, ...]:
    """Everything compared in one call is one family to Holm, so that its exit code is right in 95 % of calls."""
    every = [(pairing.names, pair, _ratio(pair)) for pairing in pairings for pair in pairing.pairs]
    questions = [_question(names, pair, ratio, margins, floors) for names, pair, ratio in every]
    judgements = iter(judge([question for question in questions if question is not None]))
    return tuple(
        Compared(names, pair.base, pair.new, ratio, next(judgements) if question else None, pair.obstacle)
        for (names, pair, ratio), question in zip(every, questions, strict=True)
    )


def _ratio(pair: Pair) -> Ratio | None:
    if pair.new is None or not pair.base.ok or not pair.new.ok:
        return None
    return ratio_of(pair.base, pair.new)


def _question(names: Names, pair: Pair, ratio: Ratio | None, margins: Margins, floors: _Floors) -> Question | None:
    base, new = pair.base, pair.new
    if new is None or ratio is None or pair.obstacle is not None:
        return None
    apart = difference(base.medians, new.medians, interleaved=interleaved(base, new))
    return Question(ratio, apart, margins.of(base.case.workload, _floor(names, base, new, floors)))


def _floor(names: Names, base: Measured, new: Measured, floors: _Floors) -> Margin | None:
    """The larger noise floor of the two sides, as far as it is theirs."""
    found: list[Margin] = []
    for cell, name in ((base, names.base), (new, names.new)):
        where = f"{cell.backend} on {cell.device}" + (f" in {name}" if base.run_id != new.run_id else "")
        own = floors.get((cell.run, cell.backend, cell.device), ())
        found += [Margin(one.of((base, new)), f"the A/A noise floor of {where}") for one in own]
    return max(found, key=lambda margin: margin.fraction, default=None)


def _overalls(pairings: Sequence[Pairing], compared: Sequence[Compared]) -> tuple[Overall, ...]:
    """Over the cells of BASE that have a ratio in every NEW."""
    times = Counter(one.base.identity for one in compared if one.ratio is not None)
    found = []
    for pairing in pairings:
        own = [one for one in compared if one.names == pairing.names and times[one.base.identity] == len(pairings)]
        both = [Both(one.base.medians, one.new.medians, one.ratio) for one in own if one.new and one.ratio]
        turns = all(one.new is not None and interleaved(one.base, one.new) for one in own)
        found.append(overall(pairing.names.new, both, interleaved=turns))
    return tuple(found)


def _gravity(one: Compared) -> tuple[int, float]:
    return _WORST_FIRST.index(one.verdict), one.ratio.value if one.ratio else 0.0
