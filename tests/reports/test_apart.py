"""Labels that do not lie on each other."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench_reports.apart import apart, together


@pytest.mark.parametrize(
    ("places", "moved"),
    [
        ([], []),
        ([5.0], [5.0]),
        ([1.0, 3.0, 7.0], [1.0, 3.0, 7.0]),
        ([5.0, 5.0], [4.5, 5.5]),
        ([4.0, 5.0, 5.0, 6.0], [3.5, 4.5, 5.5, 6.5]),
        ([0.0, 0.0], [0.0, 1.0]),
        ([10.0, 10.0], [9.0, 10.0]),
        ([-3.0, 12.0], [0.0, 10.0]),
    ],
)
def test_each_is_moved_as_little_as_all_can_be(places: list[float], moved: list[float]) -> None:
    assert apart(places, 1.0, 10.0) == pytest.approx(moved)


@given(st.lists(st.floats(0, 10), max_size=11))
def test_however_they_lie_they_have_room_and_keep_their_order(places: list[float]) -> None:
    moved = apart(sorted(places), 1.0, 10.0)
    assert all(later - earlier >= 1 - 1e-9 for earlier, later in itertools.pairwise(moved))
    assert all(-1e-9 <= place <= 10 + 1e-9 for place in moved)


def test_too_many_are_refused() -> None:
    with pytest.raises(ValueError, match=r"12 labels 1\.0 apart don't fit into 10\.0"):
        apart([0.0] * 12, 1.0, 10.0)


@pytest.mark.parametrize(
    ("places", "groups"),
    [
        ([], []),
        ([5.0], [[0]]),
        ([1.0, 1.5, 2.6], [[0, 1], [2]]),
        ([1.0, 1.9, 2.8], [[0, 1, 2]]),
        ([1.0, 2.0], [[0], [1]]),
    ],
)
def test_what_is_nearer_than_a_gap_to_the_one_before_stands_with_it(
    places: list[float], groups: list[list[int]]
) -> None:
    assert together(places, 1.0) == groups
