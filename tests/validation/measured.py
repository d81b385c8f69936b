"""The tables of the pools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import experiments
import rules
from experiments import DEALS, Coverage, Outcome, Pool, Scatter, Setting
from markdown import NOTHING, bounded, in_order, others, per_cent, shuffled, table
from pools import Condition
from rules import RULES, Rule
from share import Share
from simulation import LAUNCHES

from gpubench.analysis.margin import Margin
from gpubench.results.units import duration

QUIET, LOAD = "quiet", "load"
WORDS = {QUIET: "quiet", LOAD: "the other core busy"}
MARGINS: Mapping[str, Margin | None] = {"0": rules.NONE, "5 %": rules.DEFAULT, "default": None}
PLANTED = ((3, "1 %"), (5, "1 %"), (10, "1 %"), (10, "5 %"), (20, "5 %"), (10, "default"), (20, "default"))
"""Work planted, in per cent, and the margin."""
COUNTS = (*LAUNCHES, 15, 20)
RULED = ((QUIET, 0), (LOAD, 0), (QUIET, 3), (QUIET, 5), (QUIET, 10))
"""The pool, and the work planted in it, that each rule is tried on."""
_MARGIN = {**MARGINS, "1 %": rules.ONE_PER_CENT}


@dataclass(frozen=True)
class Measured:
    """What the experiments gave, by pool, margin (in words), launches a side and planted work."""

    pools: Mapping[str, Pool]
    deals: int
    false_alarms: Mapping[tuple[str, str, int], Outcome | None]
    found: Mapping[tuple[int, str, int], Outcome | None]
    coverage: Mapping[tuple[str, int], Coverage]
    by_rule: Mapping[tuple[str, str, int], Share]


def measured(pools: Mapping[str, Pool], deals: int = DEALS) -> Measured:
    """All experiments on the pools, `quiet` and `load`. deals: shuffled ones of each."""
    quiet = pools[QUIET]
    return Measured(
        pools=pools,
        deals=deals,
        false_alarms={
            (name, margin, count): experiments.false_alarms(pool, Setting(count, MARGINS[margin]), deals)
            for name, pool in pools.items()
            for margin in MARGINS
            for count in LAUNCHES
        },
        found={
            (extra, margin, count): experiments.found(quiet, extra, Setting(count, _MARGIN[margin]), deals)
            for extra, margin in PLANTED
            for count in COUNTS
        },
        coverage={
            (name, count): experiments.coverage(pool, count) for name, pool in pools.items() for count in LAUNCHES
        },
        by_rule={
            (rule.name, name, extra): experiments.by_rule(rule, pools[name], extra)
            for rule in RULES
            for name, extra in RULED
        },
    )


def tables(found: Measured) -> dict[str, str]:
    """By their names in the template."""
    return {
        "scatter": _scatter(found.pools),
        "false_alarms": table(
            ("pool", "margin", "launches a side", "SLOWER or FASTER, in order", "shuffled", "otherwise"),
            (
                (WORDS[name], margin, str(count), in_order(one), shuffled(one), others(one))
                for (name, margin, count), one in found.false_alarms.items()
            ),
        ),
        "found": table(
            ("planted", "margin", "launches a side", "seconds a side", "SLOWER, in order", "shuffled", "otherwise"),
            (
                (
                    f"+{extra} %", margin, str(count), f"{experiments.seconds_a_side(found.pools[QUIET], count):.0f}",
                    in_order(one), shuffled(one), others(one),
                )
                for (extra, margin, count), one in found.found.items()
                if one is not None
            ),
        ),
        "found_by_closure": _by_closure(found),
        "coverage": table(
            ("pool", "launches", "interval holds the pool's median, in order", "drawn at random"),
            (
                (WORDS[name], str(count), bounded(one.in_order), per_cent(one.drawn))
                for (name, count), one in found.coverage.items()
            ),
        ),
        "by_rule": table(
            (
                "rule, at the 5 % level", "launches a side", "identical, quiet", f"identical, {WORDS[LOAD]}",
                "+3 % found, quiet", "+5 %", "+10 %",
            ),
            ((rule.name, str(rule.launches), *_by_rule(found, rule)) for rule in RULES),
        ),
    }  # fmt: skip


def _by_rule(found: Measured, rule: Rule) -> list[str]:
    shares = {(name, extra): found.by_rule[rule.name, name, extra] for name, extra in RULED}
    return [per_cent(share.value, 0) if extra else bounded(share) for (_, extra), share in shares.items()]


def _scatter(pools: Mapping[str, Pool]) -> str:
    rows = []
    for name, pool in pools.items():
        for condition, launches in pool.items():
            one = experiments.scatter(condition, launches)
            plain = pool[Condition(condition.backend, condition.n, 0)]
            over = one.median_s / experiments.location(experiments.medians(plain)) - 1
            rows.append((WORDS[name], *_closure(condition), *_row(one, over)))
    headings = (
        "pool", "framework", "product", "planted", "launches", "median", "measured as", "scatter within",
        "scatter of launches", "fastest and slowest launch", "a launch takes",
    )  # fmt: skip
    return table(headings, rows)


def _row(one: Scatter, over: float) -> tuple[str, ...]:
    least, most = one.extremes
    return (
        f"+{one.condition.extra} %", str(one.launches), duration(one.median_s),
        NOTHING if one.condition.extra == 0 else f"{100 * over:+.1f} %", per_cent(one.within), per_cent(one.between),
        f"{least:.2f}–{most:.2f}×", f"{one.spent_s:.1f} s",
    )  # fmt: skip


def _closure(condition: Condition) -> tuple[str, str]:
    return condition.backend, f"{condition.n} × {condition.n}"


def _by_closure(found: Measured) -> str:
    """The planted slow-downs that decide the targets, closure by closure: noise differs between them."""
    rows, pool = [], found.pools[QUIET]
    for condition, launches in pool.items():
        if condition.extra:
            continue
        alone = {one: launches_ for one, launches_ in pool.items() if (one.backend, one.n) == _key(condition)}
        fine = [experiments.found(alone, 5, Setting(count, rules.ONE_PER_CENT), found.deals) for count in (5, 10)]
        coarse = [experiments.found(alone, 20, Setting(count, rules.DEFAULT), found.deals) for count in (3, 5)]
        one = experiments.scatter(condition, launches)
        rows.append((*_closure(condition), per_cent(one.between), *map(shuffled, (*fine, *coarse))))
    headings = (
        "framework", "product", "scatter of launches", "+5 % at margin 1 %, 5 launches", "10 launches",
        "+20 % at margin 5 %, 3 launches", "5 launches",
    )  # fmt: skip
    return table(headings, rows)


def _key(condition: Condition) -> tuple[str, int]:
    return condition.backend, condition.n
