"""What is said of a run that was not carried to its end, wherever its results are shown."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gpubench.cli.streams import say
from gpubench.results.writer import FILE_NAME

if TYPE_CHECKING:
    from gpubench.results.results import Results


def what_next(results: Results) -> str:
    """How to finish a run, or what to do instead; a file of another name is named, and told then why that fails."""
    if results.ended is not None:
        return "it {}: {}".format(*results.ended)
    usual = results.path.name == FILE_NAME
    return f"finish it: gpubench run --resume {shlex.quote(str(results.path.parent if usual else results.path))}"


def warn_of_incomplete(several: Iterable[Results]) -> None:
    """Say on standard error which runs are incomplete, and what of their files was dropped."""
    for results in several:
        if not results.complete:
            notes = "".join(f"; {note}" for note in results.notes)
            said = what_next(results)
            say(
                f"{results.path} is incomplete{notes}: cells that were not measured are `skipped`. "
                f"{said[0].upper()}{said[1:]}"
            )
