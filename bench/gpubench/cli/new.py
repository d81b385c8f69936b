"""`gpubench new workload NAME`: a starting file that passes `gpubench check`."""

from __future__ import annotations

import ast
import builtins
import importlib.resources
import keyword
import re
import shlex
from pathlib import Path
from string import Template

import click

from gpubench.cli.streams import answer, say
from gpubench.errors import StorageError, UsageError

_TEMPLATE = "workload.py.template"


@click.command(name="new", short_help="Write a starting file for a workload of your own.")
@click.argument("what", type=click.Choice(["workload"]))
@click.argument("name")
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), metavar="FILE", help="The file. Default: NAME.py in this folder."
)
def command(what: str, name: str, out: Path | None) -> None:
    """Write a file that declares the workload NAME under PyTorch and TensorFlow, and passes `gpubench check`.

    It holds a small piece of work with its reference, to put work of your own in its place.
    """
    _refuse_bad(name)
    file = out or Path(f"{name}.py")
    if file.suffix != ".py":
        raise UsageError(f"--out {file}: a Python file is expected", f"for example --out {file}.py")
    _refuse_taken(name)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(_text(name, file))
    except FileExistsError as error:
        raise UsageError(f"{file} is there already, and nothing is overwritten", "choose another --out") from error
    except OSError as error:
        raise StorageError(f"cannot write {file}: {error.strerror}", "choose another --out") from error
    answer(str(file))
    say(f"Is it right? gpubench check {shlex.quote(str(file))}")


def _refuse_bad(name: str) -> None:
    """A name is typed, and it is a variable of the file and, in capitals, a class."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        plain = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_")
        like = plain if re.match(r"[a-z]", plain) and not _taken(plain) else "layer_norm"
        raise UsageError(
            f"'{name}' is no name for a workload: small letters, digits and '_' are expected, a letter first",
            f"for example: gpubench new workload {like}",
        )
    if _taken(name):
        raise UsageError(
            f"'{name}' means something else in the file that is written", f"try gpubench new workload {name}_step"
        )


def _taken(name: str) -> bool:
    """Whether the file's text needs the name for something else."""
    used = {
        word.lower()
        for node in ast.walk(ast.parse(_text("name_of_the_new_workload", Path("name_of_the_new_workload.py"))))
        for word in (getattr(node, field, None) for field in ("id", "name", "asname"))
        if isinstance(word, str)
    }
    return keyword.iskeyword(name) or hasattr(builtins, name) or name.replace("_", "") in used or name in used


def _refuse_taken(name: str) -> None:
    from gpubench.plugins import find_workloads

    held = find_workloads().plugins.get(name)
    if held is not None:
        raise UsageError(f"there is a workload '{name}' already, from {held.origin}", "choose another name")


def _text(name: str, file: Path) -> str:
    from gpubench.interface import INTERFACE

    template = importlib.resources.files("gpubench.cli").joinpath("templates", _TEMPLATE).read_text(encoding="utf-8")
    class_name = "".join(part.capitalize() for part in name.split("_"))
    return Template(template).substitute(
        name=name, class_name=class_name, file=shlex.quote(str(file)), interface=INTERFACE
    )
