"""Options alike wherever they stand: with a default from the environment, repeatable, or of name=value texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from gpubench.cli.values import OneText, Words, interpreters, split

Decorator = Callable[[Any], Any]


def one(*names: str, **more: Any) -> Decorator:
    """An option whose default the environment may give, under GPUBENCH_ and its long name."""
    long = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar="GPUBENCH_" + long.removeprefix("--").replace("-", "_").upper(), **more)


def several(*names: str, **more: Any) -> Decorator:
    """A repeatable one, to which commas equal repeats."""
    return one(*names, type=OneText(), multiple=True, callback=split, **more)


def table(*names: str, **more: Any) -> Decorator:
    """A repeatable one of name=value texts. more: the `callback` that reads them."""
    return one(*names, type=Words(), multiple=True, **more)


plugin = several(
    "--plugin", "plugins", metavar="FILE", help="A Python file that declares workloads, backends or reports."
)
require = several("--require", "require", metavar="cuda|BACKEND", help="End with 5 unless it is there.")
python = table(
    "--python",
    "interpreters",
    callback=interpreters,
    metavar="BACKEND=INTERPRETER",
    help="The Python of another environment that a backend is in.",
)
