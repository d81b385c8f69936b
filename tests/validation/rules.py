"""Rules that say whether two sides differ: gpubench's own, called as `compare` calls it, and those of its peers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pools import Launch
from scipy import stats

from gpubench.analysis.difference import difference
from gpubench.analysis.judgement import Question, Verdict, judge
from gpubench.analysis.margin import DEFAULT_MARGIN, Margin, Margins
from gpubench.analysis.noise_floor import NoiseFloor
from gpubench.analysis.ratio import ratio

LEVEL = 0.05
DIFFERENT = (Verdict.SLOWER, Verdict.FASTER)

NONE = Margin(0.0, "asked for")
ONE_PER_CENT = Margin(0.01, "asked for")
DEFAULT = Margin(DEFAULT_MARGIN, "the default")


def verdict(base: Sequence[float], new: Sequence[float], margin: Margin) -> Verdict:
    """Of two sets of launch medians, as of one cell in two runs."""
    ours, theirs = dict(enumerate(base)), dict(enumerate(new))
    apart = difference(ours, theirs, interleaved=False)
    (judged,) = judge([Question(ratio(ours, theirs, interleaved=False), apart, margin)])
    return judged.verdict


def raised(*pairs: tuple[Sequence[float], Sequence[float]]) -> Margin:
    """The default margin of a comparison of two runs with these A/A pairs."""
    floors = [_floor(*pair) for pair in pairs]
    return Margins().of("chain", Margin(max(floors), "the A/A noise floor"))


def _floor(first: Sequence[float], second: Sequence[float]) -> float:
    apart = ratio(dict(enumerate(first)), dict(enumerate(second)), interleaved=True)
    return NoiseFloor(cast(Any, None), cast(Any, None), apart, 0.0).floor  # that of the same closure: as it is


def mann_whitney(base: Sequence[Launch], new: Sequence[Launch]) -> bool:
    """google/benchmark's `tools/compare.py`: the samples of one process a side, by rank."""
    return bool(stats.mannwhitneyu(base[0].samples, new[0].samples, alternative="two-sided").pvalue < LEVEL)


def pooled_t(base: Sequence[Launch], new: Sequence[Launch]) -> bool:
    """pyperf's `compare_to`: Student's t with one variance, on the samples of all processes thrown together."""
    first, second = ([sample for launch in side for sample in launch.samples] for side in (base, new))
    return bool(stats.ttest_ind(first, second, equal_var=True).pvalue < LEVEL)


def welch_on_samples(base: Sequence[Launch], new: Sequence[Launch]) -> bool:
    """hyperfine's `scripts/welch_ttest.py`: Welch's t on the samples of one process a side."""
    return bool(stats.ttest_ind(base[0].samples, new[0].samples, equal_var=False).pvalue < LEVEL)


def at_margin_0(base: Sequence[Launch], new: Sequence[Launch]) -> bool:
    """gpubench's own on launch medians, at margin 0."""
    return verdict([one.median_s for one in base], [one.median_s for one in new], NONE) in DIFFERENT


@dataclass(frozen=True)
class Rule:
    """name: in words. launches: that it looks at, a side."""

    name: str
    launches: int
    differ: Callable[[Sequence[Launch], Sequence[Launch]], bool]


RULES = (
    Rule("Mann–Whitney on the samples of one process a side (google/benchmark)", 1, mann_whitney),
    Rule("Welch's t on the samples of one process a side (hyperfine)", 1, welch_on_samples),
    Rule("pooled Student's t on the samples of five processes a side (pyperf)", 5, pooled_t),
    Rule("gpubench: Welch's t on five launch medians a side, margin 0", 5, at_margin_0),
)
