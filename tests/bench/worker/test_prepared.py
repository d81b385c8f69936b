"""A cell made ready: where its feeds lie, what the reference sees, and feeds that differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gpubench.worker.prepared import other_feeds, prepare
from gpubench.workload import Inputs, Step


@pytest.fixture
def session(toy):
    return toy.start(1, "cpu").open("cpu", "float32", "eager")


@pytest.fixture
def noted(session):
    """The session, which notes what is copied each way."""
    notes = []
    place, back = session.place, session.back
    session.place = lambda host: notes.append("place") or place(host)
    session.back = lambda outputs: notes.append("back") or back(outputs)
    session.notes = notes
    return session


def made(doubling, session, seed=0):
    return prepare(doubling, "toy", doubling.sizes["smoke"], session, seed)


def test_a_builder_that_returns_no_step_is_named(doubling, session):
    workload = replace(doubling, builders={"toy": lambda params, inputs, session: None})
    with pytest.raises(TypeError, match=r"the builder returned a NoneType, not a gpubench\.Step"):
        made(workload, session)


def test_resident_feeds_are_placed_once(doubling, noted):
    call = made(doubling, noted).bind("resident")
    noted.notes.append("bound")
    for _ in range(3):
        call()
    assert noted.notes == ["place", "bound"]


def test_host_feeds_and_results_are_copied_at_every_call(doubling, noted):
    call = made(doubling, noted).bind("host")
    noted.notes.append("bound")
    for _ in range(3):
        call()
    assert noted.notes == ["place", "bound", *["place", "back"] * 3]


def test_both_ways_give_the_same_answer(doubling, session):
    prepared = made(doubling, session)
    assert np.array_equal(prepared.bind("resident")(), prepared.bind("host")())


def test_placing_is_over_before_the_first_call(doubling, noted):
    """An asynchronous copy must not fall into the first block."""
    noted.complete = lambda: noted.notes.append("wait")
    made(doubling, noted).resident()
    assert noted.notes == ["place", "wait"]


def test_copies_start_where_the_session_stages_the_feeds_once(doubling, noted):
    """Page-locked memory on CUDA; what is placed for good does not need it."""
    noted.staged = lambda host: noted.notes.append("stage") or host + 1
    call = made(doubling, noted).bind("host")
    plain = made(doubling, noted).bind("resident")()
    assert noted.notes == ["place", "stage", "place"]
    assert np.array_equal(call(), plain + 2)
    call()
    assert noted.notes.count("stage") == 1


def test_other_data_takes_the_place_of_what_was_there(doubling, session):
    """Which is let go of first: a size that just fits has no room for both."""
    placed = made(doubling, session).placed()
    before, place, gone = placed.feeds[0].copy(), session.place, []
    session.place = lambda host: gone.append(placed.feeds[0] is None) or place(host)
    placed.fill(0, before * 3)
    assert gone == [True]
    assert np.array_equal(placed(), before * 6)


def test_a_step_that_is_captured_is_called_as_the_session_has_it(doubling, session):
    """And its host data goes where it was captured."""

    class Captured:
        feeds = ()

        def __init__(self, step, hosts):
            self.hosts = hosts

        def resident(self):
            return lambda: "replayed"

        def from_host(self, hosts):
            return lambda: ("replayed on", hosts)

    session.capture = Captured
    prepared = made(doubling, session)
    placed = prepared.placed()
    assert placed.hosts is prepared.feeds
    assert prepared.bind("resident")() == prepared.resident()() == "replayed"
    assert prepared.bind("host", placed)() == ("replayed on", prepared.feeds)


@pytest.mark.parametrize(
    ("data", "asynchronous", "stages", "told"),
    [
        ("host", True, True, {"host memory": "page-locked"}),
        ("host", True, False, {"host memory": "pageable"}),
        ("host", False, True, {}),
        ("resident", True, True, {}),
    ],
)
def test_a_record_tells_from_what_memory_a_device_is_fed(doubling, session, data, asynchronous, stages, told):
    session.asynchronous = asynchronous
    if stages:
        session.staged = lambda host: host
    assert made(doubling, session).facts(data) == told


def test_a_step_without_feeds_is_called_without(doubling, session):
    idle = replace(doubling, builders={"toy": lambda params, inputs, session: Step(call=lambda: "done")})
    prepared = made(idle, session)
    assert (prepared.bind("resident")(), prepared.bind("host")()) == ("done", "done")


def test_the_reference_sees_inputs_rounded_as_the_device_has_them(doubling, session):
    prepared = made(doubling, session)
    seen, exact = prepared.seen.data["x"], prepared.params.inputs(np.random.default_rng(0)).data["x"]
    assert seen.dtype == np.float64
    assert np.array_equal(seen, exact.astype(np.float32))
    assert not np.array_equal(seen, exact)


def test_weights_are_rounded_to_the_weights_own_type(doubling, session):
    """Under mixed precision weights are wider than data: each is rounded as its type does."""
    session.weight = lambda array: array.astype(np.float64)
    with_weights = type("WithWeights", (), {})()
    with_weights.inputs = lambda rng: Inputs({"x": rng.standard_normal(3)}, {"w": np.array([1 / 3])})
    builders = {"toy": lambda params, inputs, session: Step(call=tuple)}
    seen = prepare(replace(doubling, builders=builders), "toy", with_weights, session, 0).seen
    assert seen.weights["w"][0] == 1 / 3


def test_the_seed_decides_the_data(doubling, session):
    one, same, other = (made(doubling, session, seed).feeds[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


numbers = arrays.arrays(
    dtype=st.sampled_from([np.dtype(name) for name in ("float64", "float32", "int64", "int32", "uint8", "bool")]),
    shape=arrays.array_shapes(min_dims=0, max_dims=4, min_side=1, max_side=4),
    elements={"min_value": 0, "max_value": 9},
)


@given(numbers, st.integers(0, 5))
def test_another_feed_differs_and_keeps_its_shape(feed, seed: int):
    """Zeros are the exception: they are the same at any scale."""
    if feed.dtype.kind == "f":
        feed = feed + feed.dtype.type(1)
    changed = other_feeds((feed, feed), 1, seed)
    assert changed[0] is feed
    assert changed[1].shape == feed.shape
    assert not np.array_equal(changed[1], feed)
    assert changed[1].dtype.kind == feed.dtype.kind


@given(numbers.filter(lambda feed: feed.dtype.kind in "iu"), st.integers(0, 5))
def test_other_labels_are_labels_still(feed, seed: int):
    """An index out of range would fail the step, on a CUDA device for good: with two classes or more there is none."""
    (changed,) = other_feeds((feed,), 0, seed)
    assert changed.min() >= 0
    assert changed.max() <= max(1, feed.max())


def test_every_row_of_another_feed_is_changed_by_itself():
    """A step that looks at one row only is no reason to call it folded."""
    (changed,) = other_feeds((np.ones((5, 3)),), 0, 0)
    assert len(set(changed[:, 0])) == 5
    assert (changed != 1).all()


def test_no_rows_are_no_reason_to_fail():
    (changed,) = other_feeds((np.ones((0, 3)),), 0, 0)
    assert changed.shape == (0, 3)
