"""What the pools say: false alarms, planted slow-downs found, coverage, and the peers' rules on the same launches."""

from __future__ import annotations

import itertools
import math
import random
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import rules
from deals import Deal, Order, Pool, Sides, alike, dealt, in_order, planted, shuffled
from pools import Condition, Launch
from share import Share

from gpubench.analysis.judgement import Verdict
from gpubench.analysis.margin import Margin
from gpubench.results.summary import interval, location

DEALS, DRAWS = 10, 250
FEWEST = 10
"""Workers from which on a correlation is given."""


@dataclass(frozen=True)
class Setting:
    """launches a side. margin: None for the default, raised to the noise floors of the two runs as `compare` does."""

    launches: int
    margin: Margin | None

    def verdict(self, deal: Deal) -> Verdict:
        """What `compare` says of the deal."""
        margin = self.margin
        if margin is None:
            ours, theirs = deal.partners
            margin = rules.raised((medians(deal.base), medians(ours)), (medians(deal.plain), medians(theirs)))
        return rules.verdict(medians(deal.base), medians(deal.new), margin)

    def verdicts(self, sides: Iterable[Sides], order: Order) -> Iterator[Verdict]:
        """Of every deal from every pair of sides."""
        for base, new in sides:
            for deal in dealt(base, new, self.launches, partners=self.margin is None, order=order):
                yield self.verdict(deal)


@dataclass(frozen=True)
class Outcome:
    """What a setting made of a pool. in_order: verdicts in number. shuffled: share of those looked for."""

    setting: Setting
    looked_for: tuple[Verdict, ...]
    in_order: Counter[Verdict]
    shuffled: float

    @property
    def share(self) -> Share:
        """Of the verdicts looked for, in order."""
        return Share(sum(self.in_order[verdict] for verdict in self.looked_for), self.in_order.total())


def false_alarms(pool: Pool, setting: Setting, deals: int = DEALS) -> Outcome | None:
    """Identical code called SLOWER or FASTER; None where there are too few launches for a single deal."""
    return _outcome(list(alike(pool)), setting, rules.DIFFERENT, deals)


def found(pool: Pool, extra: int, setting: Setting, deals: int = DEALS) -> Outcome | None:
    """A planted slow-down called SLOWER; None where there are too few launches for a single deal."""
    return _outcome(list(planted(pool, extra)), setting, (Verdict.SLOWER,), deals)


def _outcome(sides: Sequence[Sides], setting: Setting, looked_for: tuple[Verdict, ...], deals: int) -> Outcome | None:
    first = Counter(setting.verdicts(sides, in_order))
    if not first:
        return None
    again = [verdict for seed in range(deals) for verdict in setting.verdicts(sides, shuffled(seed))]
    return Outcome(setting, looked_for, first, sum(verdict in looked_for for verdict in again) / len(again))


@dataclass(frozen=True)
class Coverage:
    """How often the interval of `launches` launches holds the pool's median. drawn: launches drawn at random."""

    launches: int
    in_order: Share
    drawn: float


def coverage(pool: Pool, count: int) -> Coverage:
    """The whole pool stands for all launches that could be: its median is the truth, draws are with replacement."""
    hands, drawn = [], []
    for condition, launches in pool.items():
        if condition.extra:
            continue
        every = medians(launches)
        truth = location(every)
        hands += [_holds(every[at : at + count], truth) for at in range(0, len(every) - count + 1, count)]
        draw = random.Random(repr((condition, count)))
        drawn += [_holds(draw.choices(every, k=count), truth) for _ in range(DRAWS)]
    return Coverage(count, Share.of(hands), sum(drawn) / len(drawn))


def _holds(launch_medians: Sequence[float], truth: float) -> bool:
    bounds = interval(launch_medians)
    return bounds is not None and bounds[0] <= truth <= bounds[1]


def by_rule(rule: rules.Rule, pool: Pool, extra: int) -> Share:
    """How often a rule tells the plain closure from the one with planted work, or (0) from itself."""
    return Share.of(
        rule.differ(deal.base, deal.new)
        for base, new in (planted(pool, extra) if extra else alike(pool))
        for deal in dealt(base, new, rule.launches, partners=False, order=in_order)
    )


@dataclass(frozen=True)
class Scatter:
    """One condition's launches. within: the typical spread of a launch's samples; between: that of launch medians.

    Both are standard deviations of logs, 0.02 for 2 %; `within` is made of the median absolute deviation. extremes: the
    fastest and the slowest launch over the median.
    """

    condition: Condition
    launches: int
    median_s: float
    within: float
    between: float
    extremes: tuple[float, float]
    spent_s: float


def scatter(condition: Condition, launches: Sequence[Launch]) -> Scatter:
    """Of at least two launches."""
    every = medians(launches)
    middle = location(every)
    within = statistics.median(_deviation(launch.samples) for launch in launches)
    between = statistics.stdev(math.log(value) for value in every)
    extremes = (min(every) / middle, max(every) / middle)
    spent = statistics.fmean(launch.spent_s for launch in launches)
    return Scatter(condition, len(every), middle, within, between, extremes, spent)


def _deviation(samples: Sequence[float]) -> float:
    middle = statistics.median(samples)
    return 1.4826 * statistics.median(abs(math.log(sample / middle)) for sample in samples)


def together(pool: Pool) -> float | None:
    """The mean correlation between the log medians of two conditions of one worker; None where none share one.

    Near 0, comparisons of different conditions are independent although they share workers.
    """
    found = []
    for (one, first), (other, second) in itertools.combinations(pool.items(), 2):
        of_worker = {launch.worker: math.log(launch.median_s) for launch in second}
        both = [(math.log(x.median_s), of_worker[x.worker]) for x in first if x.worker in of_worker]
        if one.backend == other.backend and len(both) >= FEWEST:
            found.append(statistics.correlation(*zip(*both, strict=True)))
    return statistics.fmean(found) if found else None


def seconds_a_side(pool: Pool, count: int) -> float:
    """What so many launches of one cell take, averaged over the plain closures."""
    plain = [launches for condition, launches in pool.items() if condition.extra == 0]
    return count * statistics.fmean(statistics.fmean(one.spent_s for one in launches) for launches in plain)


def medians(launches: Sequence[Launch]) -> list[float]:
    """Seconds a call."""
    return [launch.median_s for launch in launches]
