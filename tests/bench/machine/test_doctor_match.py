"""Whether libraries and kernels fit each other and the GPU."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from gpubench.backend import Backend, Device
from gpubench.machine.cuda import Cuda
from gpubench.machine.doctor_match import mismatches
from gpubench.machine.driver import Driver
from gpubench.machine.finding import Weight
from gpubench.machine.framework import Framework

CUDA = Cuda(Driver(cuda="13.0", visible=1))
TORCH_2_14 = "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"
TENSORFLOW_2_21 = "sm_60 sm_70 sm_80 sm_89 compute_90"


def framework(name: str = "one", python: str = "/python", **fields) -> Framework:
    backend = Backend(
        name, name, {"eager": ""}, (), ("cuda",), lambda *_: {}, lambda *_: None, lambda cuda: f"{name}+{cuda}"
    )
    return Framework(backend, python, "1.0", **fields)


def states(told: Framework, *neighbours: Framework) -> list[str]:
    return [finding.state for finding in mismatches(CUDA, told, neighbours)]


@pytest.mark.parametrize(
    ("loaded", "built", "wrong"),
    [
        ("9.24.0", "9.24.0", False),
        ("9.28.1", "9.24.0", False),  # newer minor versions are compatible
        ("9.10.2", "9.24.0", True),
        ("8.9.7", "9.24.0", True),
        ("10.0.0", "9.24.0", True),
        ("9.1.0", "9", False),  # a build may tell its major version alone
        ("8.9.7", "9", True),
        ("", "9.24.0", False),  # not loaded yet
        ("9.24.0", "", False),
    ],
)
def test_a_cudnn_must_be_of_the_builds_major_version_and_no_older(loaded, built, wrong):
    told = framework(versions={"cudnn": loaded}, settings={"cuDNN of the build": built})
    found = list(mismatches(CUDA, told, ()))
    assert [finding.state for finding in found] == ["wrong-cudnn"] * wrong
    for finding in found:
        assert finding.reason == f"one 1.0 is made for cuDNN {built} and has loaded cuDNN {loaded}"
        assert finding.commands == ("/python -m pip install --force-reinstall one+13.0",)


@pytest.mark.parametrize(
    ("made_for", "cuda", "wrong"),
    [("12.9", "13.0", True), ("13.3", "13.0", False), ("", "13.0", False), ("12.9", "", False)],
)
def test_a_cudnn_must_be_made_for_the_builds_cuda(made_for, cuda, wrong):
    told = framework(versions={"cuda": cuda, "cudnn": "9.24.0"}, settings={"CUDA of cuDNN": made_for})
    assert states(told) == ["wrong-cudnn"] * wrong


@pytest.mark.parametrize(
    ("architectures", "capability", "expected"),
    [
        (TORCH_2_14, "9.0", []),
        (TORCH_2_14, "8.9", []),  # sm_86 runs on 8.9
        (TORCH_2_14, "12.1", []),
        (TORCH_2_14, "7.0", ["no-kernels"]),  # older than all
        (TORCH_2_14, "11.0", ["no-kernels"]),  # another major version, and no PTX to compile
        (TENSORFLOW_2_21, "7.5", []),
        (TENSORFLOW_2_21, "9.0", ["compiled-kernels"]),
        (TENSORFLOW_2_21, "12.0", ["compiled-kernels"]),
        (TENSORFLOW_2_21, "5.2", ["no-kernels"]),
        ("sm_90a", "9.0", []),
        ("sm_100a", "10.3", ["no-kernels"]),  # that very architecture alone
        ("sm_100f", "10.3", []),  # its family
        ("compute_90a", "10.0", ["no-kernels"]),
        ("", "9.0", []),  # a build that does not tell is not accused
        (TORCH_2_14, "", []),
        ("rubbish", "9.0", ["no-kernels"]),
    ],
)
def test_a_gpu_needs_kernels_of_its_major_version_or_something_to_compile(architectures, capability, expected):
    told = framework(
        settings={"CUDA architectures": architectures},
        devices=(Device("cpu", ""), Device("cuda:0", "Stub 100", None, capability)),
    )
    found = list(mismatches(CUDA, told, ()))
    assert [finding.state for finding in found] == expected
    assert all(f"Stub 100 (cuda:0, compute capability {capability})" in finding.reason for finding in found)


def test_each_gpu_is_judged_for_itself():
    told = framework(
        settings={"CUDA architectures": "sm_80"},
        devices=(Device("cuda:0", "new", None, "8.6"), Device("cuda:1", "old", None, "6.1")),
    )
    (finding,) = mismatches(CUDA, told, ())
    assert "old (cuda:1" in finding.reason
    assert finding.weight is Weight.ERROR
    assert finding.commands


def test_kernels_that_are_compiled_are_a_warning_without_a_command():
    told = framework(settings={"CUDA architectures": "compute_80"}, devices=(Device("cuda:0", "new", None, "9.0"),))
    (finding,) = mismatches(CUDA, told, ())
    assert (finding.weight, finding.commands) == (Weight.WARNING, ())


def test_wheels_that_overwrite_each_other_give_each_framework_there_an_environment():
    clash = {"clashing wheels": "nvidia-cudnn-cu12 9, nvidia-cudnn-cu13 9"}
    neighbours = [framework("two"), framework("far", "/elsewhere"), framework("gone", absent="not installed")]
    (finding,) = mismatches(CUDA, framework(settings=clash), neighbours)
    assert finding.state == "clashing-wheels"
    assert finding.reason == (
        "/python holds CUDA libraries that overwrite each other (nvidia-cudnn-cu12 9, nvidia-cudnn-cu13 9)"
    )
    assert finding.commands == (
        f"{sys.executable} -m venv one-env",
        "one-env/bin/pip install numpy one+13.0",
        f"{sys.executable} -m venv two-env",
        "two-env/bin/pip install numpy two+13.0",
        "gpubench run --python one=one-env/bin/python --python two=two-env/bin/python",
    )


def test_the_cudnn_that_a_clash_left_is_not_mended_where_it_lies():
    told = framework(
        versions={"cuda": "13.0", "cudnn": "9.24.0"},
        settings={"CUDA of cuDNN": "12.9", "clashing wheels": "nvidia-cudnn-cu12 9, nvidia-cudnn-cu13 9"},
    )
    assert states(told) == ["clashing-wheels", "wrong-cudnn"]
    assert list(mismatches(CUDA, told, ()))[1].commands == ()


def test_a_framework_without_a_build_for_the_driver_still_gets_its_environment():
    told = framework(settings={"clashing wheels": "a, b"})
    told = replace(told, backend=replace(told.backend, cuda_build=lambda cuda: "", distribution="one-wheel"))
    (finding,) = mismatches(CUDA, told, ())
    assert "one-env/bin/pip install numpy one-wheel" in finding.commands
