"""What is said of a run that was not carried to its end, wherever its results are shown."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gpubench.cli.streams import say
from gpubench.results.writer import FILE_NAME

if TYPE_CHECKING:
    from gpubench.results.results import Results


def resume_command(results: Results) -> str:
    """What to type to finish a run; a file of another name has to be named, and is told what is wrong with that."""
    usual = results.path.name == FILE_NAME
    return f"gpubench run --resume {shlex.quote(str(results.path.parent if usual else results.path))}"


def warn_of_incomplete(several: Iterable[Results]) -> None:
    """Say on standard error which runs are incomplete, and what of their files was dropped."""
    for results in several:
        if not results.complete:
            notes = "".join(f"; {note}" for note in results.notes)
            say(
                f"{results.path} is incomplete{notes}: cells that were not measured are `skipped`. "
                f"Finish it: {resume_command(results)}"
            )
