"""Comparisons dealt from a pool, so that no launch is on two sides.

In order: the hands are neighbours in time, as a user's runs are, and no launch is dealt twice, so the comparisons are
independent and an interval of Clopper and Pearson holds. Shuffled: dealt in a random order, many times over. That
compares the same launches again and again, so it has no interval, and no drift of the machine is left in it; but it
doesn't hang on a single deal.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pools import Condition, Launch

Worker = tuple[str, int, str]
Order = Callable[[Sequence[Launch]], list[Launch]]


@dataclass(frozen=True)
class Deal:
    """base, new: launches of the two sides. plain: launches of the plain closure by the workers of `new`.

    partners: the second halves of an A/A pair in base's run and in new's; empty where none were dealt.
    """

    base: list[Launch]
    new: list[Launch]
    plain: list[Launch]
    partners: tuple[list[Launch], ...] = ()


def dealt(base: Sequence[Launch], new: Sequence[Launch], count: int, *, partners: bool, order: Order) -> Iterator[Deal]:
    """As many comparisons of `count` launches a side as there are launches for.

    new: of the same closure, with planted work or (an A/A comparison) `base` itself. Launches of one worker are never
    on two sides, since they are not independent.
    """
    of_worker = {launch.worker: launch for launch in new}
    line = order(base)
    shared = [launch for launch in line if launch.worker in of_worker]
    others = [launch for launch in line if launch.worker not in of_worker]
    hands = 3 if partners else 1
    while len(shared) >= count and len(shared) + len(others) >= (hands + 1) * count:
        plain = [shared.pop(0) for _ in range(count)]
        rest = [[(others or shared).pop(0) for _ in range(count)] for _ in range(hands)]
        yield Deal(rest[0], [of_worker[launch.worker] for launch in plain], plain, tuple(rest[1:]))


def in_turns(base: Sequence[Launch], new: Sequence[Launch], count: int, *, order: Order) -> Iterator[Sides]:
    """Comparisons as `run --against` makes them: each launch of base next to one of new, by turns before and after it.

    Launch n of one belongs to launch n of the other. Otherwise as `dealt`.
    """
    of_worker = {launch.worker: launch for launch in new}
    line = [launch for launch in order(base) if launch.worker in of_worker]
    pairs = list(zip(line[::2], line[1::2], strict=False))
    mirrored = [pair if number % 2 == 0 else pair[::-1] for number, pair in enumerate(pairs)]
    for start in range(0, len(mirrored) - count + 1, count):
        hand = mirrored[start : start + count]
        yield [first for first, _ in hand], [of_worker[second.worker] for _, second in hand]


def in_order(launches: Sequence[Launch]) -> list[Launch]:
    """As they were measured."""
    return list(launches)


def shuffled(seed: object) -> Order:
    """In a random order of that seed."""
    draw = random.Random(repr(seed))
    return lambda launches: draw.sample(list(launches), len(launches))


Sides = tuple[Sequence[Launch], Sequence[Launch]]
Pool = Mapping[Condition, Sequence[Launch]]


def alike(pool: Pool) -> Iterator[Sides]:
    """The launches of each condition, twice: identical code on both sides, planted work or not."""
    for launches in pool.values():
        yield launches, launches


def planted(pool: Pool, extra: int) -> Iterator[Sides]:
    """The plain launches of each closure, and those with so much planted work."""
    for condition, launches in pool.items():
        slower = pool.get(Condition(condition.backend, condition.n, extra))
        if condition.extra == 0 and slower:
            yield launches, slower
