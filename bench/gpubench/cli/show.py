"""`gpubench show RUN ...`: the verdicts in the terminal."""

from __future__ import annotations

import click

from gpubench.cli.incomplete import warn_of_incomplete
from gpubench.cli.streams import answer


@click.command(name="show")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
def command(runs: tuple[str, ...]) -> None:
    """Show the verdicts of RUNs, the figures they rest on and what to know about them.

    RUNs are run folders, results files, files of pytest-benchmark, or `latest`; several are put together as
    `gpubench report` does, which shows much more.
    """
    from gpubench.analysis.analyse import analyse
    from gpubench.cli.summary import run_lines, summary
    from gpubench.results.results import load

    results = [load(run) for run in runs]
    warn_of_incomplete(results)
    findings = analyse(results)
    answer("\n".join((*run_lines(findings), "", summary(findings))))
