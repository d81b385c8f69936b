"""`gpubench doctor`: what this machine and each framework can do, and what to do about what is missing."""

from __future__ import annotations

from typing import Any

import click

from gpubench.cli.configuration import defaults
from gpubench.cli.values import OneText, Words, interpreters, split
from gpubench.errors import UnavailableError


class AsRun(click.Command):
    """Takes the defaults that `run` has in the configuration file, where the two have an option in common.

    So the doctor looks into the very environments that a run would measure in.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        from gpubench.cli.run import command as run

        helping = extra.get("resilient_parsing") or not {"-h", "--help"}.isdisjoint(args)
        own = {parameter.name for parameter in self.params if "--json" not in parameter.opts}
        given = {} if helping else {name: value for name, value in defaults(run).items() if name in own}
        return super().make_context(info_name, args, parent, default_map=given, **extra)


@click.command(name="doctor", cls=AsRun, short_help="What this machine can do, and what to do about what is missing.")
@click.option(
    "--require",
    type=OneText(),
    multiple=True,
    callback=split,
    envvar="GPUBENCH_REQUIRE",
    metavar="cuda|BACKEND",
    help="End with 5 unless it is there.",
)
@click.option(
    "--python",
    "interpreters",
    type=Words(),
    multiple=True,
    callback=interpreters,
    envvar="GPUBENCH_PYTHON",
    metavar="BACKEND=INTERPRETER",
    help="Look at a backend in another environment.",
)
@click.option(
    "--plugin",
    "plugins",
    type=OneText(),
    multiple=True,
    callback=split,
    envvar="GPUBENCH_PLUGIN",
    metavar="FILE",
    help="A Python file that declares workloads or backends.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with everything found.")
def command(require: tuple[str, ...], interpreters: dict[str, str], plugins: tuple[str, ...], as_json: bool) -> None:
    """Say what this machine and each framework can do, and what to type where something is missing.

    Each framework is asked in a process of its own. Options that are not given are taken from where `gpubench run`
    takes them: the environment, then [tool.gpubench] of pyproject.toml.
    """
    from gpubench.cli.doctor_json import as_text
    from gpubench.cli.doctor_page import page
    from gpubench.cli.streams import answer
    from gpubench.runner.examination import examine, require_of

    examination = examine(plugins, interpreters)
    unmet = None
    try:
        require_of(examination, require)
    except UnavailableError as error:
        unmet = error
    answer(as_text(examination, unmet) if as_json else page(examination))
    if unmet is not None:
        raise unmet
