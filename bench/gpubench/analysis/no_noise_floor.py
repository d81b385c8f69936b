"""Differences that rest on their intervals alone, since nothing of theirs was measured twice."""

from __future__ import annotations

from collections.abc import Sequence

from gpubench.analysis.caveat import Caveat
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.ratio import Answer
from gpubench.analysis.speedup import Speedup

_CHANCE = 0.05
"""The share of 95 % intervals that leave out what is true."""


def no_noise_floor(frameworks: Sequence[FrameworkRatio], over_cpu: Sequence[Speedup], following: str) -> list[Caveat]:
    """How many ratios without a noise floor tell a difference, and how many would by chance; nothing for none.

    following: the command that measures cells twice; empty where none does.
    """
    sides = [(one.ratio, one.left, one.right) for one in frameworks]
    sides += [(one.ratio, one.base, one.subject) for one in over_cpu]
    held = [
        ratio
        for ratio, left, right in sides
        if ratio.answer is not Answer.NO_INTERVAL and not (left.noises or right.noises)
    ]
    differing = sum(not ratio.untold for ratio in held)
    if not differing:
        return []
    chance = round(_CHANCE * len(held))
    text = (
        f"For {len(held)} ratio{'' if len(held) == 1 else 's'} the noise floor is not known: no cell of their backends "
        f"and devices was measured twice. So {differing} of them tell{'s' if differing == 1 else ''} a difference by "
        "the interval alone; where nothing differs, one in twenty does so by chance"
        f"{f', here about {chance}' if chance else ''}."
    )
    return [Caveat("noise", f"{text} To measure cells twice, type:" if following else text, following)]
