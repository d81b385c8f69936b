"""`gpubench validate RUN`: is the file whole?"""

from __future__ import annotations

import click

from gpubench.cli.incomplete import what_next
from gpubench.cli.streams import answer
from gpubench.cli.visible import visible
from gpubench.errors import ResultsError


@click.command(name="validate")
@click.argument("run")
def command(run: str) -> None:
    """Say whether the results file of RUN is whole: every line's checksum right, and the run carried to its end."""
    from gpubench.results.results import load

    results = load(run)
    if results.made_by:
        raise ResultsError(
            f"{results.path} is no results file of gpubench but one of {results.made_by}: it has no checksums, and no "
            "plan that it could be held against",
            "`gpubench show` and `gpubench report` show what is in it",
        )
    counts = f"{len(results.cell_records)} cells, {len(results.launch_records)} launches"
    if not results.complete:
        why = "; ".join(results.notes) or "the run was not carried to its end"
        raise ResultsError(f"{results.path} is readable ({counts}) but not whole: {why}", what_next(results))
    answer(visible(f"{results.path}: whole: {counts}"))
