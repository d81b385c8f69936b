from __future__ import annotations

import numpy as np
import pytest

from gpubench.workload import PRECISIONS
from gpubench_workloads.dispatch import Dispatch, dispatch

ON_A_CPU = [precision for precision in PRECISIONS if precision != "tf32"]


@pytest.mark.parametrize("precision", ON_A_CPU)
@pytest.mark.parametrize("size", ["smoke", "large"])
def test_every_execution_adds_rightly(execution, precision, size, checked):
    backend, mode = execution
    result = checked(dispatch, dispatch.sizes[size], backend, mode, precision)
    assert result.excess <= 0.5


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda total: total * (1 + 2.0**-15), id="too few bits"),
        pytest.param(lambda total: np.roll(total, 1), id="elements shifted"),
        pytest.param(lambda total: np.append(total[:-1], 0.0), id="last element missing"),
        pytest.param(lambda total: total[:-1], id="too short"),
        pytest.param(lambda total: total * np.nan, id="not a number"),
    ],
)
@pytest.mark.framework("torch")
def test_a_wrong_sum_is_refused(change, checked, altered):
    params = dispatch.sizes["large"]
    right = checked(dispatch, params, "torch")
    assert altered(params, right, lambda arrays: {"sum": change(arrays["sum"])}).excess > 4


def test_the_work_is_an_addition_an_element():
    work = Dispatch(16).work(2)
    assert (work.flops, work.bytes, work.items) == (16, 96, 1)


def test_a_size_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Dispatch(0)
