"""docs/pytest.md can be followed: its file is written, and its commands run in their order, made short."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gpubench.results.results import load

pytestmark = [pytest.mark.long, pytest.mark.framework("torch", "tensorflow")]

TEXT = (Path(__file__).parents[1] / "docs" / "pytest.md").read_text(encoding="utf-8")
SMALL = (
    "-p no:cacheprovider -p no:hypothesispytest --gpubench-device=cpu --gpubench-size=smoke --benchmark-max-time=0.02 "
    "--gpubench-launches=1 --gpubench-max-time=0.02"
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


def test_what_the_guide_says_can_be_done(tmp_path: Path) -> None:
    (file,) = blocks("python")
    named = re.match(r'"""(\w+\.py): ', file)
    assert named
    (tmp_path / named[1]).write_text(file, encoding="utf-8")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "PYTEST_ADDOPTS": SMALL}
    commands = [line for block in blocks("sh") for line in block.splitlines() if not line.startswith("pip install")]
    assert len(commands) == 5
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    suite = load(tmp_path / "bench.json").cells()
    assert set(suite["backend"]) == {"torch", "tensorflow"}
    assert suite["checked"].all()
    own = load(tmp_path / "speed").cells()
    assert list(zip(own["workload"], own["size"], own["status"], strict=True)) == [
        ("test_speed.test_softmax", n, "ok") for n in (64, 256)
    ]


def test_links_lead_to_files_and_the_readme_leads_here(repository: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)]+)\)", TEXT)
    assert links
    assert all((repository / "docs" / link).is_file() for link in links)
    assert "(docs/pytest.md)" in (repository / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(--gpubench-[\w-]+)", TEXT))))
def test_every_option_of_the_guide_is_there(name: str, pytestconfig: pytest.Config) -> None:
    assert hasattr(pytestconfig.option, name.removeprefix("--").replace("-", "_"))
