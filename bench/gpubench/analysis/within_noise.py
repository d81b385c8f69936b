"""Ratios whose interval tells a difference that the same run also finds between a cell and itself."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from gpubench.analysis.again import again
from gpubench.analysis.caveat import Caveat, half
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.measured import Measured
from gpubench.analysis.noise_floor import NoiseFloor
from gpubench.analysis.ratio import Answer, Ratio
from gpubench.analysis.speedup import Speedup

_TOLD = (Answer.FASTER, Answer.SLOWER)
_MOST_SHOWN = 10.0


def within_noise(
    frameworks: Sequence[FrameworkRatio],
    over_cpu: Sequence[Speedup],
    floors: Iterable[NoiseFloor],
    command: Sequence[str],
) -> list[Caveat]:
    """How many of the differences told are no larger than the noise floor, in words; nothing for none.

    A ratio is held against the larger floor of its two sides, each that of its run, backend and device, as far as it
    is theirs. An interval
    over few launches may leave out 1 by chance or by a slow process; the floor says how far that goes here.
    command: the run's.
    """
    known: dict[object, list[NoiseFloor]] = defaultdict(list)
    for one in floors:
        known[_place(one.cell)].append(one)
    ratios = [(one.ratio, (one.left, one.right)) for one in frameworks]
    ratios += [(one.ratio, (one.subject, one.base)) for one in over_cpu]
    told = [(ratio, _floor(sides, known)) for ratio, sides in ratios if ratio.answer in _TOLD]
    within = [floor for ratio, floor in told if _log(ratio) <= math.log1p(floor)]
    if not within:
        return []
    most = max(within)
    size = f"up to {100 * most:.2g} %" if most < _MOST_SHOWN else f"over {100 * _MOST_SHOWN:,.0f} %"
    text = (
        f"{len(within)} of {len(told)} differences told are within the noise floor: this run finds as much between a "
        f"cell and itself ({size}). More launches, on a quiet machine, tell:"
    )
    return [Caveat("noise", text, again(command, 10), first=half(len(within), len(told)))]


def _floor(sides: Sequence[Measured], known: Mapping[object, Sequence[NoiseFloor]]) -> float:
    return max((one.of(sides) for side in sides for one in known.get(_place(side), ())), default=0.0)


def _place(cell: Measured) -> object:
    return (cell.run_id, cell.backend, cell.device)


def _log(ratio: Ratio) -> float:
    return abs(math.log(ratio.value))
