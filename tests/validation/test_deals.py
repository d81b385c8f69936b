"""Comparisons dealt from a pool: no launch twice, no worker on two sides."""

from __future__ import annotations

from collections import Counter

import pytest


@pytest.fixture
def deals(beside):
    return beside("deals")


@pytest.fixture
def plain(quiet):
    return next(launches for condition, launches in quiet.items() if condition.extra == 0)


@pytest.fixture
def slower(quiet):
    return next(launches for condition, launches in quiet.items() if condition.extra == 5)


def workers(launches):
    return [launch.worker for launch in launches]


@pytest.mark.parametrize("partners", [False, True])
@pytest.mark.parametrize("order", ["in_order", "shuffled"])
@pytest.mark.parametrize("planted", [False, True])
def test_no_worker_is_dealt_twice(deals, plain, slower, planted, order, partners):
    new = slower if planted else plain
    dealt = deals.dealt(
        plain, new, 3, partners=partners, order=deals.in_order if order == "in_order" else deals.shuffled(1)
    )
    seen = Counter()
    for deal in dealt:
        assert workers(deal.plain) == workers(deal.new)
        seen.update(workers([*deal.base, *deal.new, *(one for hand in deal.partners for one in hand)]))
    assert set(seen.values()) == {1}


@pytest.mark.parametrize(
    ("count", "partners", "expected"),
    [
        (3, False, 8),
        (5, False, 4),
        (10, False, 2),
        (20, False, 1),
        (3, True, 4),
        (5, True, 2),
        (10, True, 1),
        (20, True, 0),
    ],
)
def test_planted_comparisons_are_as_many_as_there_are_launches_for(deals, plain, slower, count, partners, expected):
    """48 plain launches, of which 24 workers measured the slower step too."""
    found = list(deals.dealt(plain, slower, count, partners=partners, order=deals.in_order))
    assert len(found) == expected
    for deal in found:
        assert [len(hand) for hand in (deal.base, deal.new, *deal.partners)] == [count] * (4 if partners else 2)


def test_in_order_runs_of_identical_code_are_neighbours_in_time(deals, plain):
    first, *_ = deals.dealt(plain, plain, 5, partners=False, order=deals.in_order)
    assert [*first.new, *first.base] == plain[:10]


def test_the_new_side_has_the_planted_work_and_the_base_has_none(deals, plain, slower):
    for deal in deals.dealt(plain, slower, 5, partners=True, order=deals.shuffled(2)):
        assert {launch.condition.extra for launch in deal.new} == {5}
        assert {launch.condition.extra for hand in (deal.base, deal.plain, *deal.partners) for launch in hand} == {0}


def test_a_seed_gives_one_order_and_another_seed_another(deals, plain):
    assert deals.shuffled(1)(plain) == deals.shuffled(1)(plain) != deals.shuffled(2)(plain)
    assert sorted(workers(deals.shuffled(1)(plain))) == sorted(workers(plain))


def test_every_condition_is_compared_with_itself_and_each_closure_with_its_slower_form(deals, quiet):
    assert len(list(deals.alike(quiet))) == len(quiet) == 20
    pairs = [(base[0].condition, new[0].condition) for base, new in deals.planted(quiet, 10)]
    assert len(pairs) == 4
    for base, new in pairs:
        assert (base.backend, base.n, base.extra, new.extra) == (new.backend, new.n, 0, 10)


@pytest.mark.parametrize("order", ["in_order", "shuffled"])
@pytest.mark.parametrize("planted", [False, True])
def test_in_turns_no_worker_is_on_two_sides_and_each_launch_has_its_neighbour(deals, plain, slower, planted, order):
    orders = [deals.in_order if order == "in_order" else deals.shuffled(1) for _ in range(2)]
    line = [launch.worker for launch in orders[0](plain) if launch.worker in {one.worker for one in slower}]
    seen = []
    for base, new in deals.in_turns(plain, slower if planted else plain[: len(slower)], 3, order=orders[1]):
        assert {launch.condition.extra for launch in new} == ({5} if planted else {0})
        seen += list(zip(workers(base), workers(new), strict=True))
    assert len(seen) == 12
    assert [pair if number % 2 == 0 else pair[::-1] for number, pair in enumerate(seen)] == list(
        zip(line[::2], line[1::2], strict=True)
    )
