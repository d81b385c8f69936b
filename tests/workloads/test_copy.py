from __future__ import annotations

import numpy as np
import pytest

from gpubench.workload import PRECISIONS, Inputs, Observed
from gpubench_workloads.copy import KEPT, Copy, copy

ON_A_CPU = [precision for precision in PRECISIONS if precision != "tf32"]
FLOAT16 = 2.0**-11


@pytest.mark.parametrize("precision", ON_A_CPU)
@pytest.mark.parametrize("size", ["smoke", "small"])
def test_every_execution_turns_every_sign_and_rounds_nothing(execution, precision, size, checked):
    backend, mode = execution
    assert checked(copy, copy.sizes[size], backend, mode, precision).errors == {"y": 0.0}


@pytest.mark.framework("torch")
def test_the_compiled_copy_is_right(checked, cxx):
    assert checked(copy, copy.sizes["smoke"], "torch", "compile").errors == {"y": 0.0}


@pytest.mark.framework("torch")
@pytest.mark.parametrize("mode", ["eager", "compile"])
def test_kept_memory_is_written_anew_by_every_call(checked, mode, cxx):
    result = checked(copy, Copy(4096, KEPT), "torch", mode)
    assert result.errors == {"y": 0.0}
    first, second = (result.session.place(result.session.host(factor * result.step.feeds[0])) for factor in (2.0, 3.0))
    one = result.step.call(first)
    before = result.session.fetch(one)
    other = result.step.call(second)
    assert one.data_ptr() == other.data_ptr()
    np.testing.assert_allclose(result.session.fetch(other), 1.5 * before, rtol=1e-6)


@pytest.mark.framework("torch")
def test_new_memory_is_new_every_time(checked):
    result = checked(copy, Copy(4096), "torch")
    (x,) = (result.session.place(result.session.host(feed)) for feed in result.step.feeds)
    first, second = result.step.call(x), result.step.call(x)
    assert len({x.data_ptr(), first.data_ptr(), second.data_ptr()}) == 3


def test_the_argument_is_left_as_it_was(backend, checked):
    result = checked(copy, copy.sizes["smoke"], backend)
    (x,) = (result.session.place(result.session.host(feed)) for feed in result.step.feeds)
    before = result.session.fetch(x)
    result.step.call(x)
    np.testing.assert_array_equal(result.session.fetch(x), before)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda y: -y, id="the argument itself, as TensorFlow's identity and an aliasing compiler give"),
        pytest.param(lambda y: y * (1 + 2.0**-15), id="too few bits"),
        pytest.param(lambda y: np.roll(y, 1), id="elements shifted"),
        pytest.param(lambda y: np.append(y[:-1], 0.0), id="last element missing"),
        pytest.param(lambda y: y[:-1], id="too short"),
        pytest.param(lambda y: y * np.nan, id="not a number"),
    ],
)
@pytest.mark.framework("torch")
def test_a_wrong_copy_is_refused(change, checked, altered):
    params = copy.sizes["smoke"]
    right = checked(copy, params, "torch")
    assert altered(params, right, lambda arrays: {"y": change(arrays["y"])}).excess > 4


def test_subnormals_of_float16_may_be_rounded_to_zero():
    x = np.array([1.0, -1.0, (1 - 2.0**-10) * 2.0**-14, -(2.0**-24)])  # the largest and the smallest of them
    flushed = np.where(np.abs(x) < 2.0**-14, 0.0, -x)
    errors = Copy(4).check(Inputs(data={"x": x}), Observed(({"y": flushed},), {}, FLOAT16))
    assert 0 < errors["y"] <= Copy(4).tolerance(FLOAT16)


@pytest.mark.parametrize("at", [0, 65535, 65536, 199_999])
def test_one_wrong_element_is_found_wherever_it_is(at):
    x = np.random.default_rng(0).standard_normal(200_000)
    y = -x
    y[at] += 1e-3
    errors = Copy(200_000).check(Inputs(data={"x": x}), Observed(({"y": y},), {}, FLOAT16))
    assert errors == {"y": pytest.approx(1e-3, rel=0.01)}


def test_the_work_is_traffic_alone_each_vector_once():
    work = Copy(16).work(2)
    assert (work.flops, work.bytes, work.items) == (0, 64, 16)


def test_the_largest_is_beyond_large_caches():
    """480 MiB are the largest last-level cache of a processor that this was built on."""
    assert copy.sizes["large"].work(4).bytes >= 2 * 480 * 2**20


@pytest.mark.parametrize(("arguments", "says"), [((0,), "at least 1"), ((8, "old"), "new or kept")])
def test_parameters_without_sense_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        Copy(*arguments)
