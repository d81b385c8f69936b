"""The commands that measure more of what a run measured, from what was typed for it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpubench.analysis.measured import Measured
from gpubench.analysis.overview import Overview
from gpubench.results.records import Run
from gpubench.selection import DEFAULT_PRESET, PRESETS

_FEW = "few-samples"


@dataclass(frozen=True)
class _Program:
    """How one is called, and its options by what they say.

    telling: with a value, which folder and what to see; switches: likewise, without one. Neither selects what to
    measure. devices: the name to propose first. anew: what names a folder, where there has to be one. preset: empty
    for one that has none.
    """

    words: tuple[str, ...]
    telling: tuple[str, ...]
    switches: tuple[str, ...]
    launches: str
    devices: tuple[str, ...]
    max_time: str
    anew: tuple[str, ...] = ()
    preset: str = ""


_RUN = _Program(
    ("gpubench", "run"),
    ("--out", "-o", "--resume", "--progress"),
    ("--no-report", "--json", "--dry-run", "--quiet", "-q", "--verbose", "-v"),
    "--launches",
    ("--device", "-d"),
    "--max-time",
    preset="--preset",
)
_PYTEST = _Program(
    ("pytest",),
    ("--gpubench-out",),
    (),
    "--gpubench-launches",
    ("--gpubench-device",),
    "--gpubench-max-time",
    ("--gpubench-out", "DIR"),
)


@dataclass(frozen=True)
class Typed:
    """A run's command, to be typed again with a change, without what only says where to write and what to show.

    command: as recorded; one from a program of somebody's own is none that a shell runs. hurried: whether samples were
    few in less time than the preset gives; then that time is not asked for again.
    """

    command: tuple[str, ...]
    hurried: bool = False

    def with_launches(self, launches: int) -> str:
        """The same cells with so many launches; of `pytest --gpubench-out` a folder is still to be named.

        A program of somebody's own stands for the default.
        """
        program = self._program or _RUN
        return self._with(program, (program.launches,), str(launches))

    def on_devices(self, devices: Sequence[str]) -> str:
        """The same on these devices, or without any on the default's; a folder as above.

        Empty for a command that no shell runs, and for one with `--baseline`, which takes the devices of another run.
        """
        program = self._program
        return "" if program is None or self._stored else self._with(program, program.devices, ",".join(devices))

    def in_preset(self, preset: str) -> str:
        """The same in another preset; empty where that can't be typed. Programs of somebody's own as above."""
        program = self._program or _RUN
        return "" if not program.preset or self._stored else self._with(program, (program.preset,), preset)

    @property
    def twice(self) -> str:
        """The same with cells that are measured twice for the noise floor; empty for pytest, which has none."""
        return "" if self._program is _PYTEST else self.with_launches(10)

    @property
    def _program(self) -> _Program | None:
        return next((one for one in (_RUN, _PYTEST) if self.command[: len(one.words)] == one.words), None)

    @property
    def _stored(self) -> bool:
        return any(word.partition("=")[0] == "--baseline" for word in self.command)

    def _with(self, program: _Program, names: tuple[str, ...], value: str) -> str:
        """With this value of the option that has these names; without the option for no value."""
        left_out = (*program.telling, *names, *((program.max_time,) if self.hurried else ()))
        words = self.command if self._program else program.words
        chosen = (names[0], value) if value else ()
        return shlex.join([*_kept(words, left_out, program.switches), *program.anew, *chosen])


def typed(run: Overview, cells: Iterable[Measured]) -> Typed:
    """What was typed for a run. cells: those that the command is to measure better."""
    usual = PRESETS.get(run.preset, PRESETS[DEFAULT_PRESET]).max_time_s
    return Typed(run.command, run.max_time_s < usual and any(_FEW in cell.flags for cell in cells))


def other_work(run: Run, workloads: Sequence[str], options: Mapping[str, Sequence[str]]) -> str:
    """The command for other work where a run was measured. options: long names to values; none of them is left out."""
    words = ["gpubench", "run", *workloads]
    words += [word for name, values in options.items() if any(values) for word in (f"--{name}", ",".join(values))]
    if threads := run.selection.get("threads"):
        words += ["--threads", str(threads)]
    return shlex.join([*words, *surroundings(run)])


def surroundings(run: Run) -> list[str]:
    """The options for the environments of a run, and for its plug-ins."""
    interpreters: dict[str, str] = run.selection.get("interpreters", {})
    chosen = [("--python", f"{name}={_as_typed(path, run.command)}") for name, path in interpreters.items()]
    chosen += [("--plugin", _as_typed(file, run.command)) for file in run.selection.get("plugins", ())]
    return [word for option in chosen for word in option]


def _as_typed(path: str, command: Sequence[str]) -> str:
    """A stored path as the run's command named it, where it did: a report needn't tell whose folder it lay in."""
    words = (Path(word.rpartition("=")[2]) for word in command)
    return next((str(one) for one in words if one.name and Path(path).parts[-len(one.parts) :] == one.parts), path)


def _kept(command: Sequence[str], left_out: Sequence[str], switches: Sequence[str]) -> Iterator[str]:
    """The words but for options with a value (`--out x`, `--out=x`, `-o x` and `-ox`) and without (`-q`, `-qv`)."""
    words = iter(command)
    for word in words:
        name, has_value, _ = word.partition("=")
        if word in switches or (word[:2] in (*left_out, *switches) and word[1:2] != "-" and len(word) > 2):
            continue
        if name not in left_out:
            yield word
        elif not has_value:
            next(words, None)
