"""What is said of a comparison beside its table."""

from __future__ import annotations

import pytest

from gpubench.analysis.comparison import compare
from gpubench.analysis.margin import Margins
from gpubench.cli.compare_words import advice, percent, sentence


def test_the_advice_is_the_largest_number_of_launches_that_some_cell_takes(compared):
    found = compared((1.0, 1.0, 1.0), (1.04, 1.045, 1.0))
    needed = [one.judgement.needed for one in found.compared if one.judgement and one.judgement.needed]
    assert len(needed) == 2
    assert list(advice(found)) == [f"To tell 2 cells that are INCONCLUSIVE: gpubench run --launches {max(needed)}"]


def test_where_no_launches_would_do_none_are_advised(compared):
    found = compared((1.0,), (1.0001,), margins=Margins(0.0))
    assert found.compared[0].verdict.value == "INCONCLUSIVE"
    assert list(advice(found)) == []


def test_a_clear_comparison_needs_no_advice(compared):
    assert list(advice(compared((1.0, 1.0), (1.2, 1.0)))) == []


@pytest.mark.parametrize(("apart", "said"), [(1.5, 1), (1.06, 0)])
def test_so_much_noise_that_it_hides_everything_is_said(invented, apart, said):
    made = invented.Invented("a")
    made.cell((1.0, 1.0, 1.0))
    made.cell((apart,) * 3, variant="aa")
    run = made.results()
    lines = list(advice(compare([run, run])))
    assert len(lines) == said
    assert all("differences up to 50 % pass for none" in line for line in lines)
    assert list(advice(compare([run, run], margins=Margins(0.5)))) == []


def test_the_sentence_counts_what_there_is_and_leaves_out_what_there_is_not(compared):
    assert sentence(compared((1.0,), (1.2,))) == "1 of 1 cell SLOWER."
    assert sentence(compared((1.0,), (1.0, 1.0))) == "0 of 1 cell SLOWER, 1 SAME, 1 new."


def test_a_base_without_a_cell_is_said(compared):
    assert sentence(compared((), (1.0,))) == "Nothing was compared: BASE has no cell."


def test_a_percentage_has_three_digits():
    assert [percent(value) for value in (0.05, 0.072345, 0.0)] == ["5 %", "7.23 %", "0 %"]
    assert [percent(value) for value in (9.994, 9.996, 102.94)] == ["999 %", "1,000 %", "10,300 %"]
