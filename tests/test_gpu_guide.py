"""Every command of docs/gpu.md runs as it stands there, or ends with 5 and the reason where there is no GPU."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[1] / "docs" / "gpu.md"
TEXT = PAGE.read_text(encoding="utf-8")
SMALL = {
    "SIZE": "smoke", "LAUNCHES": "1", "MAX_TIME": "0.02", "PROGRESS": "none", "BACKEND": "torch",
    "PARAM": "shape=square",  # of all workloads only matmul has a shape
}  # fmt: skip
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
NEEDS_A_GPU = "--device cuda "


@pytest.mark.framework("torch", "tensorflow")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs(command: str, tmp_path: Path) -> None:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    own = {f"GPUBENCH_{name}": value for name, value in SMALL.items()}
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env={**os.environ, **own, "PATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == (5 if NEEDS_A_GPU in command and "there is no device 'cuda' here" in done.stderr else 0)
    assert "Traceback" not in done.stderr


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 3
    assert all(command.startswith("gpubench ") for command in COMMANDS)


def test_every_check_of_the_selftest_is_explained() -> None:
    from gpubench.runner.selftest import AGREEMENT
    from gpubench.worker.selftest import numerics, rate, steps, timing

    rows = set(re.findall(r"^\| `([\w-]+)…?` \| .+\? \| .+ \|$", TEXT, flags=re.MULTILINE))
    assert rows == {
        steps.ANSWERS, steps.PLACEMENT, numerics.name_of(""), numerics.SWITCH, timing.RESIDUAL_WAIT,
        timing.NEGATIVE_CONTROL, timing.EVENTS, timing.DOUBLED, rate.RATE, rate.TELEMETRY, AGREEMENT,
    }  # fmt: skip


def test_every_test_of_the_gpus_path_is_named(repository: Path) -> None:
    named = set(re.findall(r"^\| `(test_\w+\.py)` \|", TEXT, flags=re.MULTILINE))
    assert named == {file.name for file in (repository / "tests" / "cuda").glob("test_*.py")}


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\[[^\]]+\]\((?!http)([^)#]+)(?:#[^)]*)?\)", TEXT))))
def test_a_link_leads_to_a_file(link: str) -> None:
    assert (PAGE.parent / link).is_file()


def test_where_the_outcome_is_remembered_is_told_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gpubench.machine.verification import Verification, remember

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = remember({"backend": "torch"}, Verification("passed", "2026-11-26"))
    assert f"$XDG_STATE_HOME/{file.parent.relative_to(tmp_path)}" in TEXT
    assert json.loads(file.read_text(encoding="utf-8"))["outcome"] == "passed"
