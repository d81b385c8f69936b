"""Workloads, backends and reports, found: by entry point, or in a file that `--plugin` names.

A plug-in is known by its *target*, a text that another process can load it from: `package.module:name`, or
`/path/file.py:name`; for a workload with builders from elsewhere the targets of these follow, a line each. A broken
plug-in, or one written for an interface that isn't served here, is kept with its reason. One that is installed never
stops the others; a file that somebody named is refused where it is to be used.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import shlex
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gpubench.addition import Addition
from gpubench.backend import Backend
from gpubench.errors import PluginError, UsageError
from gpubench.interface import DECLARATION, FIRST, refusal
from gpubench.pluginfile import module_of
from gpubench.renderer import Renderer
from gpubench.spelling import did_you_mean
from gpubench.workload import Workload

WORKLOADS, BACKENDS, REPORTS = "gpubench.workloads", "gpubench.backends", "gpubench.reports"
DISTRIBUTION = "gpubench-suite"
"""That of gpubench itself and of the plug-ins that ship with it."""
_DECLARABLE = (Workload, Backend, Addition, Renderer)


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

    def extend(self, addition: Plugin, backends: Found) -> None:
        """Give a workload one builder more. Raises PluginError where it has one for that backend."""
        added: Addition = addition.value
        held = self.plugins.get(added.workload)
        if held is None:
            why = _no_such("workload", added.workload, self.plugins)
            self._refuse(addition, f"it adds a builder to '{added.workload}', and {why}")
        elif added.backend not in backends.plugins:
            why = f"it adds a builder for '{added.backend}', and {_no_such('backend', added.backend, backends.plugins)}"
            more = "one in another file takes a --plugin too"
            self._refuse(addition, "; ".join(filter(None, (why, more, _in_words(backends.broken)))))
        elif added.backend in held.value.builders:
            raise PluginError(
                f"{added.workload} has a builder for {added.backend} already, from {held.origin}; "
                f"another is {addition.target} from {addition.origin}",
                "uninstall the distribution of one, or leave out its --plugin",
            )
        else:
            try:
                added.refuse_limits(held.value)
                value = _with_builder(held.value, added)
            except ValueError as error:  # what it limits is no parameter, or no value of one
                self._refuse(addition, str(error))
                return
            self.plugins[held.name] = replace(held, value=value, target=f"{held.target}\n{addition.target}")

    def _refuse(self, addition: Plugin, reason: str) -> None:
        self.broken[f"{addition.target} ({addition.origin})"] = reason


def load_target(target: str) -> Any:
    """The object that a target names. Whatever the plug-in's module raises comes through."""
    first, *additions = target.split("\n")
    value = _loaded(first)
    for addition in additions:
        value = _with_builder(value, _loaded(addition))
    return value


