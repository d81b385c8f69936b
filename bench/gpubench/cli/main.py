"""The command itself: its subcommands, each imported when it is called, and what the process exits with."""

from __future__ import annotations

import importlib
import shlex
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

import gpubench
from gpubench.errors import GpubenchError, Interrupted, StorageError

INTERRUPTED, DEFECT, UNWRITABLE = 130, 70, 74

_COMMANDS = {
    "run": "Measure, and write results and a report.",
    "list": "Show the workloads, backends, devices, cells or runs there are.",
    "report": "Write the HTML and PNG report of one or more runs.",
    "export": "Write a run's cells as CSV, JSON or Parquet.",
    "validate": "Say whether a run's results file is whole.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and help, and imports one when it is called: `--help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"gpubench.cli.{cmd_name}").command
        return command

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
    sys.exit(exit_code(list(sys.argv[1:] if arguments is None else arguments)))


def exit_code(arguments: list[str]) -> int:
    """Run the command; messages go to standard error."""
    try:
        returned: Any = gpubench_command.main(arguments, prog_name="gpubench", standalone_mode=False)
        return int(returned or 0)
    except click.ClickException as error:
        error.show()
        return 2
    except GpubenchError as error:
        _say(error)
        return error.exit_code
    except Interrupted as error:
        click.echo(
            f"\ngpubench: {error}. Go on with:\n  gpubench run --resume {shlex.quote(str(error.folder))}", err=True
        )
        return INTERRUPTED
    except (KeyboardInterrupt, click.Abort):
        click.echo("gpubench: interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # the reader of our output has gone, which is no failure of ours
        return 0
    except OSError as error:
        _say(
            StorageError(
                f"{error.strerror or error}: {error.filename or 'standard output'}", "free space, or check permissions"
            )
        )
        return UNWRITABLE
    except Exception:
        traceback.print_exc()
        click.echo("gpubench: this is a defect of gpubench; please report the lines above", err=True)
        return DEFECT


def _say(error: GpubenchError) -> None:
    click.secho(f"gpubench: {error.message}", err=True, fg="red")
    if error.hint:
        click.echo(f"  {error.hint}", err=True)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
