"""What was aimed at, what came out, and whether that is it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import experiments
import peers
from markdown import NOTHING, bounded, per_cent
from measured import LOAD, QUIET, WORDS, Measured
from peers import OURS, TIMEIT, TORCH, Timings
from simulated import COUNTS, Simulated
from simulation import KINDS, LAUNCHES

from gpubench.results.units import duration

NORMAL = KINDS[0].name
SIZE, NEAR = 0.05, 0.01
COVERED = (0.93, 0.97)
FLAGGED = 0.01
FOUND, SECONDS = 0.8, 60.0
OVER_TIMEIT, CALL_S = 1.1, 25e-6 * 0.001

CAREFUL = (
    "Welch's t has fewer false alarms than it may with so few launches, and stays near 5 % where one side scatters "
    "more than the other: the price is launches, and what is missed is called INCONCLUSIVE."
)
DRIFTS = (
    "A machine shared with others is faster in one minute and slower in another, and launches taken one after the "
    "other share that. Drawn at random from the pool the interval holds (below), so it is right about the launches it "
    "saw; it can't know the other minutes. `gpubench run` spreads the launches of a cell over the whole run for that "
    "reason."
)
SCATTER = "Launches scatter too much here; `compare` says INCONCLUSIVE, and how many launches it would take."
FLOOR = (
    "The default margin is raised to what the run's own A/A pair shows two alike cells to differ by, which is more "
    "here than leaves room for 20 % with so few launches. `compare` says INCONCLUSIVE, with that margin and the "
    "launches it would take; asked for 5 % with `--margin`, it finds what stands below."
)


@dataclass(frozen=True)
class Target:
    """aim, came_out: in words. met: None where there is too little to say. but: what goes with the answer.

    why: what explains a target that is missed, and what the program then says.
    """

    aim: str
    came_out: str
    met: bool | None
    but: str = ""
    why: str = ""

    @property
    def row(self) -> tuple[str, str, str]:
        """For the table."""
        answer = {True: "yes", False: "no", None: "not measured"}[self.met]
        return self.aim, self.came_out, f"{answer}: {self.but}" if self.but else answer


def of_simulation(found: Simulated) -> Iterator[Target]:
    """Where the truth is known."""
    sizes = [found.size[NORMAL, count, 0.0] for count in LAUNCHES]
    counts = "/".join(map(str, LAUNCHES))
    yield Target(
        "simulated, margin 0: 5 % of alike runs called different",
        f"{_list(sizes)} at {counts} launches",
        all(abs(size - SIZE) <= NEAR for size in sizes),
        _fewer(sizes),
        CAREFUL,
    )
    held = [found.coverage[NORMAL, count] for count in LAUNCHES]
    yield Target(
        "simulated: the 95 % interval holds the truth in 93–97 %",
        f"{_list(held)} at {counts} launches",
        all(COVERED[0] <= share <= COVERED[1] for share in held),
    )


def _fewer(sizes: Sequence[float]) -> str:
    """Where the test is off, but on the careful side only."""
    off = [str(count) for count, size in zip(LAUNCHES, sizes, strict=True) if abs(size - SIZE) > NEAR]
    return f"fewer at {', '.join(off)} launches" if off and max(sizes) <= SIZE + NEAR else ""


def of_pools(found: Measured) -> Iterator[Target]:
    """On the measured launches."""
    for name in (QUIET, LOAD):
        sizes = {count: found.false_alarms[name, "0", count] for count in LAUNCHES}
        yield Target(
            f"A/A, {WORDS[name]}, margin 0: the interval of the share doesn't exclude 5 %",
            _outcomes(sizes),
            _all(one.share.holds(SIZE) for one in sizes.values() if one is not None),
        )
        flagged = {count: found.false_alarms[name, "default", count] for count in LAUNCHES}
        yield Target(
            f"A/A, {WORDS[name]}, default margin: at most 1 % called different",
            _outcomes(flagged),
            _all(one.share.value <= FLAGGED and one.shuffled <= FLAGGED for one in flagged.values() if one is not None),
        )
        held = {count: found.coverage[name, count] for count in LAUNCHES}
        yield Target(
            f"{WORDS[name]}: the interval of the share held doesn't exclude 93–97 %",
            "; ".join(
                f"{count} launches: {bounded(one.in_order)}" for count, one in held.items() if one.in_order.trials
            ),
            _all(_overlaps(*one.in_order.bounds) for one in held.values() if one.in_order.trials),
            why=DRIFTS,
        )
    yield _fine(found)
    yield _coarse(found)


def _fine(found: Measured) -> Target:
    """The fewest launches that find 5 % at margin 1 %."""
    tried = {count: one for count in COUNTS if (one := found.found[5, "1 %", count]) is not None}
    seconds = {count: experiments.seconds_a_side(found.pools[QUIET], count) for count in tried}
    enough = [count for count, one in tried.items() if one.shuffled >= FOUND and one.share.value >= FOUND]
    aim = "planted 5 %, margin 1 %: found in at least 80 %, within 60 s a side"
    if not enough:
        most = max(tried, default=None)
        shown = NOTHING if most is None else f"{bounded(tried[most].share)} at {most} launches, {seconds[most]:.0f} s"
        return Target(aim, shown, None if most is None else False, why=SCATTER)
    count = enough[0]
    shown = (
        f"{count} launches, {seconds[count]:.0f} s: {bounded(tried[count].share)}, {per_cent(tried[count].shuffled)}"
    )
    return Target(aim, f"{shown} shuffled", seconds[count] <= SECONDS, why=SCATTER)


def _coarse(found: Measured) -> Target:
    tried = {count: one for count in LAUNCHES if (one := found.found[20, "default", count]) is not None}
    return Target(
        "planted 20 %, default margin: found always",
        _outcomes(tried),
        _all(one.share.value == 1 and one.shuffled == 1 for one in tried.values()),
        why=FLOOR,
    )


def of_peers(timings: Timings) -> Iterator[Target]:
    """Beside the other tools."""
    own = [tools for _, tools in peers.of_table(timings, "harness")]
    ratios = [peers.over(tools[OURS], tools[TIMEIT]).value for tools in own if TIMEIT in tools]
    yield Target(
        "a call of nothing costs at most 1.1 times timeit's loop",
        ", ".join(f"{value:.2f} times" for value in ratios) or NOTHING,
        _all(value <= OVER_TIMEIT for value in ratios),
    )
    calls = [tools[OURS].estimate.value for tools in own]
    yield Target(
        "and at most 0.1 % of every cell of 25 µs or more",
        f"at most {duration(max(calls))}" if calls else NOTHING,
        _all(value <= CALL_S for value in calls),
    )
    shared = [(closure, tools) for closure, tools in peers.of_table(timings, "shared")]
    told = {f"{closure.backend} {closure.name}": peers.agree(tools[OURS], tools[TORCH]) for closure, tools in shared}
    apart = [name for name, same in told.items() if same is False]
    yield Target(
        f"our medians agree with {TORCH} within the two intervals on all shared closures on the CPU",
        f"{sum(same is True for same in told.values())} of {len(told)}"
        + (f"; not: {', '.join(apart)}" if apart else ""),
        None if None in told.values() else _all(bool(same) for same in told.values()),
    )


def _all(outcomes: Iterator[bool]) -> bool | None:
    """None for nothing to say."""
    found = list(outcomes)
    return all(found) if found else None


def _overlaps(low: float, high: float) -> bool:
    return low <= COVERED[1] and high >= COVERED[0]


def _list(shares: list[float]) -> str:
    return " / ".join(per_cent(share) for share in shares)


def _outcomes(found: dict[int, experiments.Outcome | None]) -> str:
    shown = (f"{count} launches: {bounded(one.share)}" for count, one in found.items() if one is not None)
    return "; ".join(shown) or NOTHING
