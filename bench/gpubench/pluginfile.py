"""A plug-in file made a module, with what lies beside it.

The file's folder becomes a package with a name of its own: files of one name in two folders are two modules, and
`from .other import x` finds what lies beside the file. A folder that has an `__init__.py` is a package in its parent,
and so on upwards. The outermost folder also stands at the end of `sys.path`, for `import other`: what is installed
comes before it, so that no file beside a plug-in hides a module of somebody else's.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

_PREFIX = "gpubench_plugin_"


def module_of(file: Path) -> ModuleType:
    """The module of a file, executed at the first call. Whatever it raises comes through.

    Raises ImportError for what is no Python file, or imports what another plug-in has under that name.
    """
    package = _package_of(file.parent)
    if file.name == "__init__.py":
        return sys.modules[package]
    name = f"{package}.{file.stem.replace('.', '_')}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it is executed: dataclasses look their module up
    try:
        spec.loader.exec_module(module)
        _refuse_namesakes(file, package)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _package_of(folder: Path) -> str:
    """The name of a folder's package, which is imported."""
    if (folder / "__init__.py").is_file():
        name = f"{_package_of(folder.parent)}.{folder.name}"
        importlib.import_module(name)
        return name
    name = _PREFIX + hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    if name not in sys.modules:
        package = ModuleType(name, f"What lies in {folder}.")
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        sys.path.append(str(folder))
    return name


def _refuse_namesakes(file: Path, package: str) -> None:
    """Raise ImportError where `import other` gave the `other` of another plug-in's folder, not the one beside."""
    own = _root(package.partition(".")[0])
    others = [_root(name) for name in list(sys.modules) if name.startswith(_PREFIX) and "." not in name]
    for name in _imported(file):
        beside = own / f"{name}.py"
        got = getattr(sys.modules.get(name), "__file__", None)
        if beside.is_file() and got and any(Path(got).is_relative_to(root) for root in others if root != own):
            raise ImportError(f"it imports {name}, and got {got}, not the one beside it: write `from . import {name}`")


def _root(package: str) -> Path:
    return Path(sys.modules[package].__path__[0])


def _imported(file: Path) -> Iterator[str]:
    """The modules that a file imports by a name without a dot, inside functions too."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
