"""A cell and what came of it, each in one line: for progress, for a plan, for a list of what failed."""

from __future__ import annotations

from gpubench.results.records import Cell, Launch
from gpubench.results.units import duration, energy, size


def cell_words(cell: Cell) -> str:
    """A cell in one line."""
    params = [f"{name}={value}" for name, value in cell.params.items()]
    words = [cell.workload, f"{cell.axis}={cell.size}", *params, cell.backend, cell.device, cell.precision, cell.mode]
    return " ".join([*words, *([cell.data] if cell.data != "resident" else []), *again(cell)])


def again(cell: Cell) -> list[str]:
    """What tells a cell that is measured again for the noise floor from its partner; nothing for all others."""
    return ["again"] if cell.variant else []


def launch_words(launch: Launch, verbose: bool) -> str:
    """How one launch went, in words: the median step time, or why there is none."""
    if launch.measures != "time" and launch.status == "ok":
        return amounts(launch)
    if "step" not in launch.quantities:
        of = "" if launch.measures == "time" else f"{launch.measures} "
        return f"{of}{launch.status}: {launch.reason}"
    step = launch.quantities["step"]
    middle = sorted(step.seconds)[len(step.seconds) // 2] / step.calls
    details = f", {len(step.seconds)} blocks of {step.calls} calls, ended by {launch.stopped}" if verbose else ""
    flags = f" [{', '.join(launch.flags)}]" if verbose and launch.flags else ""
    status = "" if launch.status == "ok" else f" {launch.status}: {launch.reason}"
    return f"{duration(middle)}{details}{flags}{status}"


def amounts(launch: Launch) -> str:
    """What a pass came to, in words."""
    found = {
        "host": None if launch.peak_host_bytes is None else size(launch.peak_host_bytes),
        "device": None if launch.peak_device_bytes is None else size(launch.peak_device_bytes),
        "above idle": None if launch.energy_j is None else energy(launch.energy_j),
    }
    said = ", ".join(f"{amount} {where}" for where, amount in found.items() if amount is not None)
    return f"{launch.measures} {said or launch.reason}"
