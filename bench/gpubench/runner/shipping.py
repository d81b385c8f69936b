"""The code that a worker in another interpreter needs, put on its path without installing anything.

A folder of links to the packages that hold gpubench itself and the installed plug-ins: not their whole
site-packages, which would bring this interpreter's frameworks along.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gpubench.plugins import BACKENDS, WORKLOADS


class Shipment:
    """Made at its first use."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def path(self) -> str:
        """The folder to put on a foreign interpreter's path."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="gpubench-")
            for name in sorted(set(_packages())):
                source = _place(name)
                if source is not None:
                    (Path(self._folder.name) / source.name).symlink_to(source)
        return self._folder.name

    def close(self) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _packages() -> Iterator[str]:
    yield "gpubench"
    for group in (BACKENDS, WORKLOADS):
        for entry in importlib.metadata.entry_points(group=group):
            yield entry.module.partition(".")[0]


def _place(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin) if spec.origin else None
