"""TensorFlow's own: the TF32 switch, Keras's types, modes, strays."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

pytestmark = pytest.mark.framework("tensorflow")


@pytest.fixture
def runtime(started):
    return started("tensorflow")


@pytest.fixture
def switch():
    """Reads the TF32 switch, or sets it; it is put back when the test ends."""
    import tensorflow as tf

    before = tf.config.experimental.tensor_float_32_execution_enabled()

    def read(*values):
        if values:
            tf.config.experimental.enable_tensor_float_32_execution(*values)
        return tf.config.experimental.tensor_float_32_execution_enabled()

    yield read
    read(before)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("precision", ["float32", "float64", "bfloat16", "float16"])
def test_float32_is_strict_and_the_switch_is_put_back(runtime, switch, before: bool, precision: str):
    """TensorFlow's own default is on."""
    switch(before)
    with runtime.open("cpu", precision, "graph").scope():
        assert switch() is False
    assert switch() is before


def test_tf32_is_on_where_it_is_asked(runtime, switch):
    import tensorflow as tf

    from gpubench.backends.tensorflow.session import TensorflowSession

    session = TensorflowSession("/CPU:0", "tf32", "graph")
    switch(False)
    with session.scope():
        assert switch() is True
    assert switch() is False
    assert (session.unit, session.width, session.compute, session.mixed) == (2.0**-11, 4, tf.float32, False)


@pytest.mark.parametrize(
    ("precision", "floatx", "policy"),
    [
        ("float64", "float64", "float64"),
        ("float32", "float32", "float32"),
        ("bfloat16", "float32", "mixed_bfloat16"),
        ("float16", "float32", "mixed_float16"),
    ],
)
def test_keras_has_the_precisions_types_and_gets_its_own_back(runtime, precision: str, floatx: str, policy: str):
    import keras

    before = keras.config.floatx(), keras.config.dtype_policy().name
    with runtime.open("cpu", precision, "graph").scope():
        assert (keras.config.floatx(), keras.config.dtype_policy().name) == (floatx, policy)
    with pytest.raises(ZeroDivisionError), runtime.open("cpu", precision, "graph").scope():
        raise ZeroDivisionError
    assert (keras.config.floatx(), keras.config.dtype_policy().name) == before


@pytest.mark.parametrize(("mode", "eagerly"), [("eager", True), ("graph", False), ("xla", False)])
def test_each_mode_runs_as_it_says(runtime, mode: str, eagerly: bool):
    import tensorflow as tf

    def function(x):
        return x + x if tf.executing_eagerly() is eagerly else x

    session = runtime.open("cpu", "float32", mode)
    with session.scope():
        compiled = session.compile(function)
        assert session.fetch(compiled(tf.ones([2]))).tolist() == [2, 2]
    assert (compiled is function) is eagerly
    if mode != "eager":
        assert compiled._jit_compile is (mode == "xla")


@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_a_step_is_traced_once(runtime, mode: str):
    import tensorflow as tf

    session = runtime.open("cpu", "float32", mode)
    traces = []
    with session.scope():
        compiled = session.compile(lambda x: traces.append(1) or x * 2)
        for _ in range(5):
            compiled(session.place(session.host(np.random.default_rng(0).standard_normal((3, 3)))))
    assert traces == [1]
    assert isinstance(compiled, type(tf.function(len)))


@pytest.mark.parametrize(
    ("mode", "arguments"),
    [
        ("eager", {"run_eagerly": True, "jit_compile": False}),
        ("graph", {"run_eagerly": False, "jit_compile": False}),
        ("xla", {"run_eagerly": False, "jit_compile": True}),
    ],
)
def test_keras_never_decides_on_xla_by_itself(runtime, mode: str, arguments):
    assert runtime.open("cpu", "float32", mode).keras_compile == arguments


def test_work_lies_on_the_sessions_device(runtime):
    import tensorflow as tf

    from gpubench.backends.tensorflow.session import TensorflowSession

    with runtime.open("cpu", "float32", "eager").scope():
        assert (tf.ones([2]) + 1).device.endswith("device:CPU:0")
    with (
        TensorflowSession("/GPU:99", "float32", "eager").scope(),
        pytest.raises(tf.errors.InvalidArgumentError, match="Could not satisfy device"),
    ):
        tf.ones([2]) + 1


def test_results_come_back_as_arrays(runtime):
    """Not as tensors, which would lie where they were."""
    session = runtime.open("cpu", "float32", "graph")
    tensor = session.place(session.host(np.ones(3)))
    back = session.back({"a": [tensor], "b": "text"})
    assert isinstance(back["a"][0], np.ndarray)
    assert back["b"] == "text"


def test_a_tensor_elsewhere_is_described(runtime):
    """A session on a GPU that is not here: everything that there is lies elsewhere then."""
    import tensorflow as tf

    from gpubench.backends.tensorflow.session import TensorflowSession

    session = TensorflowSession("/GPU:0", "float32", "graph")
    strays = session.strays({"a": [tf.ones([2, 3]), "no tensor"], "w": tf.Variable(tf.zeros([4]))})
    assert strays == [
        f"{shape} float32 on /job:localhost/replica:0/task:0/device:CPU:0" for shape in ("(2, 3)", "(4,)")
    ]
    assert session.asynchronous


def test_the_gpu_of_a_masked_worker_is_its_first(runtime):
    """`cuda:3` is the only device that its worker sees."""
    assert runtime.open("cuda:3", "float32", "graph").device == "/GPU:0"


def test_a_copy_does_not_change_with_its_variable(runtime):
    session = runtime.open("cpu", "float32", "graph")
    weight = session.weight(np.zeros(3))
    copies = session.copies([weight])
    weight.assign_add(np.ones(3, np.float32))
    assert (session.fetch(copies[0]) == 0).all()
    session.restore([weight], copies)
    assert (session.fetch(weight) == 0).all()


def test_narrow_and_widen_are_the_two_types_of_mixed_training(runtime):
    session = runtime.open("cpu", "bfloat16", "graph")
    weight = session.weight(np.ones(3))
    assert session.narrow(weight).dtype.name == "bfloat16"
    assert session.widen(session.narrow(weight)).dtype.name == "float32"


@pytest.mark.parametrize(("capability", "allowed"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_tf32_needs_a_gpu_that_has_it(runtime, monkeypatch, capability: tuple[int, int], allowed: bool):
    import tensorflow as tf

    from gpubench.errors import Unsupported

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [SimpleNamespace(name="gpu")])
    monkeypatch.setattr(
        tf.config.experimental, "get_device_details", lambda gpu: {"compute_capability": capability}
    )  # fmt: skip
    if allowed:
        assert runtime.open("cuda:0", "tf32", "graph").precision == "tf32"
    else:
        with pytest.raises(Unsupported, match=r"compute capability 8\.0"):
            runtime.open("cuda:0", "tf32", "graph")
