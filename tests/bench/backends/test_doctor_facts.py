"""What the backends that ship tell the doctor: builds to install, words in the log, facts that only a look wants."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from gpubench.backend import CLASHING_WHEELS
from gpubench.plugins import find_backends


def declared(name: str):
    return find_backends().plugins[name].value


@pytest.mark.parametrize(
    ("name", "driver", "command"),
    [
        ("torch", "13.2", "--index-url https://pypi.org/simple torch"),
        ("torch", "", "--index-url https://pypi.org/simple torch"),
        ("torch", "12.4", "--index-url https://download.pytorch.org/whl/cu126 torch"),
        ("torch", "11.8", "--index-url https://download.pytorch.org/whl/cu118 torch"),
        ("tensorflow", "13.2", "'tensorflow[and-cuda]'"),
        ("tensorflow", "12.4", "'tensorflow[and-cuda]'"),
        ("tensorflow", "", "'tensorflow[and-cuda]'"),
        ("tensorflow", "11.8", ""),  # it needs CUDA 12
    ],
)
def test_a_build_is_proposed_that_the_driver_serves(name, driver, command):
    assert declared(name).cuda_build(driver) == command


@pytest.mark.parametrize(("device", "level"), [("all", "0"), ("cpu", None), ("cuda:0", None)])
def test_a_worker_that_only_looks_says_all_that_it_knows(device, level):
    """A level that the user set would hide why there is no GPU; one that measures keeps the user's."""
    environment = declared("tensorflow").environment(1, device)
    assert environment.get("TF_CPP_MIN_LOG_LEVEL") == level
    assert ("TF_CPP_VMODULE" in environment) == (device == "all")


def test_a_worker_that_measures_is_not_asked_what_it_would_do_of_itself(runtime):
    """Its cells set TF32 each for itself: the default, stored beside them, would be taken for theirs."""
    names = runtime.settings()
    assert not any("TF32" in name or "architectures" in name for name in names)
    assert CLASHING_WHEELS not in names


@pytest.mark.framework("tensorflow")
def test_a_tensorflow_that_can_not_list_gpus_measures_the_cpu_and_says_why(started, monkeypatch: pytest.MonkeyPatch):
    """TensorFlow 2.21 raises this where the driver starts and a device does not."""
    import tensorflow as tf

    def refuse(kind: str):
        raise tf.errors.InternalError(None, None, "CUDA error: Failed call to cuDeviceGet")

    runtime = started("tensorflow")
    if not tf.sysconfig.get_build_info()["is_cuda_build"]:
        pytest.skip("TensorFlow is built without CUDA")
    monkeypatch.setattr(tf.config, "list_physical_devices", refuse)
    monkeypatch.setattr(runtime, "_said", "")
    assert [device.name for device in runtime.devices()] == ["cpu"]
    assert runtime.missing() == "TensorFlow registered no GPU: CUDA error: Failed call to cuDeviceGet"


@pytest.mark.framework("torch")
def test_the_cudnn_of_a_build_is_read_where_torch_shows_it(started, monkeypatch: pytest.MonkeyPatch):
    """Build settings of torch 2.14.1+cu130."""
    import torch

    shown = "PyTorch built with:\n  - Build settings: CUDA_VERSION=13.0, CUDNN_VERSION=9.24.0, CXX_COMPILER=c++\n"
    monkeypatch.setattr(torch.__config__, "show", lambda: shown)
    runtime = started("torch")
    monkeypatch.setattr(runtime, "_device", "all")
    assert runtime.settings()["cuDNN of the build"] == "9.24.0"
    assert runtime.settings()["TF32 in convolutions by default"] == "on"


def test_the_environment_of_a_look_leaves_the_users_mask(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    for name in ("torch", "tensorflow"):
        environment: Mapping[str, str] = {**os.environ, **declared(name).environment(1, "all")}
        assert environment["CUDA_VISIBLE_DEVICES"] == "7"
