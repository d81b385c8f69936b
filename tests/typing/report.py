"""A stranger's report, and results read from Python: the types that they get.

`nox -s types` checks this and nothing runs it.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import assert_type

import pandas as pd

import gpubench
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured
from gpubench.analysis.speedup import Speedup


def render(findings: Findings, out: Path) -> list[Path]:
    """Draws findings into a folder, and returns the files."""
    assert_type(findings.cells, tuple[Measured, ...])
    assert_type(findings.speedups, tuple[Speedup, ...])
    for speedup in findings.speedups:
        assert_type(speedup.ratio.value, float)
        assert_type(speedup.subject.device, str)
    return [out / "speedups.txt"]


def pictures(findings: Findings, out: Path, *, dpi: int = 150, themes: Sequence[str] = ("light",)) -> Sequence[Path]:
    """With the options that pictures have."""
    return []


def no_files(findings: Findings, out: Path) -> None:
    """Returns something else."""


in_a_file = gpubench.Renderer("speedups", render)
with_options = gpubench.Renderer("pictures", pictures)
assert_type(in_a_file.name, str)
gpubench.Renderer("nothing", no_files)  # type: ignore[arg-type]

run = gpubench.load("latest")
assert_type(run, gpubench.Results)
assert_type(run.cells(), pd.DataFrame)
assert_type(run.complete, bool)
assert_type(gpubench.findings(run), Findings)
assert_type(gpubench.findings([run, "latest"]), Findings)
assert_type(gpubench.report(run, plugins=["speedups.py"]), list[Path])
assert_type(gpubench.run(["matmul"], sizes=["smoke", 64]), gpubench.Results)
assert_type(gpubench.INTERFACE, str)
assert_type(render(gpubench.findings(run), Path("out")), list[Path])

gpubench.load(1)  # type: ignore[arg-type]
gpubench.run(["matmul"], devices=1)  # type: ignore[arg-type]
print(gpubench.findings(run).speed_ups)  # type: ignore[attr-defined]
