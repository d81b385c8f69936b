"""Defaults of `run` from `[tool.gpubench]` in the pyproject.toml of the current folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from gpubench.errors import UsageError
from gpubench.spelling import did_you_mean

FILE = Path("pyproject.toml")


def defaults(command: click.Command, file: Path = FILE) -> dict[str, Any]:
    """Option values by parameter name, as click's `default_map` takes them.

    Keys are the long options without their dashes. Raises UsageError for an unknown key, a file that is not
    TOML, or a value that is neither a text, a number, a truth value, a list nor (for name=value options) a table.
    """
    table = _table(file)
    options = {
        name.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option)
        for name in option.opts
        if name.startswith("--")
    }
    return {str(_known(key, options, file).name): _texts(value) for key, value in table.items()}


def _known(key: str, options: Mapping[str, click.Option], file: Path) -> click.Option:
    if key not in options:
        raise UsageError(
            f"{file}: [tool.gpubench] has an unknown key '{key}'{did_you_mean(key, options)}",
            f"its keys are the long options of `gpubench run`: {', '.join(sorted(options))}",
        )
    return options[key]


def _table(file: Path) -> Mapping[str, Any]:
    if not file.is_file():
        return {}
    try:
        found: Mapping[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("gpubench", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not TOML: {error}", "mend it, or run elsewhere") from error
    return found


def _texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [f"{name}={_joined(given)}" for name, given in value.items()]
    if isinstance(value, list):
        return [str(item) for item in value]
    return value


def _joined(value: Any) -> str:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return ",".join(str(item) for item in value) if is_list else str(value)
