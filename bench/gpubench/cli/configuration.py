"""Defaults of commands from `[tool.gpubench]` in the pyproject.toml of the current folder, and from tables below it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from gpubench.errors import UsageError
from gpubench.spelling import did_you_mean

FILE = Path("pyproject.toml")
TABLES = ("compare",)
"""Commands with a table of their own below [tool.gpubench], which itself is that of `run`."""


@dataclass(frozen=True)
class Place:
    """A table of the file, and the command whose defaults stand there."""

    file: Path
    command: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The tables' names down to it."""
        return ("tool", "gpubench", *([self.command] if self.command in TABLES else []))

    def __str__(self) -> str:
        return f"{self.file}: [{'.'.join(self.keys)}]"


class Configured(click.Command):
    """A command that takes its defaults from the configuration file, below flags and environment."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        helping = extra.get("resilient_parsing") or not {"-h", "--help"}.isdisjoint(args)
        given = {} if helping else defaults(self)  # a file with a mistake in it must not stand before the help
        # Said here too: click remembers the names from the first call, which may have had no parent to take them from.
        extra.setdefault("help_option_names", ["-h", "--help"])
        return super().make_context(info_name, args, parent, default_map=given, **extra)


def defaults(command: click.Command, file: Path = FILE) -> dict[str, Any]:
    """Option values by parameter name, as click's `default_map` takes them.

    Keys are the long options without their dashes. Raises UsageError for an unknown key, a file that is not
    TOML, or a value that its option does not take.
    """
    place = Place(file, str(command.name))
    options = {
        name.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option)
        for name in option.opts
        if name.startswith("--")
    }
    return {
        str(_known(key, options, place).name): _value(options[key], value, key, place) for key, value in _table(place)
    }


def _known(key: str, options: Mapping[str, click.Option], place: Place) -> click.Option:
    if key not in options:
        raise UsageError(
            f"{place} has an unknown key '{key}'{did_you_mean(key, options)}",
            f"its keys are the long options of `gpubench {place.command}`: {', '.join(sorted(options))}",
        )
    return options[key]


def _table(place: Place) -> Sequence[tuple[str, Any]]:
    file = place.file
    if not file.is_file():
        return []
    try:
        found: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not TOML: {error}", "mend it, or run elsewhere") from error
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "mend it, or run elsewhere") from error
    for name in place.keys:
        found = found.get(name, {})
        if not isinstance(found, dict):
            raise UsageError(
                f"{file}: '{name}' is no table",
                f"write the options of `gpubench {place.command}` below [{'.'.join(place.keys)}]",
            )
    below = () if place.command in TABLES else TABLES
    return [(key, value) for key, value in found.items() if key not in below]


def _value(option: click.Option, value: Any, key: str, place: Place) -> Any:
    """A value as the option takes it; what the option's own type refuses is refused here, where the file is known."""
    if option.is_flag:
        return value if isinstance(value, bool) else _refuse(place, key, value, "true or false is expected")
    if option.multiple:
        return _texts(option, value, key, place)
    number = isinstance(option.type, (click.IntRange, click.FloatRange))
    if number and (isinstance(value, bool) or not isinstance(value, int | float)):
        _refuse(place, key, value, "a number is expected")
    if isinstance(option.type, click.IntRange) and isinstance(value, float):
        _refuse(place, key, value, "a whole number is expected")
    if not number and not isinstance(value, str):
        _refuse(place, key, value, "a text is expected")
    kind: Any = option.type
    try:
        kind.convert(value, option, None)
    except click.BadParameter as error:
        _refuse(place, key, value, error.message.rstrip("."))
    return value


def _texts(option: click.Option, value: Any, key: str, place: Place) -> list[str]:
    """Of a list or one value; a table stands for name=value texts."""
    named = "=" in str(option.metavar)
    if named and isinstance(value, Mapping):
        return [f"{name}={','.join(_plain(given, key, place))}" for name, given in value.items()]
    texts = _plain(value, key, place)
    if named and not all("=" in text for text in texts):
        _refuse(place, key, value, "a table is expected, or texts like name=value")
    return texts


def _plain(value: Any, key: str, place: Place) -> list[str]:
    several = value if isinstance(value, list) else [value]
    for one in several:
        if not isinstance(one, str | int | float):
            _refuse(place, key, value, "a text, a number or a list of them is expected")
    return [str(one) for one in several]


def _refuse(place: Place, key: str, value: Any, expected: str) -> NoReturn:
    raise UsageError(
        f"{place} {key} = {value!r}: {expected}", f"`gpubench {place.command} --help` says what --{key} takes"
    )
