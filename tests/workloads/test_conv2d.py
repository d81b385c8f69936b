from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gpubench.workload import PRECISIONS, Observed
from gpubench_workloads.conv2d import BOTH, CHANNELS_LAST, FORWARD, Conv2d, conv2d
from gpubench_workloads.conv2d_samples import SAMPLES

ON_A_CPU = [precision for precision in PRECISIONS if precision != "tf32"]
TRAINED = Conv2d(2, "seed-conv2", BOTH)
STRIDED = Conv2d(1, "resnet50-conv1", BOTH)
SMALL = (
    "seed-conv1",
    "resnet50-conv2-reduce",
    "resnet50-conv3-shortcut",
    "resnet50-conv4-3x3",
    "resnet50-conv5-expand",
)


@pytest.mark.parametrize("precision", ON_A_CPU)
def test_every_execution_convolves_and_differentiates_rightly(execution, precision, checked):
    backend, mode = execution
    assert checked(conv2d, TRAINED, backend, mode, precision).excess <= 0.6


@pytest.mark.parametrize("layer", [*SMALL, "resnet50-conv1"])
def test_padding_and_stride_are_the_same_in_every_framework(layer, backend, checked):
    assert checked(conv2d, Conv2d(1, layer, BOTH), backend).excess <= 0.6


@pytest.mark.parametrize("layer", ["vgg16-conv1_2", "vgg16-conv3_2", "vgg16-conv5_1"])
def test_large_layers_are_right(layer, backend, checked):
    assert checked(conv2d, Conv2d(1, layer), backend).excess <= 0.6


@pytest.mark.framework("torch")
@pytest.mark.parametrize("precision", ON_A_CPU)
@pytest.mark.parametrize("layer", ["seed-conv1", "seed-conv2", "resnet50-conv3-shortcut"])
def test_channels_last_is_as_right(layer, precision, checked):
    assert checked(conv2d, Conv2d(1, layer, BOTH, CHANNELS_LAST), "torch", "eager", precision).excess <= 0.6


@pytest.mark.framework("torch")
def test_the_compiled_convolution_is_right(checked, cxx):
    assert checked(conv2d, replace(TRAINED, layout=CHANNELS_LAST), "torch", "compile").excess <= 0.6


@pytest.mark.framework("torch")
@pytest.mark.parametrize("layer", ["seed-conv1", "seed-conv2"])
@pytest.mark.parametrize("pass_", [FORWARD, BOTH])
def test_torch_sees_the_layout_that_is_asked_for(layer, pass_, checked, monkeypatch):
    import torch

    seen = []
    convolve = torch.nn.functional.conv2d

    def spy(x, w, **rest):
        seen.extend(tensor.is_contiguous(memory_format=torch.channels_last) for tensor in (convolve(x, w, **rest),))
        return convolve(x, w, **rest)

    monkeypatch.setattr(torch.nn.functional, "conv2d", spy)
    checked(conv2d, Conv2d(2, layer, pass_), "torch")
    checked(conv2d, Conv2d(2, layer, pass_, CHANNELS_LAST), "torch")
    assert seen == [False, True]


@pytest.mark.framework("torch")
@pytest.mark.parametrize("params", [replace(TRAINED, pass_=FORWARD), TRAINED, replace(STRIDED, pass_=FORWARD), STRIDED])
def test_operations_are_those_that_torch_counts(params, counted_flops):
    assert counted_flops(conv2d, params) == params.work(4).flops


def test_traffic_is_images_kernel_and_output_once_a_pass():
    forward = Conv2d(2, "seed-conv2").work(4)
    assert forward.bytes == 4 * (2 * 13 * 13 * 32 + 3 * 3 * 32 * 64 + 2 * 11 * 11 * 64)
    assert TRAINED.work(4).bytes == 3 * forward.bytes
    assert forward.items == 2


def shift(array, axis, by=1):
    return np.roll(array, by, axis=axis)


