"""Numbers show the digits that their interval supports, no end of an interval is told as zero, and none as 1 but 1."""

from __future__ import annotations

import pytest

from gpubench.analysis.numeral import times, written
from gpubench.analysis.ratio import Ratio


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        ((14.23, 13.83, 14.66), ("14.2×", "[13.8–14.7]")),
        ((1.0601, 1.0598, 1.0604), ("1.060×", "[1.060–1.060]")),
        ((7.0, 1.0106, 50.2), ("7.0×", "[1.01–50]")),
        ((0.14, 0.0199, 0.9987), ("0.14×", "[0.020–0.999]")),
        ((1.04, 1.0042, 1.077), ("1.04×", "[1.004–1.08]")),
        ((1.02, 0.99996, 1.04), ("1.02×", "[0.99996–1.04]")),
        ((1.0, 1.0, 1.0), ("1.000×", "[1.000–1.000]")),
        ((270.0, 182.0, 512.0), ("270×", "[180–510]")),
        ((5.5, 0.0034, 8334.0), ("5.5×", "[0.0034–8,300]")),
        ((2.0, None, None), ("2.00×", "")),
        ((9.996, None, None), ("10.0×", "")),
    ],
)
def test_a_ratio_and_its_interval(ratio: tuple[float, float | None, float | None], said: tuple[str, str]) -> None:
    assert times(Ratio(*ratio, launches=3, paired=True)) == said


@pytest.mark.parametrize(
    ("size", "said"),
    [(0.5, "0.5"), (64, "64"), (2048.0, "2048"), (9999, "9999"), (10000, "10,000"), (2.0**25, "33,554,432"),
     (10**14, "100,000,000,000,000"), ("resnet50", "resnet50")],
)  # fmt: skip
def test_a_size_has_its_thousands_parted_from_five_digits_on(size: float | str, said: str) -> None:
    assert written(size) == said
