"""`gpubench check WORKLOAD|FILE`: is a workload right? For its author."""

from __future__ import annotations

import click

from gpubench.cli.doctor import AsRun
from gpubench.cli.options import plugin, python, several


@click.command(name="check", cls=AsRun, short_help="Is a workload right? For its author.")
@click.argument("workload", metavar="WORKLOAD|FILE")
@several("--backend", "-b", "backends", metavar="NAME", help="Framework; all that it has a builder for by default.")
@several("--device", "-d", "devices", metavar="DEVICE", help="cpu, cuda, cuda:1 or all. Default: the CPU and a GPU.")
@several("--size", "-s", "sizes", metavar="SIZE", help="Name of a size, or a value of the axis; all by default.")
@several("--mode", "modes", metavar="NAME", help="Execution mode; all by default. Compiling takes the most time.")
@python
@plugin
@click.option("--all", "everything", is_flag=True, help="Large and slow sizes too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with every finding.")
def command(
    workload: str,
    backends: tuple[str, ...],
    devices: tuple[str, ...],
    sizes: tuple[str, ...],
    modes: tuple[str, ...],
    interpreters: dict[str, str],
    plugins: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> int:
    """Build every size of a workload under every framework here, and say what is wrong with it, and where.

    WORKLOAD is the name of one, FILE a Python file that declares some. What is looked at: inputs, answers against the
    reference, whether the check refuses what is wrong, gradients of training, place of every tensor, FLOP formula, what
    importing the file loads, what a call leaves behind, compiling again, and whether it can be timed. Ends with 3 where
    something failed.
    """
    from gpubench.cli.checking import Asked, check

    return check(Asked(workload, backends, devices, sizes, modes, interpreters, plugins, everything), as_json)
