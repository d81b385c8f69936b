"""`gpubench compare BASE NEW ...`: a verdict for each cell, for a person and for a build server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from gpubench.cli.configuration import Configured
from gpubench.cli.values import Words

if TYPE_CHECKING:
    from gpubench.cli.comparing import Options


def _option(long: str, *names: str, **more: Any) -> Callable[[Any], Any]:
    variable = f"GPUBENCH_COMPARE_{long.removeprefix('--')}".replace("-", "_").upper()
    return click.option(long, *names, envvar=variable, **more)


def _strictness(long: str, what: str) -> Callable[[Any], Any]:
    return _option(
        long,
        type=click.Choice(["fail", "warn"]),
        default="warn",
        show_default=True,
        help=f"fail: exit 4 for {what}.",
    )


def _margins(_: click.Context, option: click.Parameter, texts: Sequence[str]) -> tuple[str, ...]:
    """Commas equal repeats."""
    del option
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


@click.command(name="compare", cls=Configured, short_help="Compare runs, cell by cell.")
@click.argument("runs", nargs=-1, required=True, metavar="BASE NEW [MORE]...")
@_option(
    "--by",
    type=click.Choice(["device", "backend", "mode"]),
    default=None,
    help="Compare the cells of one run by this: with the CPU, the first backend, each backend's default mode.",
)
@_option(
    "--margin",
    type=Words(),
    multiple=True,
    callback=_margins,
    metavar="MARGIN",
    help="From which difference on: 0.05, 5%, or matmul=3%. Default: 5%, or the A/A noise floor where that is larger.",
)
@click.option(
    "--margins", multiple=True, hidden=True, metavar="WORKLOAD=MARGIN", help="As a table of the configuration file."
)
@_strictness("--missing", "a cell that NEW lacks, that failed there or is not the same")
@_strictness("--inconclusive", "an INCONCLUSIVE cell")
@_option("--allow-cross-machine", is_flag=True, help="Give verdicts across machines and thread counts too.")
@_option("--explain", is_flag=True, help="Say for each cell how its verdict came about.")
@_option(
    "--format",
    "kind",
    type=click.Choice(["table", "json", "markdown", "junit"]),
    default="table",
    show_default=True,
    help="What to write to standard output.",
)
@_option("--github", is_flag=True, help="Append Markdown to the summary of the GitHub Actions job too.")
def command(runs: tuple[str, ...], **options: Any) -> int:
    """Say for each cell of BASE whether NEW is FASTER, SLOWER, the SAME, or whether that is INCONCLUSIVE.

    BASE and NEW are run folders, results files or `latest`. With more runs: each against the first. With --by: the
    cells of one run. Exits with 1 if a cell is SLOWER, and with 4 if nothing could be compared. Defaults can stand in
    [tool.gpubench.compare] of pyproject.toml, and margins of workloads in its table `margins`.
    """
    from gpubench.cli.comparing import outcome
    from gpubench.cli.streams import answer
    from gpubench.results.results import load

    how = options_of(options)
    how.check()
    found = outcome([load(run) for run in runs], how)
    answer(found.text)
    found.close()
    return found.code


def options_of(given: dict[str, Any]) -> Options:
    """What the options of the command line mean. Raises UsageError for a margin that is none."""
    from gpubench.analysis.margin import Margins, margins
    from gpubench.cli.comparing import Options

    fields = dict(given)
    in_file, typed = margins(fields.pop("margins")), margins(fields.pop("margin"))
    both = Margins(typed.plain, {**in_file.of_workload, **typed.of_workload})
    by, any_machine = fields.pop("by") or "", fields.pop("allow_cross_machine")
    return Options(margins=both, typed=typed, by=by, any_machine=any_machine, **fields)


def default_options() -> Options:
    """Those of two runs that the environment and the configuration file give, where no command line does.

    Raises UsageError where these are wrong.
    """
    with command.make_context("compare", ["BASE", "NEW"]) as context:
        given = {name: value for name, value in context.params.items() if name != "runs"}
    how = options_of({**given, "by": None})
    how.check()
    return how
