"""Differences that rest on their intervals alone, since nothing of theirs was measured twice."""

from __future__ import annotations

from collections.abc import Sequence

from gpubench.analysis.caveat import Caveat
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.side_by_side import SideBySide
from gpubench.analysis.speedup import Speedup


def no_noise_floor(
    frameworks: Sequence[FrameworkRatio], over_cpu: Sequence[Speedup], beside: SideBySide | None, following: str
) -> list[Caveat]:
    """How many of the ratios without a noise floor tell a difference; nothing for none.

    following: the command that measures cells twice; empty where none does.
    """
    sides = {
        "ratio{} of frameworks": [(one.ratio, one.left, one.right) for one in frameworks],
        "speed-up{}": [(one.ratio, one.base, one.subject) for one in over_cpu],
        "ratio{} of machines": [(ratio, base, other) for _, base, other, ratio in beside.pairs] if beside else [],
    }
    held = {
        name: [one for one, *cells in found if one.bounds is not None and not any(cell.noises for cell in cells)]
        for name, found in sides.items()
    }
    counts = {name: (sum(not one.untold for one in found), len(found)) for name, found in held.items() if found}
    differing = sum(count for count, _ in counts.values())
    if not differing:
        return []
    said = [f"{count:,} of {whole:,} {name.format('s' * (whole > 1))}" for name, (count, whole) in counts.items()]
    text = (
        f"No noise floor is known where no cell was measured twice, so {_listed(said)} "
        f"{'tells' if len(said) == differing == 1 else 'tell'} a difference by the interval alone; where nothing "
        f"differs, one in twenty does so by chance.{' To measure cells twice, type:' if following else ''}"
    )
    return [Caveat("noise", text, following)]


def _listed(said: Sequence[str]) -> str:
    *others, last = said
    return f"{', '.join(others)} and {last}" if others else last
