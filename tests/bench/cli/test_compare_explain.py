"""Each figure that a verdict rests on."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from gpubench.analysis.margin import Margins
from gpubench.cli.compare_explain import explanations

ALL_ALIKE = math.log(1.01) * math.sqrt(2 / 3)
"""The standard error of two sides of three launches, 1 % apart."""


def test_a_slow_down_is_explained_figure_by_figure(compared):
    lines = explanations(compared((1.0,), (1.2,))).splitlines()
    log, half = math.log(1.2), 2.7764451051977987 * ALL_ALIKE
    bounds = f"[+{log - half:.4f}, +{log + half:.4f}]"
    p = 2 * stats.t.sf((log - math.log(1.05)) / ALL_ALIKE, 4)
    assert lines == [
        "matmul, n 1, float32, torch (eager), cpu (NEW against BASE): SLOWER",
        "  BASE: 990 ms, 1.00 s, 1.01 s",
        "  NEW: 1.19 s, 1.20 s, 1.21 s",
        "  ratio 0.833× [0.815–0.852]",
        f"  log difference +{log:.4f} {bounds}, standard error {ALL_ALIKE:.4f}, 4.0 degrees of freedom (Welch's)",
        "  margin 5 % (the default), ±0.0488 as a logarithm",
        f"  p {p:.3g}, Holm's level 0.05",
        "  rule: p is at most Holm's level, and NEW takes longer: SLOWER",
    ]


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (1 / 1.2, "p is at most Holm's level, and NEW takes less: FASTER"),
        (1.0, "the interval of the ratio lies within the margin: SAME"),
        (1.04, "launches a side would tell, if difference and spread stay what they are: INCONCLUSIVE"),
    ],
)
def test_the_rule_that_decided_is_named(compared, new, rule):
    assert explanations(compared((1.0,), (new,))).endswith(rule)


def test_more_launches_than_anyone_makes_are_not_counted_out(compared):
    assert "more than 100 launches a side would tell" in explanations(compared((1.0,), (1.0001,), margins=Margins(0.0)))


def test_a_cell_without_a_verdict_says_why(compared):
    assert explanations(compared((1.0,), ())).splitlines()[1:] == [
        "  BASE: 990 ms, 1.00 s, 1.01 s",
        "  NEW: no launch",
        "  rule: no verdict, missing in NEW",
    ]


def test_too_few_launches_are_the_rule(invented):
    from gpubench.analysis.comparison import compare

    made = invented.Invented("a", launches=1)
    made.cell((1.0,))
    made.cell((2.0,), device="cuda:0")
    text = explanations(compare([made.results()], by="device"))
    assert text.endswith("rule: fewer than 3 launches a side: INCONCLUSIVE")
    assert "(cuda:0 against cpu)" in text
    assert "Holm" not in text


def test_the_worst_is_explained_first(compared):
    names = [part.splitlines()[0] for part in explanations(compared((1.0, 1.0), (1.0, 1.2))).split("\n\n")]
    assert [name.rpartition(": ")[2] for name in names] == ["SLOWER", "SAME"]
