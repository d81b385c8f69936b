"""The order of launches: every cell once a launch, seeded, mirrored."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench.results.records import Cell
from gpubench.runner.order import Group, Place, passes, taken_in_turns, turns
from gpubench.worker.job import ENERGY, MEMORY, TIME


def made(size: int, backend: str, device: str, variant: str) -> Cell:
    return Cell(
        cell_id=f"{size}{backend}{variant}", workload="w", version=1, axis="n", size=size, params={}, backend=backend,
        device=device, precision="float32", mode="eager", data="resident", variant=variant, threads=1, item="i",
        reason="",
    )  # fmt: skip


CELLS = [
    made(size, backend, device, variant)
    for size in range(6)
    for backend in ("torch", "tensorflow", "toy")
    for device in ("cpu", "cuda:0")
    for variant in (("", "aa") if size == 3 else ("",))
]
some = st.lists(st.sampled_from(CELLS), unique_by=lambda cell: (cell.identity, cell.variant), max_size=len(CELLS))


@given(some, st.integers(1, 6), st.integers())
def test_every_cell_is_measured_once_in_every_launch(cells: list[Cell], launches: int, seed: int):
    counted = Counter((turn.launch, cell.identity) for turn in turns(cells, launches, seed) for cell in turn.cells)
    assert counted == Counter((launch, cell.identity) for launch in range(launches) for cell in cells)


@given(some, st.integers(1, 6), st.integers())
def test_a_worker_has_one_backend_one_device_and_no_pair(cells: list[Cell], launches: int, seed: int):
    for turn in turns(cells, launches, seed):
        group = turn.group.backend, turn.group.device, turn.group.variant
        assert {(cell.backend, cell.device, cell.variant) for cell in turn.cells} == {group}


@given(st.integers())
def test_the_second_launch_of_a_pair_goes_backwards(seed: int):
    """ABBA: what drifts in time falls on all groups alike."""
    order: dict[int, list[Group]] = {}
    for turn in turns(CELLS, 6, seed):
        order.setdefault(turn.launch, []).append(turn.group)
    for first, second in ((0, 1), (2, 3), (4, 5)):
        assert order[second] == order[first][::-1]


def test_launches_come_one_after_the_other():
    launches = [turn.launch for turn in turns(CELLS, 4, 0)]
    assert launches == sorted(launches)


def test_the_seed_decides_the_order():
    assert turns(CELLS, 4, 1) == turns(CELLS, 4, 1)
    assert turns(CELLS, 4, 1) != turns(CELLS, 4, 2)


def test_pairs_of_launches_are_shuffled_anew():
    orders = {tuple(turn.group for turn in turns(CELLS, 20, 0) if turn.launch == launch) for launch in range(0, 20, 2)}
    assert len(orders) > 5


@pytest.mark.parametrize("position", range(3))
def test_no_group_has_a_favoured_place(position: int):
    """Over seeds, each of three groups is first, second and last about equally often."""
    cells = [made(0, backend, "cpu", "") for backend in ("torch", "tensorflow", "toy")]
    found = Counter(turns(cells, 1, seed)[position].group.backend for seed in range(600))
    assert all(150 < count < 250 for count in found.values())


def test_cells_are_shuffled_within_a_worker_and_launch():
    cells = [cell for cell in CELLS if Group.of(cell) == Group("toy", "cpu", "")]
    orders = {tuple(cell.size for cell in turn.cells) for turn in turns(cells, 8, 0)}
    assert len(orders) > 4


def test_cells_of_tf32_have_a_worker_of_their_own() -> None:
    """A framework may keep what it chose for a shape, and run it under the switch's other setting."""
    strict = [cell for cell in CELLS if Group.of(cell) == Group("toy", "cpu", "")]
    loose = [msgspec.structs.replace(cell, cell_id=f"{cell.cell_id}t", precision="tf32") for cell in strict]
    for turn in turns([*strict, *loose], 2, 0):
        assert len({cell.precision == "tf32" for cell in turn.cells}) == 1


def places(cells: list[Cell], launches: int, seed: int) -> list[Place]:
    more = [turn for measures in (MEMORY, ENERGY) for turn in passes(cells, measures, seed)]
    return [turn.place for turn in (*turns(cells, launches, seed), *more)]


@given(some, some, st.integers(1, 5), st.integers())
def test_two_runs_take_each_of_their_turns_once(base: list[Cell], new: list[Cell], launches: int, seed: int):
    sides = places(base, launches, seed), places(new, launches, seed)
    taken = taken_in_turns(*sides, seed)
    assert sorted(taken) == [(side, number) for side in (0, 1) for number in range(len(sides[side]))]


@given(some, some, st.integers(1, 5), st.integers())
def test_the_two_turns_of_one_place_follow_each_other(base: list[Cell], new: list[Cell], launches: int, seed: int):
    sides = places(base, launches, seed), places(new, launches, seed)
    order = [sides[side][number] for side, number in taken_in_turns(*sides, seed)]
    for place in {*sides[0]} & {*sides[1]}:
        first = order.index(place)
        assert order[first + 1] == place


@given(st.integers())
def test_who_went_first_goes_second_in_the_next_launch(seed: int):
    both = places(CELLS, 4, seed)
    first: dict[tuple[int, str], int] = {}
    for side, number in taken_in_turns(both, both, seed):
        if both[number].measures == TIME:
            first.setdefault((both[number].launch, both[number].of), side)
    for launch in (0, 2):
        for of in {place.of for place in both if place.measures == TIME}:
            assert first[launch, of] != first[launch + 1, of]


def test_neither_run_is_the_first_more_often_than_the_other():
    both = places(CELLS, 1, 0)
    assert 80 < sum(taken_in_turns(both, both, seed)[0][0] for seed in range(200)) < 120


def test_launches_of_two_runs_come_one_after_the_other_and_passes_last():
    both = places(CELLS, 3, 0)
    order = [both[number] for _, number in taken_in_turns(both, both[:-1], 0)]
    stages = [((TIME, MEMORY, ENERGY).index(place.measures), place.launch) for place in order]
    assert stages == sorted(stages)
