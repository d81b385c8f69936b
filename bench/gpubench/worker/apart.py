"""Two checkouts of one project, told apart: a process that measures one must load nothing of the other.

What lies in an environment below a checkout (`.venv`, `tf-env`) is none of its code.
"""

from __future__ import annotations

import os
import sys
from pathlib import PurePath
from types import ModuleType

_ENVIRONMENT = frozenset(("site-packages", "dist-packages"))


def belongs(file: str, tree: str, other: str) -> bool:
    """Whether a file is code of a tree, and not of the other one where that lies inside it."""
    if not _below(file, tree) or (_below(other, tree) and _below(file, other)):
        return False
    within = PurePath(os.path.relpath(file, tree)).parts
    return _ENVIRONMENT.isdisjoint(within) and not any(_below(file, root) for root in _inner(tree))


def mixed_up(foreign: str, own: str) -> str:
    """Why this process doesn't measure the tree `own` alone: a module that it loaded from `foreign`; or empty."""
    for name, module in list(sys.modules.items()):
        file = _file_of(module)
        if file and belongs(file, foreign, own):
            return (
                f"{name} was loaded from {file}, which is the other side's code. Install its package so that Python "
                f"finds it by a path (`pip install -e . --config-settings editable_mode=compat`), or name an "
                "environment for that side: --against FOLDER --against INTERPRETER"
            )
    return ""


def _file_of(module: object) -> str:
    """Asked so that a module which loads itself when it is first used is not loaded by this."""
    if not isinstance(module, ModuleType):
        return ""
    return object.__getattribute__(module, "__dict__").get("__file__") or ""


def _inner(tree: str) -> list[str]:
    """The environments of this interpreter that lie below a tree."""
    return [root for root in {sys.prefix, sys.base_prefix} if root != tree and _below(root, tree)]


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
