"""Guessing what was meant."""

from __future__ import annotations

import pytest

from gpubench.spelling import did_you_mean

KNOWN = ["matmul", "conv2d", "noop"]


@pytest.mark.parametrize(
    ("given", "meant"), [("matmult", "matmul"), ("mtamul", "matmul"), ("conv2", "conv2d"), ("nop", "noop")]
)
def test_a_near_miss_is_told(given: str, meant: str) -> None:
    assert did_you_mean(given, KNOWN) == f"; did you mean '{meant}'?"


@pytest.mark.parametrize(("given", "known"), [("transformer", KNOWN), ("", KNOWN), ("matmul", [])])
def test_nothing_is_guessed_where_nothing_is_near(given: str, known: list[str]) -> None:
    assert did_you_mean(given, iter(known)) == ""
