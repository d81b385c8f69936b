"""How each verdict came about, figure by figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gpubench.analysis.judgement import Judgement, Verdict
from gpubench.cli.compare_words import cell_name, launches_words, percent, ratio_words
from gpubench.cli.visible import one_line
from gpubench.results.units import duration

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Compared, Comparison
    from gpubench.analysis.measured import Measured


def explanations(comparison: Comparison) -> str:
    """Of every cell, the worst first; a blank line between two."""
    return "\n\n".join("\n  ".join(explanation(one, comparison.by)) for one in comparison.worst_first)


def explanation(one: Compared, by: str) -> list[str]:
    """The lines of one cell, its name and verdict first."""
    several = f" ({one.names.new} against {one.names.base})"
    lines = [f"{cell_name(one, by)}{several}: {one.verdict.value}"]
    lines += [f"{one.names.base}: {_launches(one.base)}", f"{one.names.new}: {_launches(one.new)}"]
    if one.ratio is not None:
        lines.append(f"ratio {ratio_words(one.ratio)}")
    if one.judgement is None:
        return [*lines, f"rule: no verdict, {one_line(one.obstacle.text) if one.obstacle else ''}"]
    return lines + _figures(one.judgement) + [f"rule: {_rule(one.judgement, one.names.new)}"]


def _figures(judgement: Judgement) -> list[str]:
    apart, margin = judgement.question.difference, judgement.question.margin
    lines = [f"margin {percent(margin.fraction)} ({margin.origin}), ±{margin.log:.4f} as a logarithm"]
    if apart is None:
        return lines
    lo, hi = apart.bounds()
    kind = "paired launch by launch" if apart.paired else "Welch's"
    error = f"standard error {apart.standard_error:.4f}, {apart.degrees:.1f} degrees of freedom ({kind})"
    return [
        f"log difference {apart.log:+.4f} [{lo:+.4f}, {hi:+.4f}], {error}",
        *lines,
        f"p {judgement.p:.3g}, Holm's level {judgement.level:.3g}",
    ]


def _rule(judgement: Judgement, new: str) -> str:
    if judgement.question.difference is None:
        return f"fewer than {launches_words(judgement.needed)} a side: INCONCLUSIVE"
    found = {
        Verdict.SLOWER: f"p is at most Holm's level, and {new} takes longer",
        Verdict.FASTER: f"p is at most Holm's level, and {new} takes less",
        Verdict.SAME: "the interval of the ratio lies within the margin",
        Verdict.INCONCLUSIVE: (
            "p is above Holm's level, or a graver cell's was, and the interval of the ratio leaves the margin; "
            f"{launches_words(judgement.needed)} a side would tell, if difference and spread stay what they are"
        ),
    }
    return f"{found[judgement.verdict]}: {judgement.verdict.value}"


def _launches(cell: Measured | None) -> str:
    if cell is None or not cell.medians:
        return "no launch"
    return ", ".join(duration(seconds) for _, seconds in sorted(cell.medians.items()))
