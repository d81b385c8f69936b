"""`gpubench run`: options to a selection, a run, a report, and the last words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from gpubench.cli.configuration import defaults
from gpubench.errors import UsageError
from gpubench.selection import DEFAULT_PRESET, DEFAULT_TIMEOUT_S, PRESETS, Selection
from gpubench.workload import DATA, PRECISIONS


class RunCommand(click.Command):
    """Takes its defaults from the configuration file, below flags and environment."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        return super().make_context(info_name, args, parent, default_map=defaults(self), **extra)


def split(_: click.Context, option: click.Parameter, values: tuple[str, ...] | None) -> tuple[str, ...]:
    """Commas equal repeats."""
    del option
    return tuple(dict.fromkeys(part.strip() for value in values or () for part in value.split(",") if part.strip()))


def pairs(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE texts by name. Raises UsageError."""
    found: dict[str, str] = {}
    for value in values:
        name, equals, given = value.partition("=")
        if not equals or not name or not given:
            raise UsageError(
                f"{option.opts[-1]} {value}: a name, '=' and a value are expected",
                f"for example {option.opts[-1]} {_EXAMPLE[option.name or '']}",
            )
        found[name] = f"{found[name]},{given}" if name in found else given
    return found


_EXAMPLE = {"params": "style=raw", "interpreters": "tensorflow=/opt/tf/bin/python"}


def _set(*names: str, **more: Any) -> Callable[[Any], Any]:
    long = next(name for name in names if name.startswith("--"))
    return click.option(*names, multiple=True, callback=split, envvar=_variable(long), **more)


def _variable(long: str) -> str:
    return "GPUBENCH_" + long.removeprefix("--").replace("-", "_").upper()


def _one(*names: str, **more: Any) -> Callable[[Any], Any]:
    long = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar=_variable(long), **more)


def _presets() -> str:
    return "; ".join(f"{preset.name}: {preset.about}" for preset in PRESETS.values())


@click.command(name="run", cls=RunCommand, short_help="Measure, and write results and a report.")
@click.argument("workloads", nargs=-1, metavar="[WORKLOAD]...")
@_set("--backend", "-b", "backends", metavar="NAME", help="Framework; all by default.")
@_set(
    "--device", "-d", "devices", metavar="DEVICE", help="cpu, cuda, cuda:1 or all. Default: the CPU and the first GPU."
)
@_set("--size", "-s", "sizes", metavar="SIZE", help="Name of a size, or a value of the workload's axis.")
@_one(
    "--param", "params", multiple=True, callback=pairs, metavar="NAME=V1,V2", help="Values of a workload's parameter."
)
@_set("--precision", "precisions", metavar="NAME", help=f"{', '.join(PRECISIONS)}. Default: float32, strictly.")
@_set("--mode", "modes", metavar="NAME", help="Execution mode, e.g. eager, compile, graph, xla.")
@_set(
    "--data",
    "data",
    metavar="|".join(DATA),
    help="Where data starts: on the device, or in host memory with the result copied back.",
)
@_one(
    "--data-dir",
    metavar="PATH|keras",
    default="",
    help="MNIST files to train on: idx or mnist.npz; `keras`: Keras's cache.",
)
@_one("--preset", type=click.Choice(list(PRESETS)), default=DEFAULT_PRESET, show_default=True, help=_presets() + ".")
@_one("--launches", type=click.IntRange(1), help="Fresh processes that measure each cell. Default: the preset's.")
@_one(
    "--max-time",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Sampling time of a cell in a launch. Default: the preset's.",
)
@_one(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    default=DEFAULT_TIMEOUT_S,
    show_default=True,
    help="Kill a worker that takes longer over one cell.",
)
@_one(
    "--threads",
    type=click.IntRange(1),
    help="CPU threads in every framework. Default: physical cores that affinity and cgroup allow.",
)
@_one("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the data and of the order of launches.")
@_one(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The run folder, new or empty. Default: below gpubench-results/.",
)
@_one("--resume", metavar="RUN", help="Finish an interrupted run with its stored plan.")
@_one("--dry-run", is_flag=True, help="Show the plan and measure nothing.")
@_set("--require", "require", metavar="cuda|BACKEND", help="End with 5 unless it is there.")
@_one(
    "--python",
    "interpreters",
    multiple=True,
    callback=pairs,
    metavar="BACKEND=INTERPRETER",
    help="Run a backend's workers in another environment.",
)
@_set("--plugin", "plugins", metavar="FILE", help="A Python file that declares workloads or backends.")
@_one("--no-report", is_flag=True, help="Write no report.")
@_one("--json", "as_json", is_flag=True, help="One JSON object on standard output: run_id, path, cells.")
@_one(
    "--progress",
    type=click.Choice(["auto", "plain", "none"]),
    default="auto",
    show_default=True,
    help="How to tell what goes on.",
)
@click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong.")
@click.option("--verbose", "-v", is_flag=True, help="Say more about each cell.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> int:
    """Measure WORKLOADs (all by default) on every framework and device found, and write results and a report.

    Repeatable options take commas too. Defaults can stand in [tool.gpubench] of pyproject.toml, keyed by the
    long option; a flag beats GPUBENCH_... in the environment, which beats the file.
    """
    from gpubench.cli.running import Options, go_on, run_new

    how = Options(**{name: options.pop(name) for name in ("no_report", "as_json", "progress", "quiet", "verbose")})
    stored, dry_run, out = options.pop("resume"), options.pop("dry_run"), options.pop("out")
    if stored:
        _refuse_with_resume(ctx)
        return go_on(stored, how)
    selection = _selection(options)
    return run_new(selection, out, dry_run, [Path(sys.argv[0]).name, *sys.argv[1:]], how)


_WITH_RESUME = {"resume", "no_report", "as_json", "progress", "quiet", "verbose"}


def _refuse_with_resume(ctx: click.Context) -> None:
    """A resumed run takes its stored plan: a selection typed beside it would be silently ignored."""
    typed = click.core.ParameterSource.COMMANDLINE
    for parameter in ctx.command.params:
        name = str(parameter.name)
        if name not in _WITH_RESUME and ctx.get_parameter_source(name) is typed and ctx.params[name]:
            raise UsageError(
                f"--resume takes the run's stored plan; {parameter.opts[0]} can't change it",
                "leave it out, or start a new run without --resume",
            )


def _selection(options: Mapping[str, Any]) -> Selection:
    fields = dict(options)
    fields["params"] = {name: split_values(text) for name, text in fields["params"].items()}
    fields["max_time_s"], fields["timeout_s"] = fields.pop("max_time"), fields.pop("timeout")
    fields["plugins"] = tuple(str(Path(file).resolve()) for file in fields["plugins"])
    if fields["data_dir"] not in ("", "keras"):
        fields["data_dir"] = str(Path(fields["data_dir"]).resolve())
    return Selection(**fields)


def split_values(text: str) -> tuple[str, ...]:
    """The values of one parameter."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
