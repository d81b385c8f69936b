"""How a run's progress is shown: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gpubench.cli.streams import say
from gpubench.results.records import Cell, Launch
from gpubench.results.units import duration, energy, size
from gpubench.runner.progress import Progress as RunProgress
from gpubench.runner.progress import Silent


def choose_progress(kind: str, quiet: bool, verbose: bool) -> RunProgress:
    """`auto` is a bar where standard error is a terminal that can redraw a line, and plain lines elsewhere."""
    if quiet or kind == "none":
        return Silent()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if kind == "auto" and sys.stderr.isatty() and not console.is_dumb_terminal:
        return Bar(verbose, console)
    return Lines(verbose)


def cell_words(cell: Cell) -> str:
    """A cell in one line."""
    params = [f"{name}={value}" for name, value in cell.params.items()]
    words = [cell.workload, f"{cell.axis}={cell.size}", *params, cell.backend, cell.device, cell.precision, cell.mode]
    return " ".join(
        [*words, *([cell.data] if cell.data != "resident" else []), *([cell.variant] if cell.variant else [])]
    )


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


class Lines:
    """One plain line per finished measurement. A reader who has gone, or a full disk, ends no measurement."""

    def __init__(self, verbose: bool) -> None:
        self._verbose = verbose
        self._total = self._done = 0

    def begin(self, cells: int, launches: int, done: int, passes: int = 0) -> None:
        self._total, self._done = cells * launches + passes, done

    def starting(self, backend: str, device: str, launch: int) -> None:
        if self._verbose:
            say(f"starting a {backend} worker on {device}, launch {launch + 1}")

    def finished(self, cell: Cell, launch: Launch) -> None:
        self._done += 1
        say(f"{self._done}/{self._total} {cell_words(cell)}: {launch_words(launch, self._verbose)}")

    def end(self) -> None:
        pass


class Bar:
    """A bar with the time left. It is drawn between measurements only: no thread of ours runs beside a worker."""

    def __init__(self, verbose: bool, console: Console) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
        self._progress = Progress(*columns, console=console, auto_refresh=False, transient=True)
        self._task = self._progress.add_task("")
        self._verbose = verbose

    def begin(self, cells: int, launches: int, done: int, passes: int = 0) -> None:
        self._progress.update(self._task, total=cells * launches + passes, completed=done)
        self._progress.start()

    def starting(self, backend: str, device: str, launch: int) -> None:
        self._progress.update(self._task, description=f"{backend} on {device}, launch {launch + 1}", refresh=True)

    def finished(self, cell: Cell, launch: Launch) -> None:
        if self._verbose or launch.status != "ok":
            self._progress.console.print(f"{cell_words(cell)}: {launch_words(launch, self._verbose)}", markup=False)
        self._progress.update(self._task, advance=1, description=cell_words(cell), refresh=True)

    def end(self) -> None:
        self._progress.stop()
