"""The command that measures a run once more, from the one that was typed."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence

_RUN, _PYTEST = ("gpubench", "run"), ("pytest",)
_FOLDERS = {_RUN: {"--out", "-o", "--resume"}, _PYTEST: {"--gpubench-out"}}
_LAUNCHES = {_RUN: "--launches", _PYTEST: "--gpubench-launches"}
_DEVICES = {_RUN: {"--device", "-d"}, _PYTEST: {"--gpubench-device"}}
"""Options, each with a value: those that name a folder which has a run by now; how many launches; on which devices."""


def again(command: Sequence[str], launches: int) -> str:
    """The same cells with so many launches; of `pytest --gpubench-out` a folder is still to be named.

    command: a run's, as recorded; one from a program of somebody's own, which no shell runs, stands for the default.
    """
    program = _program(command) or _RUN
    words = _kept(command if _program(command) else program, _FOLDERS[program] | {_LAUNCHES[program]})
    return shlex.join([*words, *_anew(program), _LAUNCHES[program], str(launches)])


def on_devices(command: Sequence[str], devices: Sequence[str]) -> str:
    """The same on these devices, or without any on the default's; a folder as above.

    Empty for a command that no shell runs, and for one with `--baseline`, which takes the devices of another run.
    """
    program = _program(command)
    if program is None or any(word.partition("=")[0] == "--baseline" for word in command):
        return ""
    words = _kept(command, _FOLDERS[program] | _DEVICES[program])
    chosen = [max(_DEVICES[program], key=len), ",".join(devices)] if devices else []
    return shlex.join([*words, *_anew(program), *chosen])


def _program(command: Sequence[str]) -> tuple[str, ...] | None:
    return next((program for program in (_RUN, _PYTEST) if tuple(command[: len(program)]) == program), None)


def _anew(program: tuple[str, ...]) -> list[str]:
    return ["--gpubench-out", "DIR"] if program == _PYTEST else []


def _kept(command: Sequence[str], left_out: Collection[str]) -> Iterator[str]:
    """The words but for these options: `--out x`, `--out=x`, `-o x` and `-ox`."""
    words = iter(command)
    for word in words:
        name, has_value, _ = word.partition("=")
        if word[:2] in left_out and len(word) > 2:
            continue
        if name not in left_out:
            yield word
        elif not has_value:
            next(words, None)
