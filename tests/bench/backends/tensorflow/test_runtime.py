"""What TensorFlow's exceptions mean, raised by TensorFlow itself where a CPU can raise them, in every mode."""

from __future__ import annotations

import pytest

from gpubench.backend import Fault

pytestmark = pytest.mark.framework("tensorflow")
MODES = ("eager", "graph", "xla")


@pytest.fixture
def runtime(started):
    return started("tensorflow")


def raised(runtime, mode: str, function, *arguments) -> Exception:
    """What a function raises as a mode runs it."""
    session = runtime.open("cpu", "float32", mode)
    with session.scope():
        try:
            session.compile(function)(*arguments)
        except Exception as error:
            return error
    raise AssertionError("nothing was raised")


def test_an_impossible_tensor_is_out_of_memory(runtime):
    """Takes TensorFlow ten seconds: it waits for somebody to give memory back."""
    import tensorflow as tf

    error = raised(runtime, "eager", lambda: tf.ones([2**45], tf.float64))
    assert runtime.fault(error) is Fault.OUT_OF_MEMORY


@pytest.mark.parametrize("mode", MODES)
def test_a_type_that_an_operation_lacks_is_unsupported(runtime, mode: str):
    """Each mode says it in words of its own."""
    import tensorflow as tf

    error = raised(runtime, mode, lambda a: tf.matmul(a, a), tf.ones([2, 2], tf.uint8))
    assert runtime.fault(error) is Fault.UNSUPPORTED


def test_an_operation_that_xla_lacks_is_unsupported(runtime):
    import tensorflow as tf

    error = raised(runtime, "xla", tf.strings.length, tf.constant("a"))
    assert runtime.fault(error) is Fault.UNSUPPORTED


@pytest.mark.parametrize("mode", MODES)
def test_shapes_that_do_not_fit_are_a_failure(runtime, mode: str):
    import tensorflow as tf

    error = raised(runtime, mode, lambda a: tf.matmul(a, a), tf.ones([2, 3]))
    assert runtime.fault(error) is Fault.OTHER


def test_a_device_that_is_not_there_is_a_failure_and_no_silent_fallback(runtime):
    import tensorflow as tf

    def on_gpu():
        with tf.device("/GPU:7"):
            return tf.ones([2]) + 1

    assert runtime.settings()["soft placement"] == "off"
    assert runtime.fault(raised(runtime, "eager", on_gpu)) is Fault.OTHER


# No CPU raises these, or not soon: texts of TensorFlow 2.18 to 2.21.
@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("InternalError", "CUDA error: an illegal memory access was encountered", Fault.STICKY),
        ("UnknownError", "CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure", Fault.STICKY),
        ("InternalError", "GPU sync failed", Fault.STICKY),
        ("InternalError", "Failed to launch ptxas", Fault.OTHER),
        ("InternalError", "CUDA_ERROR_OUT_OF_MEMORY: out of memory", Fault.OUT_OF_MEMORY),
        ("UnimplementedError", "CUDNN_STATUS_NOT_SUPPORTED", Fault.UNSUPPORTED),
        ("ResourceExhaustedError", "Out of memory while trying to allocate 16.02TiB.", Fault.OUT_OF_MEMORY),
        ("UnimplementedError", "The Conv2D op currently only supports the NHWC tensor format", Fault.UNSUPPORTED),
        ("NotFoundError", "no such file", Fault.OTHER),
    ],
)
def test_errors_of_other_devices(runtime, kind: str, text: str, fault: Fault):
    import tensorflow as tf

    assert runtime.fault(getattr(tf.errors, kind)(None, None, text)) is fault


def test_one_operation_runs_at_a_time(runtime):
    """So that the threads are the whole count of those that compute, as on PyTorch's side."""
    assert runtime.settings()["inter-op threads"] == "1"


def test_why_there_is_no_gpu_is_told(runtime):
    import tensorflow as tf

    assert bool(runtime.missing()) is not bool(tf.config.list_physical_devices("GPU"))


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        ({"is_cuda_build": True}, "TensorFlow registered no GPU"),
        ({"is_cuda_build": False}, "is built without CUDA"),
        ({"is_rocm_build": True}, "is built for ROCm, which gpubench does not measure"),
    ],
    ids=["CUDA", "CPU", "ROCm"],
)
def test_each_build_has_its_own_reason(runtime, monkeypatch, build, reason: str):
    import tensorflow as tf

    monkeypatch.setattr(tf.sysconfig, "get_build_info", lambda: build)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["gpu"] if "is_rocm_build" in build else [])
    assert reason in runtime.missing()
    assert [device.name for device in runtime.devices()] == ["cpu"]


def test_the_environment_is_there_before_the_import():
    from gpubench.backends.tensorflow import backend

    assert backend.environment(3, "cpu") == {
        "OMP_NUM_THREADS": "3", "TF_NUM_INTRAOP_THREADS": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "",
    }  # fmt: skip