def _loaded(target: str) -> Any:
    place, _, name = target.rpartition(":")
    module = module_of(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    return getattr(module, name)


def _with_builder(workload: Workload[Any], addition: Addition) -> Workload[Any]:
    backend = addition.backend
    limits = {**workload.limits.get(backend, {}), **addition.limits}
    return replace(
        workload,
        builders={**workload.builders, backend: addition.builder}, limits={**workload.limits, backend: limits},
    )  # fmt: skip


def _no_such(kind: str, name: str, known: Mapping[str, Any]) -> str:
    return f"there is no such {kind}{did_you_mean(name, known)}; there are: {', '.join(sorted(known))}"


def _in_words(broken: Mapping[str, str]) -> str:
    return "; ".join(f"plug-in {origin} is broken: {reason}" for origin, reason in broken.items())


def find_backends(files: Sequence[Path] = ()) -> Found:
    """Every backend: installed ones, and those in the plug-in files, what else is broken in these told too."""
    found = _find(BACKENDS, (Backend,), files)
    found.broken.update(_broken_in(files))
    return found


def find_workloads(files: Sequence[Path] = ()) -> Found:
    """Every workload, installed or in the plug-in files, with the builders that these add."""
    found = _find(WORKLOADS, (Workload, Addition), files)
    additions = [plugin for plugin in found.plugins.values() if isinstance(plugin.value, Addition)]
    backends = _find(BACKENDS, (Backend,), files) if additions else Found()
    for addition in additions:
        del found.plugins[addition.name]
    for addition in additions:
        found.extend(addition, backends)
    return found


def find_reports(files: Sequence[Path] = ()) -> Found:
    """Every report, a callable of findings and a folder: installed ones, and each `Renderer` in the plug-in files.

    What else is broken in these is told too.
    """
    found = Found(broken=_broken_in(files))
    for entry in importlib.metadata.entry_points(group=REPORTS):
        _load_entry(found, entry, ())
    for file in files:
        _load_file(found, file.resolve(), (Renderer,))
    for name, plugin in found.plugins.items():
        if isinstance(plugin.value, Renderer):  # an entry point may name one, too
            found.plugins[name] = replace(plugin, value=plugin.value.render)
    return found


def _broken_in(files: Sequence[Path]) -> dict[str, str]:
    """What is broken of all that the plug-in files declare, so that each command tells it, whatever it looks for."""
    broken = find_workloads(files).broken if files else {}
    return {origin: reason for origin, reason in broken.items() if _of(origin, files)}


def report_names() -> list[str]:
    """The names of the installed reports; none of them is imported."""
    return sorted(importlib.metadata.entry_points(group=REPORTS).names)


@dataclass(frozen=True)
class Catalogue:
    """Every workload and backend that can be measured with, by name."""

    workloads: Mapping[str, Plugin]
    backends: Mapping[str, Plugin]
    broken: Mapping[str, str]

    @property
    def broken_in_words(self) -> str:
        """A sentence on the plug-ins that did not load; empty where all did."""
        return _in_words(self.broken)


def catalogue(files: Sequence[Path] = ()) -> Catalogue:
    """What is installed and what the plug-in files declare."""
    workloads, backends = find_workloads(files), find_backends(files)
    return Catalogue(workloads.plugins, backends.plugins, {**workloads.broken, **backends.broken})


def refuse_broken(broken: Mapping[str, str], files: Iterable[Path]) -> None:
    """Raise PluginError for the first of the plug-in files that is broken, or declares what is.

    Who names a file wants what is in it: to go on without that and end well would hide it. broken: as of `Found`.
    """
    for file in files:
        for origin, reason in broken.items():
            if _of(origin, [file]):
                whole = origin == str(file.resolve())
                shown = f"; `gpubench check {shlex.quote(str(file))}` shows the line" if whole else ""
                raise PluginError(f"--plugin {file}: it can't be used: {reason}", f"mend it, or leave it out{shown}")


def broken_part(broken: Mapping[str, str], file: Path) -> str:
    """Why a file that somebody named is refused, whole or for one thing that it declares; empty where it isn't."""
    return next((reason for origin, reason in broken.items() if _of(origin, [file])), "")


def _of(origin: str, files: Iterable[Path]) -> bool:
    """Whether what is broken is one of the files, or is declared in one."""
    paths = [str(file.resolve()) for file in files]
    return any(origin == path or origin.endswith(f" ({path})") for path in paths)


def _find(group: str, kinds: tuple[type[Any], ...], files: Iterable[Path]) -> Found:
    found = Found()
    for entry in importlib.metadata.entry_points(group=group):
        _load_entry(found, entry, kinds)
    for file in files:
        _load_file(found, file.resolve(), kinds)
    return found


def _load_entry(found: Found, entry: importlib.metadata.EntryPoint, kinds: tuple[type[Any], ...]) -> None:
    origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    value, reason = None, ""
    try:
        value = entry.load()
        if kinds and not isinstance(value, kinds):
            reason = f"TypeError: it is a {type(value).__name__}, not a {kinds[0].__name__}"
        elif not kinds:
            reason = _no_render(value)
    except (Exception, SystemExit) as error:  # a plug-in may raise anything while it is imported, or call exit()
        reason = _reason(error)
    reason = refusal(_needed(entry.module)) or reason
    if reason:
        found.broken[f"{entry.name} ({origin}, {entry.value})"] = reason
    else:
        found.add(Plugin(getattr(value, "name", entry.name) if kinds else entry.name, value, entry.value, origin))


def _load_file(found: Found, file: Path, kinds: tuple[type[Any], ...]) -> None:
    if not file.is_file():
        raise UsageError(
            f"--plugin {file}: there is no such file",
            "name a Python file that declares a Workload, a Backend or a Renderer",
        )
    try:
        module = module_of(file)
    except (Exception, SystemExit) as error:  # as above
        found.broken[str(file)] = _reason(error)
        return
    declared = vars(module)
    if refused := refusal(_needed(module.__name__)):
        found.broken[str(file)] = refused
        return
    if not any(isinstance(value, _DECLARABLE) for value in declared.values()):
        found.broken[str(file)] = "it declares no Workload, no Backend and no Renderer"
    for attribute, value in declared.items():
        if isinstance(value, Renderer) and (reason := _no_render(value)):
            found.broken[f"{file}:{attribute} ({file})"] = reason
        elif isinstance(value, kinds):
            found.add(Plugin(value.name, value, f"{file}:{attribute}", str(file)))


def _no_render(value: object) -> str:
    """Why a report can't be called; empty where it can."""
    render = value.render if isinstance(value, Renderer) else value
    return "" if callable(render) else f"TypeError: its render is {render!r}, and a function is expected"


def _needed(module: str) -> object:
    """The version that a module needs, as it says itself or the innermost of its packages that says it."""
    while module:
        said = vars(sys.modules[module]) if module in sys.modules else {}
        if DECLARATION in said:
            return said[DECLARATION]
        module = module.rpartition(".")[0]
    return FIRST


def _reason(error: BaseException) -> str:
    """What an import raised; where a module that it went through needs another interface, that is the reason."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if refused := refusal(frame.f_globals.get(DECLARATION, FIRST)):
            return refused
    return f"{type(error).__name__}: {error}"
