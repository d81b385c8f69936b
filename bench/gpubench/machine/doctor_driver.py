"""What stands between the machine and any CUDA device, whatever the framework."""

from __future__ import annotations

from collections.abc import Mapping

from gpubench.machine.cuda import Cuda
from gpubench.machine.finding import MACHINE, Finding, Weight
from gpubench.machine.nvml import LOST, MISMATCH, NOT_LOADED
from gpubench.machine.place import CONTAINER, WSL

DRIVERS_PAGE = "https://www.nvidia.com/drivers"
_INSTALL: Mapping[str, str] = {
    "ubuntu": "sudo ubuntu-drivers install",
    "debian": "sudo apt install nvidia-driver",
    "fedora": "sudo dnf install akmod-nvidia",
    "arch": "sudo pacman -S nvidia",
}
_IN_A_CONTAINER = "docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility ..."
_NO_DEVICE, _MISMATCHES = "CUDA_ERROR_NO_DEVICE", ("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",)


def driver_obstacle(cuda: Cuda) -> Finding | None:
    """Why no framework can have a CUDA device here; None where the driver shows one."""
    if cuda.silent:
        advice = "Restart the machine; if that does not help, install the driver anew."
        return Finding("driver-broken", MACHINE, cuda.silent, advice, ("sudo reboot",))
    if cuda.driver.missing:
        return _no_driver(cuda)
    if cuda.nvml.error == MISMATCH or cuda.driver.error in _MISMATCHES:
        reason = "the NVIDIA driver was updated, and the kernel still runs the old one"
        return Finding("driver-mismatch", MACHINE, reason, "Restart the machine.", ("sudo reboot",))
    if cuda.nvml.error == LOST:
        reason = "an NVIDIA GPU has fallen off the bus"
        advice = "Restart the machine; one that gets lost again is too hot, short of power, or loose in its slot."
        return Finding("gpu-lost", MACHINE, reason, advice, ("sudo reboot",))
    if cuda.driver.visible:
        return None
    if cuda.nvml.error == NOT_LOADED:
        return _not_loaded(cuda)
    if cuda.driver.error not in ("", _NO_DEVICE):
        reason = f"the NVIDIA driver does not start: {cuda.driver.error}"
        advice = "Load its module for computing anew (after a suspend it is often in the way), or restart the machine."
        return Finding("driver-broken", MACHINE, reason, advice, ("sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm",))
    return _no_device(cuda)


def _no_driver(cuda: Cuda) -> Finding:
    """Told by the place, since the cure is another in each."""
    reason = cuda.driver.missing
    if cuda.place == WSL:  # where the PCI bus shows no GPU even if there is one
        return Finding("no-driver", MACHINE, reason, f"Install the driver in Windows, none in WSL: {DRIVERS_PAGE}")
    if cuda.cards == 0 and not cuda.nvml.gpus:
        advice = "There is no NVIDIA GPU on the PCI bus either; the CPU can be measured."
        return Finding("no-driver", MACHINE, reason, advice, ("gpubench run --device cpu",), Weight.NOTE)
    if cuda.place == CONTAINER:
        advice = "Give the container the host's GPU (with the NVIDIA Container Toolkit on the host):"
        return Finding("no-driver", MACHINE, reason, advice, (_IN_A_CONTAINER,))
    command = _INSTALL.get(cuda.place)
    advice = f"Install it{'' if command else f' ({DRIVERS_PAGE})'}, and restart the machine."
    return Finding("no-driver", MACHINE, reason, advice, (command, "sudo reboot") if command else ())


def _not_loaded(cuda: Cuda) -> Finding:
    reason = "the NVIDIA driver is installed, and the kernel has not loaded it"
    if cuda.place == CONTAINER:
        return Finding("driver-not-loaded", MACHINE, reason, "Give the container the GPU:", (_IN_A_CONTAINER,))
    advice = "Load it; if that fails, install the driver anew (a new kernel needs its module built for it)."
    return Finding("driver-not-loaded", MACHINE, reason, advice, ("sudo modprobe nvidia && sudo modprobe nvidia_uvm",))


def _no_device(cuda: Cuda) -> Finding:
    """Hidden by the user, or none there: NVML and the PCI bus count what CUDA_VISIBLE_DEVICES hides."""
    there = len(cuda.nvml.gpus) or cuda.cards or 0
    if cuda.mask is not None and there:
        what = "the NVIDIA GPU" if there == 1 else f"all {there} NVIDIA GPUs"
        reason = f"CUDA_VISIBLE_DEVICES='{cuda.mask}' hides {what}"
        return Finding("masked", MACHINE, reason, "Take it out of the environment.", ("unset CUDA_VISIBLE_DEVICES",))
    reason = "the NVIDIA driver finds no GPU"
    if cuda.mask is not None:
        reason += f", and CUDA_VISIBLE_DEVICES='{cuda.mask}' may hide one"
    advice = "See whether the machine does: a card that lacks power, or that another machine has, is not there."
    return Finding("no-device", MACHINE, reason, advice, ("nvidia-smi --list-gpus", "lspci -d 10de:"))
