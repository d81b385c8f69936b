"""The flags of cells: what each means, and whether it makes a number doubtful or only explains it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from gpubench.analysis.measured import Measured

DOUBTS = {
    "foreign-load": "measured while other programs used the processors",
    "steal": "measured while a hypervisor gave the processors to others",
    "throttled": "measured while a CPU quota stopped the process again and again",
    "gpu-throttled": "measured while heat or the power supply slowed the GPU: cooler, it is faster",
    "gpu-busy-elsewhere": "measured while other processes used the GPU",
    "gpu-clock-low": "the GPU's clock stayed below 75 % of its highest, for no reason that it names",
    "more-threads": "the framework computed with more threads than it was told to",
    "threads-differ": "the framework says another number of threads than it was told to compute with",
    "drift": "samples got faster or slower as they were taken: a warm-up that was too short, or a clock that sank",
    "bimodal": "a process ran at two speeds: its samples fall into two groups, and the median lies in one of them",
    "launches-disagree": "one process took 1.5 times as long as another, or longer, for the same work",
    "slope-differs": "blocks of calls took another time than their calls, so something else is in them",
    "device-differs": "in a launch the device's own clock told another time for a call than ours",
    "tf32-without-effect": "TF32 was asked for, and the results are as exact as those of float32: it was not used",
    "no-steady-state": "still getting faster or slower when the warm-up's time was up: steady state may differ",
}
"""Flags that make a number doubtful, in words."""

NOTES = {
    "powersave": "the processors' governor is powersave, which may hold their clock down: see `gpubench doctor`",
    "gpu-power-capped": "the GPU held its clock down to stay within its power limit, as many do whenever they are busy",
    "few-samples": "a launch had time for five samples at most: a longer --max-time gives more",
    "harness-cost": "so short that the harness's own cost, that of an empty call, is over 0.1 % of it",
    "short-warm-up": "so slow that the warm-up's time allowed too few calls to judge whether it was steady",
    "fixed-cost-unresolved": "noise hid the cost of starting and ending a block, so blocks were made long instead",
    "dispatch-bound": "the device waits for Python: this is how fast calls are issued, not how fast work is done; that "
    "its own clock then counts another time is no doubt",
    "emulated": "the GPU does no arithmetic in this precision: the framework computes by way of float32, which is slow",
    "above-peak": "more operations a second, by the formula, than the device can do: it did fewer than that counts",
    "calibration-capped": "calls were too uneven to find in time what a block costs, so blocks were made long instead",
    "block-refitted": "calls took another time than in the launch that chose how many make a block: it was changed",
}
"""Flags that explain a number, in words. A flag that is in neither is shown by its name."""


@dataclass(frozen=True)
class Flag:
    """A flag with its meaning and the cells that bear it. doubt: whether it makes their numbers doubtful."""

    name: str
    meaning: str
    doubt: bool
    cells: tuple[Measured, ...]


def flags(cells: Iterable[Measured]) -> tuple[Flag, ...]:
    """Every flag of the cells, doubts first, then by name."""
    found: dict[str, list[Measured]] = defaultdict(list)
    for cell in cells:
        for name in cell.flags:
            found[name].append(cell)
    made = [
        Flag(name, DOUBTS.get(name) or NOTES.get(name, ""), name in DOUBTS, tuple(bearers))
        for name, bearers in found.items()
    ]
    return tuple(sorted(made, key=lambda flag: (not flag.doubt, flag.name)))
