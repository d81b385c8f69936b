"""The first command of the README, as it stands there: everything installed anew, and measured."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SMALL = {"SIZE": "smoke", "LAUNCHES": "1", "MAX_TIME": "0.02", "PROGRESS": "none"}
NOT_COMPILED = {"PIP_NO_COMPILE": "no"}  # what no-compile takes for a yes; of the frameworks little is imported
(BLOCK, *_) = re.findall(r"^```sh\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)
(COMMAND, *_) = (line.partition("  #")[0].strip() for line in BLOCK.splitlines() if "pip install" in line)

pytestmark = pytest.mark.long


@pytest.mark.skipif("GPUBENCH_TEST_INSTALLED" not in os.environ, reason="installs everything anew: nox sessions only")
@pytest.mark.framework("torch", "tensorflow")
def test_it_installs_and_measures(repository: Path, tmp_path: Path) -> None:
    """In a copy of what is committed or about to be."""
    copy = tmp_path / "checkout"
    ignore = shutil.ignore_patterns(".*", "gpubench-results", "build", "dist", "__pycache__")
    shutil.copytree(repository, copy, ignore=ignore)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    own = {f"GPUBENCH_{name}": value for name, value in SMALL.items()}
    environment = {**os.environ, **NOT_COMPILED, **own, "PATH": path}
    done = subprocess.run(
        ["bash", "-c", COMMAND], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (results,) = (copy / "gpubench-results").glob("*/results.jsonl")
    assert (results.parent / "report.html").stat().st_size > 0
    assert list((results.parent / "plots").glob("*.png"))
    assert "no speed-up" in done.stderr or "cuda" not in done.stderr
