"""The command itself: its subcommands, each imported when it is called, and what the process exits with."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import click

import gpubench
from gpubench.cli.streams import let_go, open_streams, say
from gpubench.errors import GpubenchError, Interrupted, StorageError, UsageError
from gpubench.spelling import did_you_mean

WRONG_USE, DEFECT, INTERRUPTED = 2, 70, 130

_COMMANDS = {
    "run": "Measure, and write results and a report.",
    "list": "Show the workloads, backends, devices, cells or runs there are.",
    "doctor": "Say what this machine can do, and what to type where something is missing.",
    "selftest": "Say whether the timings on a new device can be believed.",
    "show": "Show the verdicts of one or more runs in the terminal.",
    "report": "Write the report of one or more runs, as a page and as pictures.",
    "compare": "Say for each cell of two runs whether the second is faster or slower.",
    "export": "Write a run's cells as CSV, JSON or Parquet.",
    "validate": "Say whether a run's results file is whole.",
    "new": "Write a starting file for a workload of your own.",
    "check": "Say whether a workload is right, and what to do where it is not: for its author.",
}


class ReaderGone(Exception):
    """Who read our output has gone (`| head`), which is no failure of ours. Click would end with 1 for it."""


@contextlib.contextmanager
def _readers_may_go() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGone from error


class LazyGroup(click.Group):
    """Knows its commands by name and help, and imports one when it is called: `--help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"gpubench.cli.{cmd_name}").command
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _readers_may_go():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _readers_may_go():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"No such command '{args[0]}'{did_you_mean(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(gpubench.__version__, prog_name="gpubench")
def gpubench_command() -> None:
    """How much faster is the GPU than the CPU for deep-learning work, under PyTorch and under TensorFlow?

    `gpubench run` measures everything on every device in a few minutes and writes a report.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit with the contract's code."""
    signal.signal(signal.SIGTERM, _interrupt)
    open_streams()
    code = exit_code(list(sys.argv[1:] if arguments is None else arguments))
    let_go()
    sys.exit(code)


def exit_code(arguments: list[str]) -> int:
    """Run the command; messages go to standard error."""
    try:
        _refuse_undecodable(arguments)
        returned: Any = gpubench_command.main(arguments, prog_name="gpubench", standalone_mode=False, obj=arguments)
        return int(returned or 0)
    except click.ClickException as error:
        _show(error)
        return WRONG_USE
    except GpubenchError as error:
        _say(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        return _interrupted(error)
    except ReaderGone:
        return 0
    except SystemExit as error:  # shell completion
        return WRONG_USE if error.code else 0
    except OSError as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # and now standard error can't be written either
            return _interrupted(error.__context__)
        storage = StorageError(
            f"{error.strerror or error}: {error.filename or 'standard output'}", "free space, or check permissions"
        )
        _say(storage)
        return storage.exit_code
    except Exception:
        with contextlib.suppress(OSError):
            traceback.print_exc()
        say("gpubench: this is a defect of gpubench; please report the lines above")
        return DEFECT


def _interrupted(error: BaseException) -> int:
    run = error.__cause__ if isinstance(error, click.Abort) else error  # click wraps what interrupts a command
    say(f"gpubench: {run}. {run.advice}" if isinstance(run, Interrupted) else "gpubench: interrupted")
    return INTERRUPTED


def _say(error: GpubenchError) -> None:
    say(f"gpubench: {error.message}", fg="red")
    if error.hint:
        say(f"  {error.hint}")


def _show(error: click.ClickException) -> None:
    with contextlib.suppress(OSError):
        error.show()
    if not isinstance(error, click.BadParameter) or error.ctx is None or error.param is None:
        return
    source, variable = error.ctx.get_parameter_source(str(error.param.name)), error.param.envvar
    if source is click.core.ParameterSource.ENVIRONMENT and isinstance(variable, str):
        say(f"It was given by {variable}={os.environ.get(variable, '')} in the environment.")


def _refuse_undecodable(arguments: list[str]) -> None:
    """Everything that is typed is kept in the results, which are UTF-8."""
    for argument in arguments:
        shown = argument.encode(errors="backslashreplace").decode()
        if shown != argument:
            raise UsageError(f"'{shown}' is not UTF-8, and results hold nothing else", "rename that file or folder")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
