"""`gpubench doctor`: what this machine and each framework can do, and what to do about what is missing."""

from __future__ import annotations

from typing import Any

import click

from gpubench.cli.configuration import defaults
from gpubench.cli.options import plugin, python, require
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
@require
@python
@plugin
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
