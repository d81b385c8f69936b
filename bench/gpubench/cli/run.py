"""`gpubench run`: options to a selection, a run, a report, and the last words."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from gpubench.cli.configuration import Configured
from gpubench.cli.options import one, plugin, python, require, several, table
from gpubench.cli.values import Seconds, by_name, split
from gpubench.errors import UsageError
from gpubench.selection import DEFAULT_PRESET, DEFAULT_TIMEOUT_S, PRESETS, Selection
from gpubench.workload import DATA, PRECISIONS

_MOST_LAUNCHES, _MOST_THREADS, _LARGEST_SEED = 10_000, 4096, 2**32 - 1


def _presets() -> str:
    return "; ".join(f"{preset.name}: {preset.about}" for preset in PRESETS.values())


@click.command(name="run", cls=Configured, short_help="Measure, and write results and a report.")
@click.argument("workloads", nargs=-1, callback=split, metavar="[WORKLOAD]...")
@several("--backend", "-b", "backends", metavar="NAME", help="Framework; all by default.")
@several(
    "--device", "-d", "devices", metavar="DEVICE", help="cpu, cuda, cuda:1 or all. Default: the CPU and the first GPU."
)
@several("--size", "-s", "sizes", metavar="SIZE", help="Name of a size, or a value of the workload's axis.")
@table("--param", "params", callback=by_name, metavar="NAME=V1,V2", help="Values of a workload's parameter.")
@several("--precision", "precisions", metavar="NAME", help=f"{', '.join(PRECISIONS)}. Default: float32, strictly.")
@several("--mode", "modes", metavar="NAME", help="Execution mode, e.g. eager, compile, cuda-graph, graph, xla.")
@several(
    "--data",
    "data",
    metavar="|".join(DATA),
    help="Where data starts: on the device, or in host memory with the result copied back.",
)
@one(
    "--data-dir",
    metavar="PATH|keras",
    default="",
    help="MNIST files to train on: idx or mnist.npz; `keras`: Keras's cache.",
)
@one("--preset", type=click.Choice(list(PRESETS)), default=DEFAULT_PRESET, show_default=True, help=_presets() + ".")
@one(
    "--launches",
    type=click.IntRange(1, _MOST_LAUNCHES),
    help="Fresh processes that measure each cell. Default: the preset's.",
)
@one(
    "--max-time",
    type=Seconds(),
    metavar="SECONDS",
    help="Sampling time of a cell in a launch. Default: the preset's.",
)
@one(
    "--timeout",
    type=Seconds(),
    metavar="SECONDS",
    default=DEFAULT_TIMEOUT_S,
    show_default=True,
    help="Kill a worker that takes longer over one cell.",
)
@one(
    "--threads",
    type=click.IntRange(1, _MOST_THREADS),
    help="CPU threads in every framework. Default: physical cores that affinity and cgroup allow.",
)
@one(
    "--seed",
    type=click.IntRange(0, _LARGEST_SEED),
    metavar="INTEGER",
    default=0,
    show_default=True,
    help="Of the data and of the order of launches.",
)
@one(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The run folder, new or empty. Default: below gpubench-results/.",
)
@one("--resume", metavar="RUN", help="Finish an interrupted run with its stored plan.")
@one("--baseline", metavar="RUN", help="Measure what RUN did once more, and compare: exits as `gpubench compare` does.")
@several(
    "--against",
    "against",
    metavar="FOLDER|INTERPRETER",
    help="Measure BASE too, in turns with this: in another checkout, another environment, or both; and compare.",
)
@one("--dry-run", is_flag=True, help="Show the plan and measure nothing.")
@require
@python
@plugin
@one("--no-report", is_flag=True, help="Write no report.")
@one("--json", "as_json", is_flag=True, help="One JSON object on standard output: run_id, path, cells.")
@one(
    "--progress",
    type=click.Choice(["auto", "plain", "none"]),
    default="auto",
    show_default=True,
    help="How to tell what goes on.",
)
@one("--quiet", "-q", is_flag=True, help="Say only what went wrong.")
@one("--verbose", "-v", is_flag=True, help="Say more about each cell.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> int:
    """Measure WORKLOADs (all by default) on every framework and device found, and write results and a report.

    Repeatable options take commas too. Defaults can stand in [tool.gpubench] of pyproject.toml, keyed by the
    long option; a flag beats GPUBENCH_... in the environment, which beats the file.
    """
    from gpubench.cli.running import Options, go_on, run_new

    how = Options(**{name: options.pop(name) for name in ("no_report", "as_json", "progress", "quiet", "verbose")})
    stored, dry_run, out = options.pop("resume"), options.pop("dry_run"), options.pop("out")
    baseline, against, typed = options.pop("baseline"), options.pop("against"), ["gpubench", *(ctx.obj or [])]
    if stored is not None:
        _refuse_beside(ctx, "--resume", stored, _TELLING)
        return go_on(stored, how)
    if baseline is not None:
        from gpubench.cli.baseline import Baseline

        _refuse_beside(ctx, "--baseline", baseline, _TELLING | _MEASURING.keys() | {"dry_run", "out"})
        stood = Baseline.of(baseline)
        return run_new(stood.selection(_measuring(ctx)), out, dry_run, typed, how, stood)
    if against:
        from gpubench.cli.against import run_against

        return run_against(_selection(options), against, out, dry_run, typed, how)
    return run_new(_selection(options), out, dry_run, typed, how)


_TELLING = {"no_report", "as_json", "progress", "quiet", "verbose"}
_MEASURING = {
    "launches": "launches", "max_time": "max_time_s", "timeout": "timeout_s", "threads": "threads",
    "interpreters": "interpreters", "require": "require",
}  # fmt: skip
"""What a run with a baseline may do otherwise than that, option to field of the selection."""


def _refuse_beside(ctx: click.Context, flag: str, run: str, allowed: Collection[str]) -> None:
    """What is stored with a run decides: a selection typed beside it would be silently ignored."""
    if not run:
        raise UsageError(f"{flag} '': a run is expected", "name its folder; `gpubench list runs` shows those here")
    typed, what_is_stored = click.core.ParameterSource.COMMANDLINE, "plan" if flag == "--resume" else "selection"
    for parameter in ctx.command.params:
        name = str(parameter.name)
        given = ctx.get_parameter_source(name) is typed and (isinstance(parameter, click.Option) or ctx.params[name])
        if given and name not in allowed and flag not in parameter.opts:
            what = parameter.opts[0] if isinstance(parameter, click.Option) else f"naming {', '.join(ctx.params[name])}"
            raise UsageError(
                f"{flag} takes the run's stored {what_is_stored}; {what} can't change it",
                f"leave it out, or start a new run without {flag}",
            )


def _measuring(ctx: click.Context) -> dict[str, Any]:
    """How to measure, where it was typed or stands in the environment; the file's defaults are not asked again."""
    told = (click.core.ParameterSource.COMMANDLINE, click.core.ParameterSource.ENVIRONMENT)
    return {field: ctx.params[name] for name, field in _MEASURING.items() if ctx.get_parameter_source(name) in told}


def _selection(options: dict[str, Any]) -> Selection:
    fields = dict(options)
    fields["max_time_s"], fields["timeout_s"] = fields.pop("max_time"), fields.pop("timeout")
    fields["plugins"] = tuple(str(Path(file).resolve()) for file in fields["plugins"])
    if fields["data_dir"] not in ("", "keras"):
        fields["data_dir"] = str(Path(fields["data_dir"]).resolve())
    return Selection(**fields)
