"""`gpubench report RUN ...`: the HTML and PNG report of runs."""

from __future__ import annotations

from pathlib import Path

import click


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

    for path in report(list(runs), out):
        click.echo(path)
