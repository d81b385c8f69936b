"""What every backend's session promises to a builder, under each that ships."""

from __future__ import annotations

import numpy as np
import pytest

UNITS = {"float64": 2.0**-53, "float32": 2.0**-24, "bfloat16": 2.0**-8, "float16": 2.0**-11}
WIDTHS = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2}
precisions = pytest.mark.parametrize("precision", UNITS)


def of(tensor) -> str:
    """The name of a tensor's type, whatever the framework."""
    return str(getattr(tensor.dtype, "name", tensor.dtype)).rpartition(".")[2]


def device_of(tensor) -> str:
    return str(tensor.device).upper()


def name_of_types(session, array) -> tuple[str, str]:
    return of(session.place(session.host(array))), of(session.weight(array))


@precisions
def test_data_is_in_the_precisions_type_and_weights_at_least_in_float32(session, precision: str):
    data, weights = name_of_types(session(precision), np.ones(3))
    assert data == precision
    assert weights == ("float64" if precision == "float64" else "float32")


@precisions
def test_unit_and_width_are_the_types(session, precision: str):
    opened = session(precision)
    assert (opened.unit, opened.width) == (UNITS[precision], WIDTHS[precision])


@precisions
def test_rounding_is_within_the_unit_and_no_better(session, precision: str):
    """What the reference is given is what the device computes with."""
    opened = session(precision)
    exact = np.random.default_rng(0).uniform(1, 2, 1000)
    seen = opened.fetch(opened.host(exact))
    error = np.abs(seen - exact).max()
    assert error <= opened.unit
    assert error >= opened.unit / 8 or precision == "float64"


@precisions
@pytest.mark.parametrize("kind", ["int64", "int32", "uint8", "bool"])
def test_integers_stay_what_they_are(session, precision: str, kind: str):
    opened = session(precision)
    array = np.array([[0, 1], [1, 0]], dtype=kind)
    placed = opened.place(opened.host(array))
    assert of(placed) == kind
    assert np.array_equal(opened.fetch(placed), array)
    assert opened.fetch(placed).dtype == kind


@precisions
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3, 2)])
def test_an_array_comes_back_as_it_went_but_for_rounding(session, precision: str, shape: tuple[int, ...]):
    opened = session(precision)
    array = np.random.default_rng(0).uniform(1, 2, shape)
    for tensor in (opened.host(array), opened.place(opened.host(array)), opened.weight(array)):
        fetched = opened.fetch(tensor)
        assert (fetched.dtype, fetched.shape) == (np.float64, shape)
        assert np.abs(fetched - array).max() <= opened.unit


def test_an_array_in_another_order_of_memory_arrives_right(session):
    opened = session()
    array = np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)[:, ::-1]
    for tensor in (opened.place(opened.host(array)), opened.weight(array)):
        assert np.array_equal(opened.fetch(tensor), array)


def test_what_was_fetched_does_not_change_with_the_weights(session, backend):
    opened = session("float64")
    weight = opened.weight(np.zeros(3))
    fetched = opened.fetch(weight)
    opened.restore([weight], opened.copies([opened.weight(np.ones(3))]))
    assert (fetched == 0).all()


def test_a_weight_does_not_change_with_the_array_it_was_made_of(session):
    opened = session("float64")
    array = np.zeros(3)
    weight = opened.weight(array)
    array[:] = 1
    assert (opened.fetch(weight) == 0).all()


@precisions
def test_weights_are_put_back_in_place(session, precision: str):
    opened = session(precision)
    weights = [opened.weight(np.full(3, 2.0)), opened.weight(np.zeros((2, 2)))]
    copies = opened.copies(weights)
    opened.restore(weights, opened.copies([opened.weight(np.ones(3)), opened.weight(np.ones((2, 2)))]))
    assert [opened.fetch(weight).max() for weight in weights] == [1, 1]
    opened.restore(weights, copies)
    assert [opened.fetch(weight).max() for weight in weights] == [2, 0]


def test_a_state_that_has_changed_its_length_is_not_restored_by_halves(session):
    opened = session()
    weights = [opened.weight(np.zeros(3)), opened.weight(np.zeros(3))]
    with pytest.raises(ValueError, match="zip"):
        opened.restore(weights, opened.copies(weights[:1]))


def test_results_are_brought_to_the_host_wherever_they_are_nested(session):
    opened = session()
    one, two = (opened.place(opened.host(np.full(3, value))) for value in (1.0, 2.0))
    back = opened.back({"loss": one, "more": [two, 7]})
    assert np.array_equal(np.asarray(back["loss"]), np.full(3, 1.0))
    assert np.array_equal(np.asarray(back["more"][0]), np.full(3, 2.0))
    assert back["more"][1] == 7


def test_what_lies_on_the_device_is_no_stray(session):
    opened = session()
    tensor, weight = opened.place(opened.host(np.ones(3))), opened.weight(np.ones(3))
    assert opened.strays({"a": [tensor, (weight,)], "b": 3.0}) == []


def test_a_call_on_the_cpu_is_over_when_it_returns(session):
    opened = session()
    assert opened.asynchronous is False
    opened.complete()


def test_the_cpu_has_no_tf32(runtime, backend):
    from gpubench.errors import Unsupported

    with pytest.raises(Unsupported, match="tf32 is a product of NVIDIA GPUs; cpu has none"):
        runtime.open("cpu", "tf32", "eager")


@pytest.mark.parametrize(
    ("precision", "mixed"), [("float64", False), ("float32", False), ("bfloat16", True), ("float16", True)]
)
def test_training_is_mixed_where_the_data_is_narrower_than_the_weights(session, precision: str, mixed: bool):
    assert session(precision).mixed is mixed


def test_every_declared_mode_computes_the_same(session, backend, request):
    import importlib

    for mode in importlib.import_module(f"gpubench.backends.{backend}").backend.modes:
        if mode in ("compile", "cuda-graph"):
            continue  # a C++ compiler and half a minute, which the workloads' tests have; a GPU
        opened = session("float32", mode)
        double = opened.compile(lambda x: x + x)
        assert np.array_equal(opened.fetch(double(opened.place(opened.host(np.arange(3.0))))), [0, 2, 4])
