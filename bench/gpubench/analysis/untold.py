"""Why a ratio tells no difference, in the words of every report."""

from __future__ import annotations

from gpubench.analysis.quantity import floor_in_words
from gpubench.analysis.ratio import Answer, Ratio


def untold(ratio: Ratio) -> str:
    """`no difference that 3 launches can tell`; of a ratio that tells none."""
    if ratio.answer is Answer.WITHIN_NOISE:
        return f"no difference beyond the noise floor of {floor_in_words(ratio.floor)}"
    return f"no difference that {ratio.launches} launches can tell"


def untold_by(ratio: Ratio) -> str:
    """`by 3 launches`; of the same, where it was said already that no difference is told."""
    if ratio.answer is Answer.WITHIN_NOISE:
        return f"within the noise floor of {floor_in_words(ratio.floor)}"
    return f"by {ratio.launches} launches"
