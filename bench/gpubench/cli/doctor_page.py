"""What the doctor found, for a person at a terminal or in a log."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

import gpubench
from gpubench.backend import Device
from gpubench.machine.cuda import Cuda
from gpubench.machine.doctor import Examination
from gpubench.machine.finding import MACHINE, Finding, Weight
from gpubench.machine.framework import Framework
from gpubench.machine.nvml import Gpu, Nvml

_STYLES = {Weight.ERROR: "bold red", Weight.WARNING: "yellow", Weight.NOTE: "cyan"}
_WIDTH = 32

Pair = tuple[str, str]


def page(examination: Examination) -> str:
    """The machine, its GPUs, each framework, the plug-ins; and last what to do.

    Colours are always in it: who writes it takes them out where they are not wanted. Nothing is wrapped, so that a
    command can be copied.
    """
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, color_system="standard", no_color=False)
    for head, pairs in _sections(examination):
        console.print(Text(head, style="bold"), soft_wrap=True)
        for name, value in pairs:
            console.print(Text.assemble((f"  {name:{_WIDTH}} ", "dim"), value), soft_wrap=True)
        console.print()
    for line in _findings(examination.findings()):
        console.print(line, soft_wrap=True)
    return file.getvalue().rstrip("\n")


def _sections(examination: Examination) -> Iterator[tuple[str, list[Pair]]]:
    yield f"gpubench {gpubench.__version__} on this machine", list(examination.host.facts.items())
    yield "NVIDIA driver and GPUs", list(_cuda(examination.cuda))
    for framework in examination.frameworks:
        yield f"{framework} in {framework.interpreter}", list(_framework(framework))
    plugins = [(kind, ", ".join(names) or "none") for kind, names in examination.plugins.items()]
    yield "Plug-ins", plugins + [("broken", f"{origin}: {reason}") for origin, reason in examination.broken.items()]


def _cuda(cuda: Cuda) -> Iterator[Pair]:
    yield "driver", _driver(cuda)
    yield "NVML", _nvml(cuda.nvml)
    yield "CUDA_VISIBLE_DEVICES", "not set" if cuda.mask is None else f"'{cuda.mask}'"
    for index, gpu in enumerate(cuda.nvml.gpus):
        yield f"GPU {index}", _gpu(gpu)


def _driver(cuda: Cuda) -> str:
    driver = cuda.driver
    if cuda.silent or driver.missing:
        return cuda.silent or driver.missing
    state = f"it says {driver.error}" if driver.error else f"it shows {driver.visible} to this process"
    return f"{cuda.nvml.driver or 'of unknown version'}, for CUDA up to {driver.cuda or 'unknown'}; {state}"


def _nvml(nvml: Nvml) -> str:
    return f"{nvml.error}: {nvml.said}" if nvml.error else nvml.version or "it tells no version"


def _gpu(gpu: Gpu) -> str:
    words = [gpu.name]
    if gpu.memory_bytes is not None:
        words.append(f"{gpu.memory_bytes / 2**30:.1f} GiB")
    if gpu.capability:
        words.append(f"compute capability {gpu.capability}")
    if gpu.pcie:
        words.append(f"PCIe {gpu.pcie}" + (f" of x{gpu.pcie_most_lanes}" if gpu.pcie_most_lanes else ""))
    return ", ".join([*words, *([f"UUID hashed {gpu.uuid}"] if gpu.uuid else [])])


def _framework(framework: Framework) -> Iterator[Pair]:
    if framework.absent:
        yield "can't be used", framework.absent
        return
    for device in framework.devices:
        yield device.name, _device(device)
    if framework.missing:
        yield "no accelerator", framework.missing
    yield from framework.versions.items()
    yield from framework.settings.items()


def _device(device: Device) -> str:
    words = [device.model]
    if device.memory_bytes is not None:
        words.append(f"{device.memory_bytes / 2**30:.1f} GiB")
    return ", ".join([*words, *([f"compute capability {device.capability}"] if device.capability else [])])


def _findings(findings: list[Finding]) -> Iterator[Text]:
    if not findings:
        yield Text("Nothing is missing.", style="bold green")
        return
    yield Text("What to do", style="bold")
    for finding in findings:
        of_it = finding.about == MACHINE or finding.reason.startswith(finding.about)
        reason = finding.reason if of_it else f"{finding.about}: {finding.reason}"
        yield Text.assemble("  ", (finding.weight.value, _STYLES[finding.weight]), f": {reason} ({finding.state})")
        if finding.advice:
            yield Text(f"    {finding.advice}")
        yield from (Text(f"      {command}", style="green") for command in finding.commands)
