"""Everything about CUDA on this machine that is known without a framework.

`python -m gpubench.machine.cuda` asks the driver's libraries and writes what they said as JSON: they are asked in a
child process, since a broken driver can end or hang whoever asks it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gpubench.machine.driver import Driver, look_at_driver
from gpubench.machine.environment import nameless
from gpubench.machine.nvml import Gpu, Nvml, look_at_nvml
from gpubench.machine.place import place

TIMEOUT_S = 30.0
_COMMAND = (sys.executable, "-P", "-m", "gpubench.machine.cuda")
_BUS = Path("/sys/bus/pci/devices")
_NVIDIA, _DISPLAY = "0x10de", "0x03"  # PCI-SIG vendor; class 03: display controllers, 3D controllers among them


@dataclass(frozen=True)
class Cuda:
    """What stands between a framework and a GPU.

    mask: the user's CUDA_VISIBLE_DEVICES without UUIDs, None where it is not set. cards: NVIDIA display devices on the
    PCI bus, None where the bus can't be read. place: where this Linux runs.
    silent: why the driver's libraries gave no answer at all; empty where they did.
    """

    driver: Driver = field(default_factory=Driver)
    nvml: Nvml = field(default_factory=Nvml)
    mask: str | None = None
    cards: int | None = None
    place: str = ""
    silent: str = ""


def look_at_cuda(ask: Callable[[], Mapping[str, Any]] | None = None) -> Cuda:
    """The facts of now. ask: what the driver's libraries say; a child process by default."""
    mask = os.environ.get("CUDA_VISIBLE_DEVICES")
    around: Any = {"mask": None if mask is None else nameless(mask), "cards": nvidia_cards(), "place": place()}
    try:
        said = (ask or asked_in_a_child)()
    except Silent as silence:
        return Cuda(silent=str(silence), **around)
    nvml = {**said["nvml"], "gpus": tuple(Gpu(**gpu) for gpu in said["nvml"]["gpus"])}
    return Cuda(Driver(**said["driver"]), Nvml(**nvml), **around)


def nvidia_cards(bus: Path = _BUS) -> int | None:
    """NVIDIA display devices on the PCI bus; None where it can't be read."""
    if not bus.is_dir():
        return None
    return sum(
        _read(card / "vendor") == _NVIDIA and _read(card / "class").startswith(_DISPLAY) for card in bus.iterdir()
    )


class Silent(Exception):
    """The child that asked the driver gave no answer."""


def asked_in_a_child(command: Sequence[str] = _COMMAND, timeout_s: float = TIMEOUT_S) -> Any:
    """What this module writes when it is run: the driver and NVML as JSON values. Raises Silent."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired:
        raise Silent(f"the NVIDIA driver gave no answer within {timeout_s:g} s") from None
    if done.returncode < 0:
        number = -done.returncode
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        raise Silent(f"the NVIDIA driver ended the process that asked it ({name})")
    said = done.stderr if done.returncode else done.stdout
    last = (said.strip().splitlines() or [f"its process ended with {done.returncode}, and said nothing"])[-1]
    if not done.returncode:
        with contextlib.suppress(ValueError):
            return json.loads(last)
    raise Silent(f"the NVIDIA driver could not be asked: {last}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"driver": asdict(look_at_driver()), "nvml": asdict(look_at_nvml())}) + "\n")
