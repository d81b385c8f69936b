"""Standard output, which is data, and standard error, which is progress and advice: both may lead nowhere."""

from __future__ import annotations

import contextlib
import os
import sys

import click


def open_streams() -> None:
    """Lead a stream that the caller closed (`>&-`) nowhere, lest a results file or a pipe gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  it takes the lowest free number
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def say(text: str, **style: str) -> None:
    """A line to standard error. Where that can't be written, nobody is reading: no reason to stop measuring."""
    with contextlib.suppress(OSError):
        click.echo(click.style(text, **style) if style else text, err=True, color=_colour())  # type: ignore[arg-type]


def answer(text: str) -> None:
    """A line to standard output. A reader who has gone is no failure of ours; a full disk raises OSError."""
    with contextlib.suppress(BrokenPipeError):
        click.echo(text, color=_colour())


def let_go() -> None:
    """Forget what could not be written: Python would try again at its end, and exit with 120."""
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except OSError:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115  as long as the process lives


def _colour() -> bool | None:
    """What the environment asks for; None: colour on a terminal only."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None
