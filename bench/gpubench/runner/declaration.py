"""What a workload's declaration shows before anything is built: names, sizes, parameters, and what its import loads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from gpubench.pluginfile import module_of
from gpubench.plugins import Plugin
from gpubench.spelling import did_you_mean
from gpubench.worker.review.finding import FAIL, PASS, SKIP, WARN, Finding
from gpubench.worker.review.line import line_of, line_of_import, line_raised
from gpubench.workload import Workload

_EXPECTED = ("smoke", "small", "medium", "large")
_PLAIN = (bool, int, float, str)
_LIMIT_S = 120.0

# Writes the names of the top-level modules that loading a target brings, beyond what declaring a workload needs.
_LOAD = """
import json, sys
import gpubench.workload, gpubench.backend, gpubench.plugins
before = set(sys.modules)
gpubench.plugins.load_target(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


def declaration(plugin: Plugin, backends: Mapping[str, Plugin]) -> Iterator[Finding]:
    """Of a workload's declared value. backends: those that are known here."""
    workload: Workload[Any] = plugin.value
    kinds = {type(params): params for params in workload.sizes.values()}
    for kind, params in kinds.items():
        yield from _parameters(workload, kind, params)
    missing = [name for name in _EXPECTED if name not in workload.sizes]
    if missing:
        hint = "presets and scripts choose sizes by these names; `smoke` takes well under a second on any CPU"
        yield Finding("sizes", WARN, f"there is no size called {', '.join(missing)}", hint=hint)
    for name in workload.builders:
        if name not in backends:
            says = f"it has a builder for '{name}', which is no backend here{did_you_mean(name, backends)}"
            hint = "`gpubench list backends` shows all"
            yield Finding("builders", WARN, says, line_of(workload.builders[name]), hint)
    if not workload.builders:
        yield Finding("builders", FAIL, "it has no builder at all", hint="give it one: builders={'torch': in_torch}")
    if not workload.summary:
        yield Finding("summary", WARN, "it has no summary", hint="say in a line what it is: `gpubench list` shows it")
    yield Finding("declared", PASS)


def _parameters(workload: Workload[Any], kind: type[Any], params: Any) -> Iterator[Finding]:
    line = line_of(kind)
    settings: Any = getattr(kind, "__dataclass_params__", None)
    if settings is None or not settings.frozen:
        yield Finding("parameters", FAIL, f"{kind.__name__} is no frozen dataclass", line, "@dataclass(frozen=True)")
    for name, value in workload.identity(params).items():
        if not isinstance(value, _PLAIN):
            says = f"{name} is a {type(value).__name__}; results hold int, float, bool and str"
            hint = "give it such a type, or leave it out of the identity: field(compare=False)"
            yield Finding("parameters", FAIL, says, line, hint)


def imports(plugin: Plugin, frameworks: Collection[str], load: Callable[[str], set[str]]) -> Finding:
    """Whether declaring the workload imports a framework. frameworks: top-level names of their modules."""
    try:
        heavy = sorted(load(plugin.target) & set(frameworks))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Finding("imports no framework", SKIP, f"it can't be loaded alone: {error}")
    if not heavy:
        return Finding("imports no framework", PASS)
    place = plugin.target.split("\n")[0].rpartition(":")[0]
    file = Path(place if place.endswith(".py") else str(getattr(sys.modules.get(place), "__file__", "")))
    hint = "import it inside the builder: `gpubench list` and the other framework's workers load this file too"
    says = f"importing it imports {', '.join(heavy)}"
    return Finding("imports no framework", FAIL, says, line_of_import(file, heavy[0]), hint)


def loaded(target: str) -> set[str]:
    """The top-level modules that a fresh interpreter loads for a target. Raises what is caught above."""
    command = [sys.executable, "-P", "-c", _LOAD, target]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def broken_file(file: Path, reason: str) -> Finding:
    """What kept a plug-in file from being loaded, with the line that raised it."""
    line = ""
    try:
        module_of(file)
    except SyntaxError as error:
        line = f"{error.filename}:{error.lineno}"
    except (Exception, SystemExit) as error:  # as it raised when plug-ins were looked for
        line = line_raised(error, [f"{file}:1"])
    return Finding("loads", FAIL, reason, line, "mend it: nothing of the file can be used as it is")
