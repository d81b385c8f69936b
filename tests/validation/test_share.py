"""How often something happened, and Clopper and Pearson's interval of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def share(beside):
    return beside("share").Share


def test_none_of_ten_leaves_up_to_31_per_cent_possible(share):
    """The closed form of the interval's end: 1 - (0.05 / 2)^(1 / 10)."""
    assert share(0, 10).bounds == pytest.approx((0.0, 1 - 0.025**0.1))


def test_all_of_ten_leaves_down_to_69_per_cent_possible(share):
    assert share(10, 10).bounds == pytest.approx((0.025**0.1, 1.0))


def test_five_of_fifty_is_what_a_table_of_the_interval_says(share):
    """Clopper and Pearson's interval of 10 % at 50 trials, as printed in tables: 3.3 % to 21.8 %."""
    assert share(5, 50).bounds == pytest.approx((0.0333, 0.2181), abs=5e-5)


def test_outcomes_are_counted(share):
    assert share.of(number < 3 for number in range(10)) == share(3, 10)


@given(st.integers(1, 200).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_always_holds_the_share_itself(beside, counts):
    found = beside("share").Share(*counts)
    assert found.holds(found.value)


def test_more_trials_exclude_more(share):
    assert share(0, 10).holds(0.05)
    assert not share(0, 100).holds(0.05)
