"""What the gate makes of a pool: base and head in turns, launch by launch, red where any cell is SLOWER."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deals import Order, Pool, Sides, in_order, in_turns, shuffled
from markdown import NOTHING, bounded, per_cent, table
from measured import LOAD, QUIET, WORDS
from pools import Condition
from share import Share

from gpubench.analysis.difference import difference
from gpubench.analysis.judgement import Question, Verdict, judge
from gpubench.analysis.margin import Margin
from gpubench.analysis.ratio import ratio

LAUNCHES, MARGIN = (3, 5, 10), Margin(0.05, "asked for")
DEALS = 100
ASKED = ((QUIET, 0), (LOAD, 0), (QUIET, 10), (QUIET, 20))
"""Pool and planted work, in per cent."""


@dataclass(frozen=True)
class Red:
    """How often the gate was red. shuffled: over many deals in random order; None where there was none."""

    pool: str
    extra: int
    launches: int
    in_order: Share
    shuffled: float | None


def dealt(pool: Pool, extra: int, launches: int, order: Order) -> Iterator[Mapping[Condition, Sides]]:
    """Comparisons of all closures at once, as many as there are launches for. extra: head's planted work."""
    plain = {one: found for one, found in pool.items() if one.extra == 0}
    heads = {one: pool.get(Condition(one.backend, one.n, extra), ()) for one in plain}
    hands = {one: in_turns(plain[one], heads[one], launches, order=order) for one in plain}
    for together in zip(*hands.values(), strict=False):
        yield dict(zip(hands, together, strict=True))


def red(sides: Mapping[Condition, Sides]) -> bool:
    """Whether a cell is SLOWER, judged as `compare` judges runs that took turns."""
    medians = [[{at: one.median_s for at, one in enumerate(side)} for side in both] for both in sides.values()]
    apart = [difference(base, new, interleaved=True) for base, new in medians]
    ratios = [ratio(base, new, interleaved=True) for base, new in medians]
    asked = [Question(*both, MARGIN) for both in zip(ratios, apart, strict=True)]
    return Verdict.SLOWER in [one.verdict for one in judge(asked)]


def replayed(pools: Mapping[str, Pool], deals: int = DEALS) -> list[Red]:
    """Every pool with every planted work and number of launches."""
    return [_replayed(name, pools[name], extra, count, deals) for name, extra in ASKED for count in LAUNCHES]


def _replayed(name: str, pool: Pool, extra: int, count: int, deals: int) -> Red:
    own = Share.of(red(sides) for sides in dealt(pool, extra, count, in_order))
    found = [red(sides) for seed in range(deals) for sides in dealt(pool, extra, count, shuffled(seed))]
    return Red(name, extra, count, own, sum(found) / len(found) if found else None)


def tabled(found: Sequence[Red]) -> str:
    """For the page."""
    headings = ("pool", "head does", "launches a side", "red, in order", "red, shuffled")
    return table(
        headings,
        (
            (
                WORDS[one.pool], f"+{one.extra} %", str(one.launches), bounded(one.in_order),
                NOTHING if one.shuffled is None else per_cent(one.shuffled),
            )
            for one in found
        ),
    )  # fmt: skip
