"""The command that measures a run once more, from the one that was typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

_ELSEWHERE = ("--out", "-o", "--resume", "--launches", "--gpubench-out", "--gpubench-launches")
"""Options, each with a value, that name a folder which has a run by now, or say how many launches."""
_DEFAULT = ("gpubench", "run")


def again(command: Sequence[str], launches: int) -> str:
    """The same cells with so many launches; of `pytest --gpubench-out` a folder is still to be named.

    command: a run's, as recorded; one from a program of somebody's own, which no shell runs, stands for the default.
    """
    known = tuple(command[:2]) == _DEFAULT or tuple(command[:1]) == ("pytest",)
    words = list(_kept(command) if known else _DEFAULT)
    own = ["--gpubench-out", "DIR", "--gpubench-launches"] if words[0] == "pytest" else ["--launches"]
    return shlex.join([*words, *own, str(launches)])


def _kept(command: Sequence[str]) -> Iterator[str]:
    words = iter(command)
    for word in words:
        name, has_value, _ = word.partition("=")
        if name not in _ELSEWHERE:
            yield word
        elif not has_value:
            next(words, None)
