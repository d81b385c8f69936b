from __future__ import annotations

import pytest

from gpubench.workload import Inputs, Observed
from gpubench_workloads import noop as module
from gpubench_workloads.noop import Noop, noop


def test_the_smallest_timed_call_is_the_empty_function_itself():
    step = noop.builders["torch"](noop.sizes["smoke"], Inputs(), None)
    assert step.call is module._nothing
    assert step.feeds == ()


@pytest.mark.parametrize("n", [1, 2, 8])
def test_a_call_makes_as_many_empty_calls_as_it_counts_items(n, monkeypatch):
    calls = []
    monkeypatch.setattr(module, "_nothing", lambda: calls.append(1))
    noop.builders["tensorflow"](Noop(n), Inputs(), None).call()
    assert len(calls) == n == Noop(n).work(4).items


def test_it_has_no_work_to_do_and_nothing_to_check():
    work = Noop(8).work(4)
    assert (work.flops, work.bytes) == (0, 0)
    assert Noop(8).check(Inputs(), Observed((), {}, 0.0)) == {}
    assert Noop(8).tolerance(2.0**-24) == 0


def test_a_size_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Noop(0)
