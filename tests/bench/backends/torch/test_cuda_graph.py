"""What is around a CUDA graph; the graphs themselves are recorded and replayed in tests/cuda/test_cuda_graph.py."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from gpubench.errors import Unsupported
from gpubench.session import StepCapture
from gpubench.workload import Step

pytestmark = pytest.mark.framework("torch")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch):
    """Of the CPU, where nothing is recorded: a replay computes nothing."""
    import torch

    from gpubench.backends.torch.cuda_graph import CudaGraphSession

    made = CudaGraphSession(torch.device("cpu"), "float32")
    # What a graph holds is no Python reference: it knows addresses.
    monkeypatch.setattr(made, "record", lambda call: (lambda: None, call()))
    return made


def hosts(session, *arrays):
    return [session.host(np.asarray(array, dtype=float)) for array in arrays]


def test_such_a_session_captures_and_no_other_one_does(session):
    import torch

    from gpubench.backends.torch.session import TorchSession

    assert isinstance(session, StepCapture)
    assert session.capturable
    other = TorchSession(torch.device("cpu"), "float32", "eager")
    assert not isinstance(other, StepCapture)
    assert not other.capturable


def test_a_function_is_not_compiled_beside(session):
    def function(x):
        return x

    assert session.compile(function) is function


def test_a_step_without_data_is_not_recorded(session):
    with pytest.raises(Unsupported, match="a step without data has nothing that a CUDA graph could hold"):
        session.capture(Step(lambda: None), ())


@pytest.mark.parametrize("data", ["resident", "host"])
def test_who_holds_the_call_holds_what_the_graph_reads(session, data: str):
    """Else the memory would be given to others, and a replay would read and write it all the same."""
    weight = session.weight(np.ones(3))

    def build():
        own = weight.clone()
        return Step(lambda x: own * x, (np.ones(3),), state=lambda: [own]), weakref.ref(own)

    step, kept_weight = build()
    placed = session.capture(step, hosts(session, np.ones(3)))
    kept_feed = weakref.ref(placed.feeds[0])
    call = placed.resident() if data == "resident" else placed.from_host(hosts(session, np.ones(3)))
    del step, placed
    gc.collect()
    assert kept_feed() is not None
    assert kept_weight() is not None
    del call
    gc.collect()
    assert kept_feed() is None
    assert kept_weight() is None


def test_it_is_recorded_once_and_at_the_first_call(session):
    made, record = [], session.record
    session.record = lambda call: made.append(1) or record(call)
    placed = session.capture(Step(lambda x: x * 2, (np.ones(3),)), hosts(session, np.ones(3)))
    assert made == []
    placed()
    placed()
    placed.resident()()
    placed.from_host(hosts(session, np.ones(3)))()
    assert made == [1]


def test_other_data_is_written_to_where_the_feed_lies(session):
    placed = session.capture(Step(lambda x: x * 2, (np.ones(3),)), hosts(session, np.ones(3)))
    feed, address = placed.feeds[0], placed.feeds[0].data_ptr()
    placed.fill(0, *hosts(session, np.full(3, 7.0)))
    assert placed.feeds[0] is feed
    assert feed.data_ptr() == address
    assert (session.fetch(feed) == 7).all()


def test_host_data_is_written_to_where_the_feeds_lie_and_the_result_comes_back(session):
    placed = session.capture(Step(lambda x, y: x + y, (np.ones(3), np.ones(3))), hosts(session, np.ones(3), np.ones(3)))
    back = placed.from_host(hosts(session, np.full(3, 5.0), np.full(3, 6.0)))()
    assert [float(session.fetch(feed)[0]) for feed in placed.feeds] == [5.0, 6.0]
    assert back.device.type == "cpu"


def test_recording_leaves_the_state_as_it_was_and_what_it_made_at_zero(session):
    import torch

    weight, moments = session.weight(np.ones(3)), []

    def train(x):
        if not moments:
            moments.append(torch.ones(3))
        moments[0].add_(x)
        return weight.add_(moments[0])

    placed = session.capture(Step(train, (np.ones(3),), state=lambda: [weight, *moments]), hosts(session, np.ones(3)))
    placed.resident()
    assert (session.fetch(weight) == 1).all()
    assert (session.fetch(moments[0]) == 0).all()
