"""Why a framework does not use the GPU that the driver shows; what it proposes leaves its neighbours whole."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from gpubench.backend import Backend, Device
from gpubench.machine.cuda import Cuda
from gpubench.machine.doctor_build import absence
from gpubench.machine.driver import Driver
from gpubench.machine.framework import Framework
from gpubench.machine.nvml import Gpu, Nvml

WITH_GPU = Cuda(Driver(cuda="12.4", visible=1), Nvml(driver="550.54.15", gpus=(Gpu("A"),)))
CPU, GPU = Device("cpu", ""), Device("cuda:0", "A")


def backend(name: str, *accelerators: str, build: str = "{0} for {1}") -> Backend:
    return Backend(
        name, f"{name}-wheel", {"eager": ""}, ("float32",), accelerators, lambda *_: {}, lambda *_: None,
        lambda cuda: build.format(name, cuda),
    )  # fmt: skip


ONE = Framework(
    backend("one", "cuda"), "/one/python", "1.0", {"cuda": "12.1"}, {}, (CPU,), "one sees none", "one wrote this"
)
OTHER = Framework(backend("other", "cuda"), "/other/python", "2.0")
NO_LIBRARIES = "Cannot dlopen some GPU libraries. Please ...\nSkipping registering GPU devices..."


def test_a_framework_with_a_device_lacks_nothing():
    assert absence(WITH_GPU, replace(ONE, devices=(CPU, GPU))) is None
    assert absence(Cuda(Driver("gone")), replace(ONE, devices=(CPU, GPU))) is None


@pytest.mark.parametrize(
    "framework", [replace(ONE, backend=backend("one", "toy")), replace(ONE, absent="not installed")]
)
def test_a_framework_that_knows_no_cuda_or_is_not_here_lacks_no_cuda_device(framework):
    assert absence(WITH_GPU, framework) is None


def test_the_drivers_reason_comes_before_the_builds():
    assert absence(Cuda(Driver("no driver here")), replace(ONE, versions={})).state == "no-driver"


def test_a_build_without_cuda_is_told_in_its_own_words_with_the_build_to_install():
    finding = absence(WITH_GPU, replace(ONE, versions={}))
    assert (finding.state, finding.about, finding.reason) == ("no-cuda-build", "one", "one sees none")
    assert finding.commands == ("/one/python -m pip install --force-reinstall one for 12.4",)
    assert absence(WITH_GPU, replace(ONE, versions={}, missing="")).reason == "one 1.0 is built without CUDA"


@pytest.mark.parametrize(
    ("built", "served", "state"),
    [
        ("13.0", "12.9", "driver-too-old"),
        ("12.8", "12.2", "unexplained"),  # within a major version every driver serves every build
        ("12.8", "13.0", "unexplained"),
        ("12.8", "", "unexplained"),
        ("unknown", "12.4", "unexplained"),
    ],
)
def test_a_driver_is_too_old_where_the_build_is_of_a_newer_major_version(built, served, state):
    cuda = replace(WITH_GPU, driver=Driver(cuda=served, visible=1))
    assert absence(cuda, replace(ONE, versions={"cuda": built})).state == state


def test_a_driver_that_the_framework_calls_too_old_is():
    """Within a major version too: a build may need a driver of its very minor version."""
    said = "The NVIDIA driver on your system is too old (found version 12000)."
    assert absence(WITH_GPU, replace(ONE, missing=said)).state == "driver-too-old"


@pytest.mark.parametrize(
    ("built", "advice"),
    [
        (
            "13.0",
            "Update the driver to 580.65.06 or newer (https://www.nvidia.com/drivers), or install an older build:",
        ),
        ("77.0", "Update the driver to a newer one (https://www.nvidia.com/drivers), or install an older build:"),
    ],
)
def test_an_old_driver_is_updated_to_the_version_that_the_build_needs(built, advice):
    finding = absence(WITH_GPU, replace(ONE, versions={"cuda": built}))
    assert (
        finding.reason == f"one 1.0 is built for CUDA {built}, and the NVIDIA driver 550.54.15 serves CUDA 12.4 at most"
    )
    assert finding.advice == advice


def test_where_no_build_is_made_for_an_old_driver_none_is_proposed():
    framework = replace(ONE, backend=backend("one", "cuda", build=""), versions={"cuda": "13.0"})
    finding = absence(WITH_GPU, framework)
    assert finding.commands == ()
    assert finding.advice.endswith("(https://www.nvidia.com/drivers).")


def test_libraries_that_are_not_found_are_named_once_each():
    log = "".join(
        f"Could not load dynamic library '{name}'; dlerror: ...\n" for name in ("libA.so.1", "libB", "libA.so.1")
    )
    finding = absence(WITH_GPU, replace(ONE, log=log + NO_LIBRARIES))
    assert finding.state == "no-cuda-libraries"
    assert "(libA.so.1, libB)" in finding.reason


def test_libraries_that_the_log_does_not_name_are_missing_all_the_same():
    assert "(not named)" in absence(WITH_GPU, replace(ONE, log=NO_LIBRARIES)).reason


def test_what_has_no_explanation_is_told_in_the_frameworks_words():
    finding = absence(WITH_GPU, ONE)
    assert (finding.state, finding.reason) == ("unexplained", "one sees none")
    assert "gpubench doctor --json" in finding.advice
    assert absence(WITH_GPU, replace(ONE, missing="")).reason == "one 1.0 has no CUDA device, and says no reason"


@pytest.mark.parametrize(
    "neighbour",
    [
        OTHER,
        replace(OTHER, interpreter="/one/python", absent="not installed"),
        replace(OTHER, interpreter="/one/python", backend=backend("other", "toy")),
    ],
    ids=["elsewhere", "absent", "without CUDA"],
)
def test_a_build_goes_into_the_frameworks_own_environment_where_it_is_alone_in_it(neighbour):
    finding = absence(WITH_GPU, replace(ONE, versions={}), [neighbour])
    assert finding.commands == ("/one/python -m pip install --force-reinstall one for 12.4",)


def test_a_build_gets_an_environment_of_its_own_where_another_frameworks_libraries_would_be_overwritten():
    beside = replace(OTHER, interpreter="/one/python")
    finding = absence(WITH_GPU, replace(ONE, versions={}), [beside])
    assert finding.commands == (
        f"{sys.executable} -m venv one-env",
        "one-env/bin/pip install numpy one for 12.4",
        "gpubench run --python one=one-env/bin/python",
    )


def test_an_interpreter_with_a_space_is_quoted():
    finding = absence(WITH_GPU, replace(ONE, versions={}, interpreter="/my envs/python"))
    assert finding.commands[0].startswith("'/my envs/python' -m pip ")
