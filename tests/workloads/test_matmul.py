from __future__ import annotations

import numpy as np
import pytest

from gpubench.workload import PRECISIONS, Observed
from gpubench_workloads import matmul as module
from gpubench_workloads.matmul import SHAPES, Matmul, matmul

ON_A_CPU = [precision for precision in PRECISIONS if precision != "tf32"]
BFLOAT16, FLOAT16, FLOAT32 = 2.0**-8, 2.0**-11, 2.0**-24


@pytest.mark.parametrize("precision", ON_A_CPU)
def test_every_execution_multiplies_rightly(execution, precision, checked):
    backend, mode = execution
    assert checked(matmul, matmul.sizes["smoke"], backend, mode, precision).excess <= 0.6


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_of_real_layers_are_right(shape, backend, checked):
    result = checked(matmul, Matmul(4, shape), backend)
    assert result.observed.calls[-1]["c"].shape == (4, SHAPES[shape][1])
    assert result.excess <= 0.5


@pytest.mark.framework("torch")
def test_the_compiled_product_is_right(checked, cxx):
    assert checked(matmul, matmul.sizes["smoke"], "torch", "compile").excess <= 0.6


@pytest.mark.framework("torch")
@pytest.mark.parametrize("shape", ["square", "bert-ffn"])
def test_operations_are_those_that_torch_counts(shape, counted_flops):
    params = Matmul(32, shape)
    assert counted_flops(matmul, params) == params.work(4).flops


def test_traffic_is_each_matrix_once():
    work = Matmul(8, "mnist-dense").work(2)
    assert (work.bytes, work.items) == (2 * (8 * 1600 + 1600 * 10 + 8 * 10), 8)


@pytest.fixture
def faulty(rounded):
    """The errors of a product in float64 that is rounded to bfloat16 and then changed, over the tolerance."""

    def check(params, change, unit=BFLOAT16):
        inputs = params.inputs(np.random.default_rng(0))
        c = rounded(inputs.data["a"] @ inputs.data["b"], 8)
        change(c)
        errors = params.check(inputs, Observed(({"c": c},), {}, unit))
        return {name: error / params.tolerance(unit) for name, error in errors.items()}

    return check


def nothing(c):
    pass


def flip_entry(c):
    c.flat[np.argsort(np.abs(c), axis=None)[c.size // 2]] *= -1  # of middling size


def flip_row(c):
    c[len(c) // 3] *= -1


def flip_column(c):
    c[:, c.shape[1] // 3] *= -1


def lose_a_tile(c):
    c[-16:, -16:] = 0


def swap_rows(c):
    c[[5, 6]] = c[[6, 5]]


def transpose(c):
    c[:] = c.T.copy()


@pytest.mark.parametrize("change", [flip_entry, flip_row, flip_column, lose_a_tile, swap_rows, transpose])
@pytest.mark.parametrize("n", [64, 1024])
def test_a_wrong_product_is_refused_even_in_bfloat16(n, change, faulty):
    assert max(faulty(Matmul(n), nothing).values()) <= 0.3
    assert faulty(Matmul(n), change)["rows"] > 10


@pytest.mark.parametrize(("change", "found_by"), [(flip_row, "block"), (flip_column, "rows"), (lose_a_tile, "block")])
def test_a_wrong_product_is_refused_where_only_some_rows_are_computed(change, found_by, faulty, monkeypatch):
    monkeypatch.setattr(module, "_CHECKED_FLOPS", 2**20)
    params = Matmul(512)
    assert len(params._checked_rows(np.random.default_rng(0))) <= 4
    assert max(faulty(params, nothing).values()) <= 0.3
    assert faulty(params, change)[found_by] > 2


@pytest.mark.parametrize("n", [64, 1024, 2048])
def test_tf32_in_place_of_float32_is_refused(n, rounded):
    params = Matmul(n)
    inputs = params.inputs(np.random.default_rng(0))
    a, b = (rounded(inputs.data[name], 11) for name in ("a", "b"))
    errors = params.check(inputs, Observed(({"c": a @ b},), {}, FLOAT32))
    assert min(errors.values()) > 5 * params.tolerance(FLOAT32)


@pytest.mark.parametrize("c", [np.zeros((64, 63)), np.full((64, 64), np.nan), np.zeros((64, 64))])
def test_a_product_of_another_shape_or_without_numbers_is_refused(c):
    params = matmul.sizes["smoke"]
    inputs = params.inputs(np.random.default_rng(0))
    for error in params.check(inputs, Observed(({"c": c},), {}, BFLOAT16)).values():
        assert not error <= 10 * params.tolerance(BFLOAT16)


def test_the_first_and_the_last_row_are_always_looked_at(monkeypatch):
    monkeypatch.setattr(module, "_CHECKED_FLOPS", 2**20)
    rows = Matmul(512)._checked_rows(np.random.default_rng(3))
    assert {0, 511} <= set(rows)


@pytest.mark.parametrize(("arguments", "says"), [((0,), "at least 1"), ((8, "round"), "bert-ffn")])
def test_parameters_without_sense_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        Matmul(*arguments)
