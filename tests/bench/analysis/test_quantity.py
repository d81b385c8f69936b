"""Numbers as people read them."""

from __future__ import annotations

import pytest

from gpubench.analysis.estimate import Estimate
from gpubench.analysis.quantity import flop_rate, item_rate, percent, seconds


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (None, "–"),
        (3.124e-8, "31.2 ns"),
        (1.5, "1.50 s"),
        (Estimate(0.0173, 0.0170, 0.0177), "17.3 ms [17.0–17.7]"),
        (Estimate(3.62e-5, 3.2e-5, 4.2e-5), "36 µs [32–42]"),
        (Estimate(0.9996, 0.9990, 1.0002), "999.6 ms [999.0–1,000.2]"),
    ],
)
def test_a_time_has_a_unit_that_fits_and_the_digits_its_interval_supports(estimate, said):
    assert seconds(estimate).whole == said


def test_a_rate_is_no_more_precise_than_its_time():
    step = Estimate(1.0, 0.8, 1.3)
    assert flop_rate(1.2345e11, step).text == "120 GFLOP/s"
    assert flop_rate(1.2345e11, Estimate(1.0)).text == "123 GFLOP/s"
    assert flop_rate(None, step).text == "–"


def test_items_have_their_name():
    assert item_rate(7531.4, Estimate(1.0), "image").text == "7,530 images/s"
    assert item_rate(3.25e7, Estimate(1.0), "call").text == "32.5 M calls/s"
    assert item_rate(0.0, Estimate(1.0), "call").text == "–"


def test_a_share_has_two_digits_that_matter():
    assert [percent(share) for share in (0.0, 0.0034, 0.123)] == ["0 %", "0.34 %", "12 %"]


def test_a_share_above_a_hundred_per_cent_is_told_in_whole_per_cent():
    told = [percent(share) for share in (0.996, 1.004, 1.049, 9.876, 10.1)]
    assert told == ["100 %", "100 %", "105 %", "988 %", "over 1,000 %"]
