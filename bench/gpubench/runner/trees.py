"""Two checkouts of one project: what lies in the current one lies in the other at the same path below it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import shlex
import sys
import tomllib
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpubench.errors import UsageError
from gpubench.worker.apart import belongs


@dataclass(frozen=True)
class Trees:
    """here: the current folder. there: the other checkout. Both without links in their paths."""

    here: Path
    there: Path

    @classmethod
    def of(cls, folder: Path) -> Trees:
        """The current folder and another. Raises UsageError where either is not the top of its checkout."""
        here, there = Path.cwd().resolve(), folder.resolve()
        if (top := _top(here)) != here:
            raise UsageError(
                f"--against {folder} stands for the current folder, and the checkout begins above that, in {top}",
                f"go to {shlex.quote(str(top))}, and name the top of the other checkout",
            )
        if (top := _top(there)) not in (there, here):
            advice = f"name its top: --against {shlex.quote(str(top))}"
            raise UsageError(f"--against {folder}: the checkout begins above it", advice)
        return cls(here, there)

    def counterpart(self, path: str | Path) -> Path | None:
        """Where something of this checkout lies in the other; None for what is not of it."""
        real = Path(path).resolve()
        if not belongs(str(real), str(self.here), str(self.there)):
            return None
        return self.there / real.relative_to(self.here)

    def import_roots(self) -> list[Path]:
        """The folders of the other checkout that Python has to look into first, so that its packages are found.

        One for each folder of this checkout that packages are imported from, by whatever kind of editable install.
        """
        here = [Path(entry or ".") for entry in sys.path]
        for name in self._editable():
            spec = importlib.util.find_spec(name)
            places = [*(spec.submodule_search_locations or []), spec.origin or ""][:1] if spec else []
            here += [Path(place).parent for place in places if place]
        return list(dict.fromkeys(found for path in here if (found := self.counterpart(path)) is not None))

    def refuse_copies(self) -> None:
        """Raise UsageError for a package of this checkout that is installed as a copy: both sides would import that."""
        for distribution in self._installed(editable=False):
            name = distribution.metadata["Name"]
            raise UsageError(
                f"{name} is what lies in {self.here}, and is installed as a copy: both sides would measure that copy",
                "install it by its path (pip install -e .), or build the base into an environment of its own and name "
                "both: --against FOLDER --against INTERPRETER",
            )

    def _editable(self) -> Iterator[str]:
        """Top-level names of what is installed from this checkout by its path, where its installer told them."""
        for distribution in self._installed(editable=True):
            yield from (distribution.read_text("top_level.txt") or "").split()

    def _installed(self, *, editable: bool) -> Iterator[importlib.metadata.Distribution]:
        """What was installed from this checkout, as pip and uv note it (PEP 610), or has the name of its project."""
        own = _project(self.here)
        for distribution in importlib.metadata.distributions():
            told = json.loads(distribution.read_text("direct_url.json") or "{}")
            url = urllib.parse.urlsplit(told.get("url", ""))
            source = Path(urllib.parse.unquote(url.path))
            from_here = url.scheme == "file" and self.counterpart(source) is not None
            by_path = from_here and bool(told.get("dir_info", {}).get("editable"))
            lies_here = self.counterpart(str(distribution.locate_file(""))) is not None
            if (from_here or _normal(distribution.name) == own) and (by_path or lies_here) == editable:
                yield distribution


def _project(folder: Path) -> str:
    """The name that a checkout's pyproject.toml gives its project; empty for none."""
    try:
        told = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return _normal(str(told.get("project", {}).get("name", "")))


def _normal(name: str) -> str:
    """A distribution's name as an index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name or "").lower()


def _top(folder: Path) -> Path:
    """Of the checkout that a folder is in; the folder itself where it is in none."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder)


def python_path(trees: Trees | None, *, imports: bool) -> str:
    """PYTHONPATH for the processes of the other side. imports: whether this interpreter's installs count for it."""
    own = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if trees is None:
        return os.pathsep.join(own)
    roots: Sequence[str | Path] = trees.import_roots() if imports else []
    moved = [trees.counterpart(entry) or entry for entry in own]
    return os.pathsep.join(dict.fromkeys(map(str, (*roots, *moved))))
