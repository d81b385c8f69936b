"""Workloads, backends and reports, found: by entry point, or in a file that `--plugin` names.

A plug-in is known by its *target*, a text that another process can load it from: `package.module:name`, or
`/path/file.py:name`. A broken plug-in is kept with its reason and never stops the others.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from gpubench.backend import Backend
from gpubench.errors import PluginError, UsageError
from gpubench.workload import Workload

WORKLOADS, BACKENDS, REPORTS = "gpubench.workloads", "gpubench.backends", "gpubench.reports"


@dataclass(frozen=True)
class Plugin:
    """One plug-in that loaded. origin: the distribution or file it came from."""

    name: str
    value: Any
    target: str
    origin: str


@dataclass
class Found:
    """The plug-ins of one group by name; `broken` maps an origin to the reason it gave."""

    plugins: dict[str, Plugin] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def add(self, plugin: Plugin) -> None:
        """Keep a plug-in. Raises PluginError where another one has its name."""
        held = self.plugins.setdefault(plugin.name, plugin)
        if held.value is not plugin.value:  # a file may import one that is installed, or name its own twice
            raise PluginError(
                f"two plug-ins are called '{plugin.name}': {held.target} from {held.origin}, "
                f"and {plugin.target} from {plugin.origin}",
                "rename one, uninstall its distribution, or leave out its --plugin",
            )


def load_target(target: str) -> Any:
    """The object that a target names. Whatever the plug-in's module raises comes through."""
    place, _, name = target.rpartition(":")
    module = _module_of_file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    return getattr(module, name)


def find_backends(files: Sequence[Path] = ()) -> Found:
    """Every backend: installed ones, and those in the plug-in files."""
    return _find(BACKENDS, Backend, files)


def find_workloads(files: Sequence[Path] = ()) -> Found:
    """Every workload: installed ones, and those in the plug-in files."""
    return _find(WORKLOADS, Workload, files)


def find_reports() -> Found:
    """Every installed report: a callable of findings and a folder."""
    found = Found()
    for entry in importlib.metadata.entry_points(group=REPORTS):
        _load_entry(found, entry, None)
    return found


@dataclass(frozen=True)
class Catalogue:
    """Every workload and backend that can be measured with, by name."""

    workloads: Mapping[str, Plugin]
    backends: Mapping[str, Plugin]
    broken: Mapping[str, str]

    @property
    def broken_in_words(self) -> str:
        """A sentence on the plug-ins that did not load; empty where all did."""
        return "; ".join(f"plug-in {origin} is broken: {reason}" for origin, reason in self.broken.items())


def catalogue(files: Sequence[Path] = ()) -> Catalogue:
    """What is installed and what the plug-in files declare."""
    workloads, backends = find_workloads(files), find_backends(files)
    return Catalogue(workloads.plugins, backends.plugins, {**workloads.broken, **backends.broken})


def _find(group: str, kind: type[Any], files: Iterable[Path]) -> Found:
    found = Found()
    for entry in importlib.metadata.entry_points(group=group):
        _load_entry(found, entry, kind)
    for file in files:
        _load_file(found, file.resolve(), kind)
    return found


def _load_entry(found: Found, entry: importlib.metadata.EntryPoint, kind: type[Any] | None) -> None:
    origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    try:
        value = entry.load()
        if kind is not None and not isinstance(value, kind):
            raise TypeError(f"it is a {type(value).__name__}, not a {kind.__name__}")
    except (Exception, SystemExit) as error:  # a plug-in may raise anything while it is imported, or call exit()
        found.broken[f"{entry.name} ({origin}, {entry.value})"] = f"{type(error).__name__}: {error}"
        return
    found.add(Plugin(getattr(value, "name", entry.name) if kind else entry.name, value, entry.value, origin))


def _load_file(found: Found, file: Path, kind: type[Any]) -> None:
    if not file.is_file():
        raise UsageError(
            f"--plugin {file}: there is no such file", "name a Python file that declares a Workload or a Backend"
        )
    try:
        module = _module_of_file(file)
    except (Exception, SystemExit) as error:  # as above
        found.broken[str(file)] = f"{type(error).__name__}: {error}"
        return
    declared = vars(module)
    if not any(isinstance(value, (Workload, Backend)) for value in declared.values()):
        found.broken[str(file)] = "it declares no Workload and no Backend"
    for attribute, value in declared.items():
        if isinstance(value, kind):
            found.add(Plugin(value.name, value, f"{file}:{attribute}", str(file)))


def _module_of_file(file: Path) -> ModuleType:
    name = f"gpubench_plugin_{file.stem}_{hashlib.sha256(str(file).encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it is executed: dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
