"""Differences that no one is told of, since the same run finds as much between a cell and itself."""

from __future__ import annotations

from collections.abc import Sequence

from gpubench.analysis.again import Typed
from gpubench.analysis.case import device_in_words, the_device
from gpubench.analysis.caveat import Caveat, half
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.measured import Measured
from gpubench.analysis.quantity import floor_in_words
from gpubench.analysis.ratio import Answer, Ratio
from gpubench.analysis.side_by_side import SideBySide
from gpubench.analysis.speedup import Speedup

_NAMED = 3


def within_noise(
    frameworks: Sequence[FrameworkRatio], over_cpu: Sequence[Speedup], beside: SideBySide | None, typed: Typed
) -> list[Caveat]:
    """Which ratios tell a difference by their interval, and are within the noise floor; nothing for none.

    An interval over few launches may leave out 1 by chance or by a slow process; the floor says how far that goes here.
    """
    several = len({one.subject.device for one in over_cpu}) > 1
    ratios = [(one.ratio, _speedup(one, several)) for one in over_cpu]
    ratios += [(one.ratio, _framework(one, several)) for one in frameworks]
    ratios += _machines(beside, several) if beside else []
    differing = [(ratio, name) for ratio, name in ratios if ratio.answer not in (Answer.UNDECIDED, Answer.NO_INTERVAL)]
    within = [
        f"{name} ({floor_in_words(ratio.floor)})" for ratio, name in differing if ratio.answer is Answer.WITHIN_NOISE
    ]
    if not within:
        return []
    more = [f"and {len(within) - _NAMED} more"] if len(within) > _NAMED else []
    text = (
        f"Of {len(differing)} difference{'s' if len(differing) > 1 else ''} that intervals tell, {len(within)} "
        f"{'is' if len(within) == 1 else 'are'} within the noise floor, which is what a run finds between a cell and "
        f"itself, and so not told: {'; '.join([*within[:_NAMED], *more])}. More launches, on a quiet machine, tell:"
    )
    return [Caveat("noise", text, typed.with_launches(10), first=half(len(within), len(differing)))]


def _speedup(one: Speedup, several: bool) -> str:
    device, base = device_in_words(one.subject.device, several), device_in_words(one.base.device)
    return f"{_over(one.ratio, device, base)} in {_work(one.subject)} under {one.subject.how}"


def _framework(one: FrameworkRatio, several: bool) -> str:
    pair = _over(one.ratio, one.name_of(one.left), one.name_of(one.right))
    return f"{pair} in {_work(one.left)}, on {the_device(one.left.device, several)}"


def _machines(beside: SideBySide, several: bool) -> list[tuple[Ratio, str]]:
    base = beside.machines[0]
    return [
        (ratio, f"{_over(ratio, machine.words, base.words)} in {_done(cell, several)}")
        for machine, cell, _, ratio in beside.pairs
    ]


def _done(cell: Measured, several: bool) -> str:
    return f"{cell.case.words} under {cell.how}, on {the_device(cell.device, several)}"


def _over(ratio: Ratio, subject: str, base: str) -> str:
    """From the side of the faster, as a verdict has it."""
    return f"{subject} over {base}" if ratio.value >= 1 else f"{base} over {subject}"


def _work(cell: Measured) -> str:
    return cell.case.words + (f", run {cell.run}" if cell.run else "")
