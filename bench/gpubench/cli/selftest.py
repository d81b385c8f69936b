"""`gpubench selftest`: whether the timings on a device that is new to gpubench can be believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gpubench.cli.doctor import AsRun
from gpubench.cli.options import plugin, python, require, several
from gpubench.cli.streams import answer, say
from gpubench.errors import StorageError, remedy
from gpubench.selection import Selection

if TYPE_CHECKING:
    from gpubench.runner.selftest import Examined, Report

SOME_FAILED = 3


@click.command(name="selftest", cls=AsRun, short_help="Whether the timings on a new device can be believed.")
@several("--backend", "-b", "backends", metavar="NAME", help="Framework; all by default.")
@several(
    "--device", "-d", "devices", metavar="DEVICE", help="cpu, cuda, cuda:1 or all. Default: the CPU and the first GPU."
)
@require
@python
@plugin
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with everything found.")
@click.option("--out", "file", type=click.Path(path_type=Path), metavar="FILE", help="Write that object there too.")
def command(
    backends: tuple[str, ...],
    devices: tuple[str, ...],
    require: tuple[str, ...],
    interpreters: dict[str, str],
    plugins: tuple[str, ...],
    as_json: bool,
    file: Path | None,
) -> int:
    """Check on each device that work runs there, that it is waited for, and that products are as precise as they say.

    It takes under two minutes. `gpubench run` remembers the outcome: until a GPU has passed, reports say so. Options
    that are not given are taken from where `gpubench run` takes them. Ends with 3 where a check failed.
    """
    from gpubench.cli.selftest_json import as_text
    from gpubench.cli.selftest_page import page
    from gpubench.runner.selftest import self_test

    selection = Selection(
        backends=backends, devices=devices, require=require, interpreters=interpreters,
        plugins=tuple(str(Path(name).resolve()) for name in plugins),
    )  # fmt: skip
    report = self_test(selection, lambda backend, device: say(f"Testing {backend} on {device} ..."))
    text = as_text(report)
    answer(text if as_json else page(report))
    for line in _advice(report, file):
        say(line)
    if file is not None:
        _write(file, text)
    return SOME_FAILED if report.failed else 0


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"cannot write {file}: {error.strerror or error}", remedy(error, "name another file with --out")
        ) from error


def _advice(report: Report, file: Path | None) -> Iterator[str]:
    """What is not here, what each check that did not pass means, and what to do next."""
    for name, why in report.absent.items():
        yield f"Not tested: {name}: {why}"
    for one in report.examined:
        yield from (f"{_about(one)}: {check.name}: {check.meaning}." for check in one.checks if check.meaning)
    for device, check in report.across:
        if check.meaning:
            yield f"{device}: {check.name}: {check.meaning}."
    if report.forgotten:
        yield f"The outcome could not be remembered, so runs won't tell it: {report.forgotten}"
        yield "  Name a folder that can be written in the environment: XDG_STATE_HOME=/path"
    if report.failed:
        kept = (
            f"send {file} along" if file else "write all that was found into a file to send along: --out selftest.json"
        )
        yield f"Some checks failed. Don't rely on times of these devices; to report it, {kept}."


def _about(one: Examined) -> str:
    return f"{one.backend} on {one.device}"
