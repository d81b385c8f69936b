"""Standard output, which is data, and standard error, which is progress and advice: both may lead nowhere."""

from __future__ import annotations

import contextlib
import os
import sys

import click

from gpubench.cli.visible import visible


def open_streams() -> None:
    """Lead a stream that the caller closed (`>&-`) nowhere, lest a results file or a pipe gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  it takes the lowest free number
    for stream in (sys.stdout, sys.stderr):
        # Declared as TextIO, which has no such method; what a process starts with is a TextIOWrapper, which has.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def say(text: str, fg: str | None = None) -> None:
    """Text to standard error, made `visible`: much of what is said comes from files and from other programs.

    fg: its colour. Where that can't be written, nobody is reading: no reason to stop measuring.
    """
    shown = visible(text)
    say_drawn(click.style(shown, fg=fg) if fg else shown)


def say_drawn(text: str) -> None:
    """Text with colours of our own to standard error; who drew it made `visible` what it didn't write itself."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True, color=_colour())


def answer(text: str) -> None:
    """Text to standard output, as it is: who made it made `visible` what people read and it didn't write itself.

    A reader who has gone is no failure of ours; a full disk raises OSError.
    """
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
