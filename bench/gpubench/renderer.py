"""A report in a plug-in file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings


class Render(Protocol):
    """Draws findings into a folder, and returns the files that it wrote. It may take the options `dpi` and `themes`."""

    def __call__(self, findings: Findings, out: Path, /) -> Sequence[Path]: ...


@dataclass(frozen=True)
class Renderer:
    """How a file that `--plugin` names declares a report, which no entry point gives a name there.

    name: what `--format` takes. render: the function.
    """

    name: str
    render: Render
