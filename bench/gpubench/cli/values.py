"""Values of options: what is typed, or given by the environment, to what a selection holds."""

from __future__ import annotations

import math
import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from click.types import StringParamType

from gpubench.errors import UsageError

_LONGEST_S = 1e6


class OneText(StringParamType):
    """A text that the environment gives whole: a file's name may hold a space."""

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        return [rv]


class Words(StringParamType):
    """Texts that the environment gives apart by spaces, quoted where one holds a space."""

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        try:
            return shlex.split(rv)
        except ValueError as error:
            raise UsageError(f"{rv}: {error}", "close the quotation in that environment variable") from error


class Seconds(click.FloatRange):
    """A time limit; NaN and infinity bound nothing."""

    name = "number of seconds"

    def __init__(self) -> None:
        super().__init__(0, _LONGEST_S, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):  # which no bound of a range refuses
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return seconds


def split(_: click.Context, parameter: click.Parameter, values: Sequence[str] | None) -> tuple[str, ...]:
    """Commas equal repeats. Raises UsageError for an empty text: it would select everything, which nobody typed."""
    for value in values or ():
        if not _parts(value):
            name = parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(_).strip("[].")
            raise UsageError(f"{name} '{value}': a value is expected", f"leave {name} out for the default")
    return tuple(dict.fromkeys(part for value in values or () for part in _parts(value)))


def by_name(_: click.Context, option: click.Parameter, texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """NAME=V1,V2 texts to values by name. Raises UsageError."""
    found: dict[str, tuple[str, ...]] = {}
    for text, name, given in _pairs(option, texts, "style=raw"):
        if not _parts(given):
            raise _no_pair(option, text, "style=raw")
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *_parts(given))))
    return found


def interpreters(_: click.Context, option: click.Parameter, texts: Sequence[str]) -> dict[str, str]:
    """BACKEND=INTERPRETER texts to paths by backend; the last one counts. Raises UsageError where there is none."""
    found: dict[str, str] = {}
    for text, name, given in _pairs(option, texts, "tensorflow=/opt/tf/bin/python"):
        program = shutil.which(Path(given).expanduser())
        if program is None:
            raise UsageError(
                f"{option.opts[0]} {text}: there is no program {given}",
                "name the Python of an environment that has the framework, for example /opt/tf/bin/python",
            )
        found[name] = str(Path(program).absolute())  # a link stays one: it is what makes an environment
    return found


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _pairs(option: click.Parameter, texts: Sequence[str], example: str) -> Iterator[tuple[str, str, str]]:
    for text in texts:
        name, _, given = (part.strip() for part in text.partition("="))
        if not name or not given:
            raise _no_pair(option, text, example)
        yield text, name, given


def _no_pair(option: click.Parameter, text: str, example: str) -> UsageError:
    flag = option.opts[0]
    return UsageError(f"{flag} {text}: a name, '=' and a value are expected", f"for example {flag} {example}")
