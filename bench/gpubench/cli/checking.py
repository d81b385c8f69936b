"""What `gpubench check` does: find what was asked for, have it reviewed, and tell every finding."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpubench.cli.streams import answer, say
from gpubench.cli.visible import one_line
from gpubench.errors import UnavailableError, UsageError
from gpubench.machine import processors
from gpubench.plugins import Catalogue, Plugin, broken_part, catalogue, refuse_broken
from gpubench.presence import choose_devices
from gpubench.runner.declaration import broken_file
from gpubench.runner.review import Reviewed, Reviewer
from gpubench.runner.spawner import ProcessSpawner
from gpubench.runner.survey import require_backends, survey
from gpubench.spelling import did_you_mean
from gpubench.worker.review.finding import FAIL, PASS, SKIP, WARN

SOME_FAILED = 3
_NEW = "`gpubench new workload NAME` writes a file that does"


@dataclass(frozen=True)
class Asked:
    """what: the name of a workload, or a file. The rest as typed."""

    what: str
    backends: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    interpreters: Mapping[str, str] | None = None
    plugins: tuple[str, ...] = ()
    everything: bool = False

    @property
    def file(self) -> Path | None:
        """The file that was named in place of a workload."""
        path = Path(self.what)
        return path.resolve() if path.suffix == ".py" or path.is_file() else None

    @property
    def plugin_options(self) -> str:
        """What another command is given so that it finds what this one looked at."""
        files = list(dict.fromkeys([*self.plugins, self.what] if self.file else self.plugins))
        return "".join(f" --plugin {shlex.quote(file)}" for file in files)


def check(asked: Asked, as_json: bool) -> int:
    """Review, tell, and return the exit code. Raises UsageError or UnavailableError."""
    file = asked.file
    files = [Path(one) for one in asked.plugins]
    known = catalogue([*files, file] if file else files)
    refuse_broken(known.broken, [one for one in files if one.resolve() != file])
    told: list[tuple[str, list[Reviewed]]] = []
    if file and (reason := broken_part(known.broken, file)):
        told.append((file.name, [Reviewed("", (broken_file(file, reason),))]))
        if not as_json:
            answer("\n".join(_lines(told[0][1][0])))
    for plugin in [] if told else _chosen(asked, file, known):
        told.append((plugin.name, []))
        if not as_json:
            answer(f"{plugin.name}, from {one_line(plugin.origin)}")
        for reviewed in _reviewed(asked, plugin, known):
            told[-1][1].append(reviewed)
            if not as_json:
                answer("\n".join(_lines(reviewed)))
    if as_json:
        answer(json.dumps({"workloads": [_object(*one) for one in told]}, allow_nan=False))
    return _close(told, asked)


def _chosen(asked: Asked, file: Path | None, known: Catalogue) -> list[Plugin]:
    if file:
        own = [plugin for plugin in known.workloads.values() if plugin.origin == str(file)]
        if not own:
            added = [name for name, plugin in known.workloads.items() if f"\n{file}:" in plugin.target]
            checks = f"gpubench check {added[0]}{asked.plugin_options}" if added else ""
            hint = f"it adds to {', '.join(added)}: `{checks}` looks at that" if added else _NEW
            raise UsageError(f"{file} declares no workload", hint)
        return own
    if asked.what not in known.workloads:
        broken = f"; {known.broken_in_words}" if known.broken else ""
        raise UsageError(
            f"there is no workload '{asked.what}'{did_you_mean(asked.what, known.workloads)}{broken}",
            "`gpubench list` shows those there are; a file of yours can be named too",
        )
    return [known.workloads[asked.what]]


def _reviewed(asked: Asked, plugin: Plugin, known: Catalogue) -> Iterator[Reviewed]:
    interpreters = asked.interpreters or {}
    require_backends({**interpreters, **dict.fromkeys(asked.backends, "")}, known.backends)
    names = asked.backends or [name for name in known.backends if name in plugin.value.builders]
    backends = {name: known.backends[name] for name in names}
    modes = dict.fromkeys(mode for backend in backends.values() for mode in backend.value.modes)
    for mode in asked.modes:
        if mode not in modes:
            raise UsageError(
                f"--mode {mode}: no backend has it{did_you_mean(mode, modes)}", f"there are {', '.join(modes)}"
            )
    with ProcessSpawner(interpreters) as spawner:
        presence = survey(backends, interpreters, asked.devices, spawner)
        absent = [f"{name}: {presence[name].absent}" for name in backends if presence[name].absent]
        if asked.backends and absent:
            raise UnavailableError("; ".join(absent), presence[asked.backends[0]].hint)
        here = {name: found for name, found in presence.items() if not found.absent}
        devices = choose_devices(asked.devices, here).devices if here else ()
        reviewer = Reviewer(
            backends, presence, devices, processors.thread_count(), spawner, asked.sizes, asked.modes, asked.everything
        )
        yield from reviewer.review(plugin, known.backends)


def _lines(reviewed: Reviewed) -> Iterator[str]:
    """What passed in one line; everything else with what to do."""
    about = f"{one_line(reviewed.subject)}: " if reviewed.subject else ""
    passed = dict.fromkeys(found.check for found in reviewed.findings if found.level == PASS)
    if passed:
        yield f"pass  {about}{', '.join(passed)}"
    for found in reviewed.findings:
        if found.level != PASS:
            word = found.level.upper() if found.level == FAIL else found.level
            yield f"{word:5} {about}{found.check}: {one_line(found.says)}"
            if found.line:
                yield f"        {one_line(_near(found.line))}"
            if found.hint:
                yield f"        {one_line(found.hint)}"


def _near(line: str) -> str:
    """Relative to where the author is, if it lies below."""
    file, _, number = line.rpartition(":")
    here = Path.cwd()
    return f"{Path(file).relative_to(here)}:{number}" if Path(file).is_relative_to(here) else line


def _object(name: str, reviewed: Sequence[Reviewed]) -> dict[str, Any]:
    return {
        "workload": name,
        "ok": not any(found.level == FAIL for one in reviewed for found in one.findings),
        "findings": [{"subject": one.subject, **found.message()} for one in reviewed for found in one.findings],
    }


def _close(told: Sequence[tuple[str, Sequence[Reviewed]]], asked: Asked) -> int:
    worst = 0
    for name, reviewed in told:
        counts = Counter(found.level for one in reviewed for found in one.findings)
        more = [f"{counts[level]} {words}" for level, words in _WORDS.items() if counts[level]]
        if counts[FAIL]:
            worst = SOME_FAILED
            say(f"{one_line(name)}: {', '.join(more)}")
        else:
            measure = f"gpubench run {name}{asked.plugin_options}"
            say(f"{one_line(name)}: nothing is wrong ({', '.join(more)}). Measure it: {measure}")
    return worst


_WORDS: Mapping[str, str] = {FAIL: "failed", WARN: "doubtful", SKIP: "not looked at", PASS: "passed"}
