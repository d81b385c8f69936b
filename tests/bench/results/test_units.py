"""Times, sizes and energies in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench.results.units import duration, energy, size

SCALES = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (36.2e-6, "36.2 µs"), (4.1e-3, "4.10 ms"), (125.0, "125 s"), (1e-9, "1.00 ns"), (1e-5, "10.0 µs"),
        (1.0, "1.00 s"), (0.5e-9, "0.50 ns"), (7200, "7200 s"), (0, "0.00 s"),
        (9.996e-6, "10.0 µs"), (99.96, "100 s"), (999.6e-6, "1.00 ms"), (0.9996, "1.00 s"),
    ],
)  # fmt: skip
def test_a_time_is_told_in_three_digits_and_its_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@given(st.floats(1e-9, 999.4))
def test_three_digits_always_and_never_off_by_more_than_their_rounding(seconds: float) -> None:
    figure, unit = duration(seconds).split(" ")
    assert re.fullmatch(r"\d\.\d\d|\d\d\.\d|\d\d\d", figure)
    assert 1 <= float(figure) < 1000
    assert float(figure) * SCALES[unit] == pytest.approx(seconds, rel=0.00501)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "0.98 KiB"), (4096, "4.00 KiB"), (48 * 2**20, "48.0 MiB"),
        (226 * 2**20, "226 MiB"), (999 * 2**20, "999 MiB"), (2**30, "1.00 GiB"), (80 * 2**30, "80.0 GiB"),
        (5000 * 2**40, "5000 TiB"),
    ],
)  # fmt: skip
def test_a_size_is_told_in_binary_units(amount: int, words: str) -> None:
    assert size(amount) == words


@given(st.integers(1024, 2**50))
def test_a_size_is_off_by_no_more_than_its_rounding(amount: int) -> None:
    figure, unit = size(amount).split(" ")
    assert float(figure) * 1024 ** ("B", "KiB", "MiB", "GiB", "TiB").index(unit) == pytest.approx(amount, rel=0.0052)


@pytest.mark.parametrize(("joules", "words"), [(3.1, "3.10 J"), (0.0124, "12.4 mJ"), (2e-7, "200 nJ"), (250, "250 J")])
def test_an_energy_is_told_in_joules(joules: float, words: str) -> None:
    assert energy(joules) == words
