"""Where the step of a test runs: its framework by the marker, its devices by what is here, and in which launch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gpubench.backend import Backend
from gpubench.errors import GpubenchError, UsageError
from gpubench.plan import identified, known_names
from gpubench.plugins import Catalogue, catalogue
from gpubench.results.records import Cell
from gpubench.runner.everywhere import wanted_devices
from gpubench.runner.prepared import Here, look_here
from gpubench.selection import Selection
from gpubench.workload import PRECISIONS

_HERE = pytest.StashKey[dict[str, Here]]()
_KNOWN = pytest.StashKey[Catalogue]()
_EXAMPLE = '@pytest.mark.gpubench(backend="torch")'


@dataclass(frozen=True)
class Place:
    """A value of the fixture's parameter. launch: from 1; 0 where nothing is measured."""

    backend: str
    device: str
    launch: int = 0

    def __str__(self) -> str:
        """As pytest-benchmark writes a parameter, too."""
        return " ".join([self.backend, self.device, *([f"launch{self.launch}"] if self.launch else [])])

    @classmethod
    def of(cls, text: str) -> Place:
        """The place that a text names."""
        backend, device, *launch = text.split()
        return cls(backend, device, int(launch[0].removeprefix("launch")) if launch else 0)


@dataclass(frozen=True)
class Marked:
    """What a marker says. mode: empty for the framework's default."""

    backend: str
    precision: str = "float32"
    mode: str = ""

    @classmethod
    def of(cls, item: pytest.Item) -> Marked:
        """By the marker that is closest to a test. Raises UsageError where it says too little or too much."""
        marker = item.get_closest_marker("gpubench")
        if marker is None:
            raise UsageError(f"{item.name} has no marker that says which framework its step is for", _EXAMPLE)
        try:
            found = cls(*marker.args, **marker.kwargs)
        except TypeError as error:
            hint = f"it takes backend, precision and mode: {_EXAMPLE}"
            raise UsageError(f"the marker of {item.name} says {marker.args or marker.kwargs}", hint) from error
        known_names((found.precision,), dict.fromkeys(PRECISIONS), "precision")
        return found


def parametrize(metafunc: pytest.Metafunc, launches: int) -> None:
    """A test for each device of its framework, and for each launch there; a device that is not here is skipped.

    Fails the collection of the file where the marker is wrong, or something required is absent.
    """
    try:
        marked = Marked.of(metafunc.definition)
        here = look(metafunc.config, marked.backend)
        found = here.presence[marked.backend]
        devices = wanted_devices(metafunc.config.option.gpubench_device, {marked.backend: found})
    except GpubenchError as error:
        raise pytest.fail.Exception(f"{error.message}\n{error.hint}", pytrace=False) from None
    absent = f"{marked.backend} is not here: {found.absent}; {found.hint}" if found.absent else ""
    values = [
        (Place(marked.backend, device, launch), absent or why)
        for device, why in devices.items()
        for launch in (range(1, launches + 1) if launches and not (absent or why) else [0])
    ]
    metafunc.parametrize("gpubench", [_parameter(*value) for value in values], indirect=True)


def parametrize_at(metafunc: pytest.Metafunc, place: Place) -> None:
    """A test at one place alone: in the process of a launch."""
    metafunc.parametrize("gpubench", [_parameter(place, "")], indirect=True)


def _parameter(place: Place, why: str) -> Any:
    marks = [pytest.mark.skip(reason=why)] if why else []
    return pytest.param(str(place), id=str(place).replace(" ", "-"), marks=marks)


def look(config: pytest.Config, backend: str) -> Here:
    """What there is of a framework here; looked for once. Raises UsageError or UnavailableError."""
    known = config.stash.setdefault(_HERE, {})
    if backend not in known:
        typed = config.option
        known[backend] = look_here(
            Selection(
                backends=(backend,), devices=tuple(typed.gpubench_device), require=tuple(typed.gpubench_require),
                plugins=tuple(typed.gpubench_plugin),
            )
        )  # fmt: skip
        known_names((backend,), known[backend].catalogue.backends, "backend")
    return known[backend]


def known(config: pytest.Config) -> Catalogue:
    """Workloads and frameworks, those of `--gpubench-plugin` too; found once."""
    if _KNOWN not in config.stash:
        config.stash[_KNOWN] = catalogue([Path(file) for file in config.option.gpubench_plugin])
    return config.stash[_KNOWN]


def place_of(item: pytest.Item) -> Place | None:
    """Where a test runs; None for one without the fixture and its marker."""
    if not isinstance(item, pytest.Function) or item.get_closest_marker("gpubench") is None:
        return None
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return Place.of(str(params["gpubench"])) if "gpubench" in params else None


def cell_of(item: Any, place: Place, backend: Backend, threads: int, reason: str = "") -> Cell:
    """A test (a `pytest.Function`) as a cell: its file's and function's names, and its parameters.

    Of these the only number is its size.
    """
    marked = Marked.of(item)
    params = {name: _plain(item, name) for name in item.callspec.params if name != "gpubench"}
    numbers = [name for name, value in params.items() if type(value) in (int, float)]
    axis = numbers[0] if len(numbers) == 1 else ""
    size = params.pop(axis) if axis else ""
    parts = [item.path.stem, *([item.cls.__name__] if item.cls else []), item.originalname]
    return identified(
        Cell(
            cell_id="", workload=".".join(parts), version=1, axis=axis, size=size, params=params,
            backend=place.backend, device=place.device, precision=marked.precision,
            mode=marked.mode or backend.default_mode, data="resident", variant="", threads=threads, item="item",
            reason=reason,
        )
    )  # fmt: skip


def _plain(item: Any, name: str) -> Any:
    """A parameter as results hold it; what has no text of its own is numbered, as pytest does."""
    value = item.callspec.params[name]
    if isinstance(value, (bool, int, float, str)):
        return value
    text = str(getattr(value, "__name__", value))
    return f"{name}{item.callspec.indices[name]}" if " at 0x" in text else text
