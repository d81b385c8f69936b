"""What stands between the machine and any CUDA device, and what mends it there."""

from __future__ import annotations

import pytest

from gpubench.machine.cuda import Cuda
from gpubench.machine.doctor_driver import driver_obstacle
from gpubench.machine.driver import Driver
from gpubench.machine.finding import MACHINE, Weight
from gpubench.machine.nvml import Gpu, Nvml

MISSING = Driver("no driver here")
NONE_VISIBLE = Driver(cuda="12.4", error="CUDA_ERROR_NO_DEVICE")
ONE, TWO = Nvml(gpus=(Gpu("A"),)), Nvml(gpus=(Gpu("A"), Gpu("B")))
MODPROBE = "sudo modprobe nvidia && sudo modprobe nvidia_uvm"
IN_A_CONTAINER = "docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility ..."


def test_a_driver_that_shows_a_device_is_no_obstacle():
    assert driver_obstacle(Cuda(Driver(cuda="12.4", visible=1), ONE)) is None


def test_a_driver_whose_nvml_is_not_loaded_is_none_either_where_it_shows_a_device():
    """WSL and Jetson have no NVML, or half of it."""
    assert driver_obstacle(Cuda(Driver(cuda="12.4", visible=1), Nvml("DriverNotLoaded"))) is None
    assert driver_obstacle(Cuda(Driver(cuda="12.4", visible=1), Nvml("LibraryNotFound"))) is None


@pytest.mark.parametrize(
    ("place", "cards", "commands", "weight"),
    [
        ("ubuntu", 1, ("sudo ubuntu-drivers install", "sudo reboot"), Weight.ERROR),
        ("debian", None, ("sudo apt install nvidia-driver", "sudo reboot"), Weight.ERROR),
        ("plan9", 1, (), Weight.ERROR),
        ("container", 1, (IN_A_CONTAINER,), Weight.ERROR),
        ("container", 0, ("gpubench run --device cpu",), Weight.NOTE),
        ("debian", 0, ("gpubench run --device cpu",), Weight.NOTE),
        ("WSL", 0, (), Weight.ERROR),
    ],
)
def test_a_missing_driver_is_mended_as_the_place_wants_it(place, cards, commands, weight):
    finding = driver_obstacle(Cuda(MISSING, cards=cards, place=place))
    assert (finding.state, finding.about, finding.reason) == ("no-driver", MACHINE, "no driver here")
    assert (finding.commands, finding.weight) == (commands, weight)
    assert commands or "https://www.nvidia.com/drivers" in finding.advice


def test_a_gpu_that_nvml_knows_is_one_though_the_bus_shows_none():
    """A container with the driver's tools and without its compute libraries."""
    finding = driver_obstacle(Cuda(MISSING, ONE, cards=0, place="container"))
    assert (finding.commands, finding.weight) == ((IN_A_CONTAINER,), Weight.ERROR)


@pytest.mark.parametrize(
    "cuda",
    [
        Cuda(Driver(cuda="12.4", error="CUDA_ERROR_SYSTEM_DRIVER_MISMATCH")),
        Cuda(NONE_VISIBLE, Nvml("LibRmVersionMismatch")),
        Cuda(Driver(cuda="12.4", visible=1), Nvml("LibRmVersionMismatch")),
    ],
    ids=["libcuda", "NVML", "NVML alone"],
)
def test_a_driver_updated_under_a_running_kernel_wants_a_restart(cuda):
    finding = driver_obstacle(cuda)
    assert (finding.state, finding.commands) == ("driver-mismatch", ("sudo reboot",))


@pytest.mark.parametrize(("place", "command"), [("debian", MODPROBE), ("container", IN_A_CONTAINER)])
def test_a_driver_that_the_kernel_has_not_loaded_is_loaded(place, command):
    finding = driver_obstacle(Cuda(NONE_VISIBLE, Nvml("DriverNotLoaded"), place=place))
    assert (finding.state, finding.commands) == ("driver-not-loaded", (command,))


def test_a_gpu_that_no_longer_answers_is_lost_whatever_the_driver_shows():
    finding = driver_obstacle(Cuda(Driver(cuda="12.4", visible=1), Nvml("GpuIsLost")))
    assert (finding.state, finding.commands) == ("gpu-lost", ("sudo reboot",))


@pytest.mark.parametrize(
    ("nvml", "cards", "reason"),
    [
        (ONE, None, "CUDA_VISIBLE_DEVICES='7' hides the NVIDIA GPU"),
        (TWO, None, "CUDA_VISIBLE_DEVICES='7' hides all 2 NVIDIA GPUs"),
        (Nvml("LibraryNotFound"), 3, "CUDA_VISIBLE_DEVICES='7' hides all 3 NVIDIA GPUs"),
    ],
)
def test_gpus_that_the_user_hid_are_counted_and_the_variable_named(nvml, cards, reason):
    finding = driver_obstacle(Cuda(NONE_VISIBLE, nvml, "7", cards))
    assert (finding.state, finding.reason) == ("masked", reason)
    assert finding.commands == ("unset CUDA_VISIBLE_DEVICES",)


@pytest.mark.parametrize(
    ("mask", "reason"),
    [
        (None, "the NVIDIA driver finds no GPU"),
        ("7", "the NVIDIA driver finds no GPU, and CUDA_VISIBLE_DEVICES='7' may hide one"),
    ],
)
def test_a_driver_without_a_gpu_is_not_called_masked(mask, reason):
    finding = driver_obstacle(Cuda(NONE_VISIBLE, Nvml(), mask, 0))
    assert (finding.state, finding.reason) == ("no-device", reason)


def test_a_gpu_that_the_driver_does_not_show_and_nobody_hid_is_no_device():
    assert driver_obstacle(Cuda(NONE_VISIBLE, ONE)).state == "no-device"


def test_a_driver_that_fails_otherwise_says_with_what():
    finding = driver_obstacle(Cuda(Driver(cuda="12.4", error="CUDA_ERROR_UNKNOWN"), ONE))
    assert (finding.state, finding.reason) == (
        "driver-broken", "the NVIDIA driver does not start: CUDA_ERROR_UNKNOWN",
    )  # fmt: skip
    assert "nvidia_uvm" in finding.commands[0]


def test_a_driver_that_gives_no_answer_comes_before_all_else():
    finding = driver_obstacle(Cuda(silent="it hangs", place="debian", cards=0))
    assert (finding.state, finding.reason, finding.commands) == ("driver-broken", "it hangs", ("sudo reboot",))
