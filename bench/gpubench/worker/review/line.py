"""Where something stands in the author's file, as `file:number`."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Iterable
from pathlib import Path


def line_of(thing: object) -> str:
    """Where a function or a class begins; empty where its source can't be found."""
    unwrapped: object = inspect.unwrap(thing) if callable(thing) else thing
    plain = getattr(unwrapped, "func", unwrapped)  # of functools.partial
    code = getattr(plain, "__code__", None)
    if code is not None:
        return f"{code.co_filename}:{code.co_firstlineno}"
    try:
        made = plain if inspect.isclass(plain) else type(plain)
        return f"{inspect.getsourcefile(made)}:{inspect.getsourcelines(made)[1]}"
    except (OSError, TypeError):
        return ""


def line_raised(error: BaseException, beside: Iterable[str]) -> str:
    """The innermost line of an error's traceback in a file that lies beside one of these lines'; empty for none."""
    folders = {Path(line.rpartition(":")[0]).parent for line in beside if line}
    frames = [(frame.f_code.co_filename, number) for frame, number in traceback.walk_tb(error.__traceback__)]
    own = [f"{file}:{number}" for file, number in frames if Path(file).parent in folders]
    return own[-1] if own else ""


def line_of_import(file: Path, module: str) -> str:
    """Where a file first imports a module, however deep in a package of it; empty where it does not."""
    words = (f"import {module}", f"from {module}")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    for number, line in enumerate(lines, 1):
        if line.startswith(words):
            return f"{file}:{number}"
    return ""
