"""`gpubench report RUN ...`: the report of runs, in the formats that are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from gpubench.cli import options
from gpubench.cli.incomplete import warn_of_incomplete
from gpubench.cli.streams import answer
from gpubench.cli.values import split
from gpubench.errors import ReportError
from gpubench.plugins import report_names


@click.command(name="report")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to. Default: the run's own folder; gpubench-report/ for several, or for a file of pytest-benchmark.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    callback=split,
    metavar="NAME",
    help=f"{', '.join(report_names())}. Default: all that are installed but markdown and svg.",
)
@click.option("--dpi", type=int, metavar="N", help="Dots an inch of PNG files, which are 10 inches wide. Default: 150.")
@click.option(
    "--theme",
    "themes",
    multiple=True,
    callback=split,
    metavar="light|dark",
    help="Of PNG and SVG files; dark ones go to plots/dark/. Default: light.",
)
@options.plugin
def command(
    runs: tuple[str, ...],
    out: Path | None,
    formats: tuple[str, ...],
    dpi: int | None,
    themes: tuple[str, ...],
    plugins: tuple[str, ...],
) -> None:
    """Write the report of RUNs: run folders, results files, files of pytest-benchmark, or `latest`.

    Of several RUNs those of one machine that share no cell are shown as one (a container for each framework, say),
    machines side by side, and what a machine measured more than once over time. Repeatable options take commas too.
    """
    from gpubench.api import report
    from gpubench.results.results import load

    results = [load(run) for run in runs]
    warn_of_incomplete(results)
    try:
        written = report(results, out, formats=formats, dpi=dpi, themes=themes, plugins=plugins)
    except ReportError as error:
        _tell(error.written)
        raise
    _tell(written)


def _tell(written: Iterable[Path]) -> None:
    for path in written:
        answer(str(path))