FAULTS = {
    "rows shifted by one": lambda found: {**found, "y": shift(found["y"], 1)},
    "columns shifted by one": lambda found: {**found, "y": shift(found["y"], 2, -1)},
    "first row lost": lambda found: {**found, "y": np.concatenate([0 * found["y"][:, :1], found["y"][:, 1:]], axis=1)},
    "last column lost": lambda found: {
        **found,
        "y": np.concatenate([found["y"][:, :, :-1], 0 * found["y"][:, :, -1:]], 2),
    },
    "output of another shape": lambda found: {**found, "y": found["y"][:, 1:]},
    "images swapped": lambda found: {**found, "y": found["y"][::-1]},
    "channels swapped": lambda found: {**found, "y": found["y"][..., ::-1]},
    "no dx": lambda found: {name: found[name] for name in ("y", "dw")},
    "no dw": lambda found: {name: found[name] for name in ("y", "dx")},
    "dx zero": lambda found: {**found, "dx": 0 * found["dx"]},
    "dw zero": lambda found: {**found, "dw": 0 * found["dw"]},
    "dx of the other sign": lambda found: {**found, "dx": -found["dx"]},
    "dx shifted": lambda found: {**found, "dx": shift(found["dx"], 2)},
    "dw rotated": lambda found: {**found, "dw": found["dw"][::-1, ::-1]},
    "dw a mean over the batch": lambda found: {**found, "dw": found["dw"] / 2},
    "dw of a tap missing": lambda found: {**found, "dw": np.concatenate([0 * found["dw"][:1], found["dw"][1:]])},
    "not a number": lambda found: {**found, "dw": np.nan * found["dw"]},
}


@pytest.mark.framework("torch")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_result_is_refused(fault, precision, checked, altered):
    right = checked(conv2d, TRAINED, "torch", "eager", precision)
    assert right.excess <= 0.6
    assert altered(TRAINED, right, FAULTS[fault]).excess > 2


@pytest.mark.framework("tensorflow")
def test_the_padding_that_tensorflow_calls_same_is_refused(checked, monkeypatch):
    import tensorflow as tf

    convolve = tf.nn.conv2d
    monkeypatch.setattr(tf.nn, "conv2d", lambda x, w, stride, padding: convolve(x, w, stride, "SAME"))
    wrong = checked(conv2d, STRIDED, "tensorflow", "eager")
    assert wrong.observed.calls[-1]["y"].shape == STRIDED.geometry.shape("y", 1)
    assert all(error > 1000 * wrong.tolerance for error in wrong.errors.values())


@pytest.mark.framework("torch")
@pytest.mark.parametrize("fault", [{"stride": 1}, {"padding": 2}, {"padding": 4}])
def test_another_stride_or_padding_is_refused(fault, checked, monkeypatch):
    import torch

    convolve = torch.nn.functional.conv2d
    monkeypatch.setattr(torch.nn.functional, "conv2d", lambda x, w, **rest: convolve(x, w, **{**rest, **fault}))
    assert checked(conv2d, replace(STRIDED, pass_=FORWARD), "torch").excess > 1000


@pytest.mark.parametrize("layer", [*SMALL, "vgg16-conv5_1"])
def test_tf32_in_place_of_float32_is_refused(layer, rounded):
    params = Conv2d(2, layer, BOTH)
    inputs = params.inputs(np.random.default_rng(0))
    coarse = {name: rounded(array, 11) for name, array in inputs.data.items()}
    found = {}
    for name in params.results:
        places, samples = SAMPLES[name](params.geometry, coarse, np.random.default_rng(params.batch))
        found[name] = np.full(params.geometry.shape(name.removeprefix("d"), params.batch), np.nan)
        found[name][places] = samples
    errors = params.check(inputs, Observed((found,), {}, 2.0**-24))
    assert min(errors.values()) > 5 * params.tolerance(2.0**-24)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((0,), "at least 1"),
        ((1, "conv9"), "seed-conv1"),
        ((1, "seed-conv1", "back"), "forward"),
        ((1, "seed-conv1", BOTH, "NHWC"), "native"),
    ],
)
def test_parameters_without_sense_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        Conv2d(*arguments)


def test_the_pass_is_called_pass_by_its_users():
    assert conv2d.params("smoke", **{"pass": BOTH}).pass_ == BOTH
    assert conv2d.identity(TRAINED) == {"batch": 2, "layer": "seed-conv2", "pass": BOTH, "layout": "native"}
