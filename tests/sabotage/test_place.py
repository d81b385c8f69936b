"""Work or data that is elsewhere than the cell says, and products rounded more than its precision says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gpubench_workloads.conv2d import conv2d
from gpubench_workloads.matmul import matmul

DEFAULTS = {"torch": "eager", "tensorflow": "graph"}


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.framework(name)) for name in DEFAULTS])
def backend(request):
    return request.param


def rounded_to_tf32(array):
    """float32 with the ten explicit bits of mantissa that TF32 keeps, to nearest."""
    fraction, exponent = np.frexp(array)
    return np.ldexp(np.round(fraction * 2.0**11) / 2.0**11, exponent)


@pytest.mark.parametrize("workload", [matmul, conv2d], ids=lambda workload: workload.name)
def test_tf32_is_on_unasked(cell, backend, workload):
    """The operands are rounded on their way into the product, as a tensor core does it."""

    def rounding(session):
        accelerated = {"asynchronous": property(lambda _: True)}  # the CPU has no TF32, and is not suspected of it
        session.__class__ = type("Accelerated", (type(session),), accelerated)
        place = session.place
        session.place = lambda host: place(session.host(rounded_to_tf32(session.fetch(host))))

    answer = cell(workload, backend, DEFAULTS[backend], plant=rounding)
    assert answer["status"] == "failed"
    assert "rounded as TF32 rounds, unasked" in answer["reason"]


def test_float32_that_errs_as_float32_is_no_dead_switch(cell, backend):
    answer = cell(matmul, backend, DEFAULTS[backend])
    assert (answer["status"], answer["reason"]) == ("ok", "")
    assert "tf32-without-effect" not in answer["flags"]


def test_a_wrong_product_is_not_called_tf32(cell, backend):
    def halving(session):
        place = session.place
        session.place = lambda host: place(session.host(0.9 * session.fetch(host)))

    answer = cell(matmul, backend, DEFAULTS[backend], plant=halving)
    assert answer["status"] == "failed"
    assert "TF32" not in answer["reason"]


@pytest.mark.framework("tensorflow")
def test_the_work_falls_back_to_the_cpu_in_silence(cell):
    """TensorFlow with soft placement on: a GPU that is not there is no error, and the answer is right."""
    import tensorflow as tf

    from gpubench.backends.tensorflow.session import TensorflowSession

    tf.config.set_soft_device_placement(True)
    try:
        answer = cell(matmul, "tensorflow", "eager", opened=lambda *_: TensorflowSession("/GPU:7", "float32", "eager"))
    finally:
        tf.config.set_soft_device_placement(False)
    assert answer["status"] == "failed"
    assert answer["reason"].startswith("output is not on the device: (64, 64) float32 on ")
    assert answer["reason"].endswith("CPU:0")


@pytest.mark.framework("torch")
def test_the_work_stays_on_the_cpu_in_silence(cell):
    """A session that is on another device, and places nothing there."""
    import torch

    def staying(session):
        session.device = torch.device("meta")
        session.place = lambda host: host

    answer = cell(matmul, "torch", "eager", plant=staying)
    assert answer["status"] == "failed"
    assert answer["reason"] == "output is not on the device: (64, 64) torch.float32 on cpu"


@pytest.mark.framework("tensorflow")
def test_an_input_is_left_on_the_host(cell):
    """TensorFlow takes NumPy arrays too, and copies them to the device at every call."""

    def leaving(session):
        session.place = lambda host: host

    answer = cell(matmul, "tensorflow", "graph", plant=leaving)
    assert answer["status"] == "failed"
    assert answer["reason"] == "input is not on the device: (64, 64) float32 in NumPy"


@pytest.mark.framework("torch")
def test_a_weight_is_left_elsewhere(cell):
    import torch

    build = matmul.builders["torch"]
    elsewhere = torch.zeros(3, device="meta")

    def leaving(*given):
        return replace(build(*given), state=lambda: [elsewhere])

    answer = cell(matmul, "torch", "eager", leaving)
    assert answer["status"] == "failed"
    assert answer["reason"] == "weight or optimiser state is not on the device: (3,) torch.float32 on meta"


@pytest.mark.parametrize("used", [False, True], ids=["float32 all the same", "TF32"])
def test_the_tf32_switch_does_nothing(cell, backend, used):
    """The CPU computes tf32 in float32: right, and a number under a wrong name. Rounded operands stand for TF32."""

    def opened(device, precision, mode):
        if backend == "torch":
            import torch

            from gpubench.backends.torch.session import TorchSession

            return TorchSession(torch.device(device), precision, mode)
        from gpubench.backends.tensorflow.session import TensorflowSession

        return TensorflowSession("/CPU:0", precision, mode)

    def rounding(session):
        place = session.place
        session.place = lambda host: place(session.host(rounded_to_tf32(session.fetch(host)))) if used else place(host)

    answer = cell(matmul, backend, DEFAULTS[backend], opened=opened, plant=rounding, precision="tf32")
    assert (answer["status"], answer["reason"]) == ("ok", "")
    assert ("tf32-without-effect" in answer["flags"]) is not used
