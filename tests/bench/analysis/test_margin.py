"""What a margin is, as it is typed, and which one holds for a cell."""

from __future__ import annotations

import math

import pytest

from gpubench.analysis.margin import Margin, Margins, fraction, margins
from gpubench.errors import UsageError

FLOOR = Margin(0.08, "the A/A noise floor of torch on cpu in NEW")


@pytest.mark.parametrize(
    ("amount", "value"),
    [("5%", 0.05), (" 5 % ", 0.05), ("0.05", 0.05), (0.25, 0.25), ("0", 0), ("0%", 0), ("99%", 0.99)],
)
def test_a_margin_is_a_fraction_or_a_percentage(amount: str | float, value: float):
    assert fraction(amount) == pytest.approx(value)


@pytest.mark.parametrize("amount", ["", "%", "five", "-1%", "-0.1", "1", "100%", "nan", "inf", "5%%", "5% more"])
def test_anything_else_is_refused(amount: str):
    with pytest.raises(UsageError, match="a margin of '") as raised:
        fraction(amount)
    assert "percentage like 5%" in raised.value.hint


def test_a_percentage_without_its_sign_is_guessed():
    with pytest.raises(UsageError, match="did you mean 5%"):
        fraction("5")


def test_half_the_band_is_symmetrical_on_a_log_scale():
    assert Margin(0.25, "").log == pytest.approx(math.log(1.25))


def test_a_workloads_own_margin_beats_the_plain_one_and_the_last_one_typed_holds():
    asked = margins(["5%", "matmul=3%", "2%", "matmul = 1%"])
    assert asked.of("matmul", FLOOR).fraction == pytest.approx(0.01)
    assert asked.of("conv2d", FLOOR).fraction == pytest.approx(0.02)


def test_the_default_alone_is_raised_to_the_noise_floor():
    assert Margins().of("matmul", None) == Margin(0.05, "the default")
    raised = Margins().of("matmul", FLOOR)
    assert (raised.fraction, raised.raised) == (0.08, True)
    assert raised.origin == "the default, raised to the A/A noise floor of torch on cpu in NEW"
    for asked in (Margins(0.0), Margins(None, {"matmul": 0.0})):
        assert asked.of("matmul", FLOOR).fraction == 0


def test_a_floor_below_the_default_lowers_nothing():
    assert Margins().of("matmul", Margin(0.02, "a floor")) == Margin(0.05, "the default")


def test_a_margin_for_a_workload_that_is_not_there_is_refused():
    asked = margins(["matmull=3%"])
    with pytest.raises(UsageError, match="did you mean 'matmul'"):
        asked.refuse_unknown(["matmul", "conv2d"])
    margins(["matmul=3%", "1%"]).refuse_unknown(["matmul"])
