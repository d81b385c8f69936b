"""`gpubench report RUN ...`: the HTML and PNG report of runs."""

from __future__ import annotations

from pathlib import Path

import click

from gpubench.cli.incomplete import warn_of_incomplete


@click.command(name="report")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to. Default: the run's own folder; gpubench-report/ for several.",
)
def command(runs: tuple[str, ...], out: Path | None) -> None:
    """Write the report of RUNs: run folders, results files, or `latest`."""
    from gpubench.api import report
    from gpubench.results.results import load

    results = [load(run) for run in runs]
    warn_of_incomplete(results)
    for path in report(results, out):
        click.echo(path)
