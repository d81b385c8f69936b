"""Every recipe of docs/ci.md is whole: its YAML is what the build servers take, and its commands do what is said."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gpubench.results.results import load

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "ci.md").read_text(encoding="utf-8")
SMALL = {"SIZE": "smoke", "LAUNCHES": "1", "MAX_TIME": "0.02", "PROGRESS": "none", "BACKEND": "toy", "DEVICE": "cpu"}
IDENTITY = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
AMOUNT = re.compile(r"\d+\.\d %")


def blocks(language: str) -> list[str]:
    """The texts of the fenced blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


GITHUB, GITLAB = (yaml.safe_load(block) for block in blocks("yaml"))
STEPS: list[dict[str, Any]] = GITHUB["jobs"]["gate"]["steps"]


def github_commands() -> Iterator[str]:
    for step in STEPS:
        yield from step.get("run", "").splitlines()


def without_installs(commands: Iterator[str]) -> list[str]:
    return [command for command in commands if "pip install" not in command]


@pytest.fixture
def project(tmp_path: Path, toy_file: Path) -> Path:
    """A checkout of two commits: a workload on NumPy alone, and what docs/ci.md has in pyproject.toml."""
    if shutil.which("git") is None:
        pytest.skip("no git on the PATH")
    folder = tmp_path / "project"
    (folder / "bench").mkdir(parents=True)
    toy = toy_file.read_text(encoding="utf-8")
    (folder / "bench" / "workloads.py").write_text(toy.replace('name="doubling"', 'name="softmax"'), encoding="utf-8")
    (folder / "pyproject.toml").write_text("\n".join(blocks("toml")), encoding="utf-8")
    for command in ("init -q", "add .", "commit -q -m base", "commit -q --allow-empty -m head"):
        subprocess.run(["git", *command.split()], cwd=folder, env={**os.environ, **IDENTITY}, check=True)
    return folder


@pytest.fixture
def toy_file(repository: Path) -> Path:
    return repository / "tests" / "bench" / "plugins" / "toy.py"


def typed(command: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GPUBENCH_")}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    own = {f"GPUBENCH_{name}": value for name, value in SMALL.items()} | {"PATH": path} | env
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env={**kept, **own}, capture_output=True, text=True, check=False
    )


def is_whole(gate: Path) -> None:
    assert all(load(gate / side).complete for side in ("base", "new"))
    root = ET.parse(gate / "junit.xml").getroot()
    assert [case.attrib["classname"] for case in root.iter("testcase")] == ["gpubench.softmax"]


def test_the_recipe_for_github_does_what_it_says(project, tmp_path):
    summary = tmp_path / "summary.md"
    for command in without_installs(github_commands()):
        done = typed(command, project, GITHUB_STEP_SUMMARY=str(summary))
        assert done.returncode == 0, done.stderr
    is_whole(project / "gate")
    assert "softmax, n 4" in summary.read_text(encoding="utf-8")


def test_the_recipe_for_gitlab_is_the_same_with_base_inside_the_checkout(project):
    """Planned, not measured."""
    job = GITLAB["gate"]
    for command in without_installs(iter(job["script"])):
        done = typed(command, project, CI_MERGE_REQUEST_DIFF_BASE_SHA="HEAD^1", GPUBENCH_DRY_RUN="1")
        assert done.returncode == 0, done.stderr
    assert "In turns with BASE, base: 2 cells x 1 launches" in done.stderr
    github = [command.partition(" --github")[0] for command in github_commands() if " compare " in command]
    assert [command.partition(" > ")[0] for command in job["after_script"]] == github
    assert (job["artifacts"]["paths"], job["artifacts"]["reports"]) == (["gate"], {"junit": "gate/junit.xml"})


def test_a_workflow_has_what_github_wants_of_it():
    assert set(GITHUB) == {"name", True, "permissions", "jobs"}  # YAML 1.1 takes `on` for a truth
    assert GITHUB[True] == "pull_request"
    assert all(("uses" in step) != ("run" in step) for step in STEPS)
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in STEPS if "uses" in step)
    (checkout,) = (step for step in STEPS if step.get("uses", "").startswith("actions/checkout@"))
    assert checkout["with"]["fetch-depth"] == 2  # HEAD^1 is there


def test_what_follows_a_red_gate_is_carried_out_all_the_same():
    names = [step.get("name", step.get("uses")) for step in STEPS]
    after = STEPS[names.index("Measure and compare") + 1 :]
    assert len(after) == 2
    assert all(step["if"] == "${{ !cancelled() }}" for step in after)
    assert GITLAB["gate"]["artifacts"]["when"] == "always"


def test_a_job_of_gitlab_has_what_it_wants_of_it():
    (job,) = GITLAB.values()
    assert set(job) == {"image", "rules", "variables", "script", "after_script", "artifacts"}
    assert all(isinstance(line, str) for line in (*job["script"], *job["after_script"]))
    assert all(isinstance(value, str) for value in job["variables"].values())


@pytest.mark.parametrize("command", [line for block in blocks("sh") for line in block.splitlines() if "run" in line])
def test_every_other_command_is_one(command: str, project: Path, tmp_path: Path):
    """Planned, not measured: `--dry-run` from the environment."""
    typed("git worktree add ../base HEAD^1", project)
    (tmp_path / "base-env" / "bin").mkdir(parents=True)
    python = tmp_path / "base-env" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    without_torch = command.replace("matmul --backend torch", "softmax --plugin bench/workloads.py")
    done = typed(without_torch, project, GPUBENCH_DRY_RUN="1")
    assert done.returncode == 0, done.stderr
    assert "In turns with BASE" in done.stderr


def test_every_exit_code_of_a_comparison_is_told():
    table = TEXT.partition("| exit |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE) == ["0", "1", "2", "3", "4", "5"]


def test_the_order_of_exit_codes_is_the_contracts_as_far_as_they_are_told():
    (told,) = re.findall(r"Where several hold, ([^:]+):", TEXT)
    assert re.findall(r"\d", told) == ["5", "2", "1", "4", "3"]


def test_the_configuration_is_what_the_figures_are_about():
    settings = tomllib.loads("\n".join(blocks("toml")))["tool"]["gpubench"]
    assert settings == {"launches": 10, "threads": 1, "compare": {"margin": "5%", "missing": "fail"}}
    assert "| 10 | 0.0 % | 54.0 % | 100.0 % |" in TEXT


def test_every_figure_stands_in_the_validation():
    section = (DOCS / "validation.md").read_text(encoding="utf-8").partition("## The gate")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "+" in line]
    shuffled = {(row[0], row[1], row[2]): row[-1] for row in rows if len(row) == 5}
    table = TEXT.partition("| launches a side |")[2].partition("\n\n")[0]
    for launches in ("3", "5", "10"):
        told = re.search(rf"^\| {launches} \| (.*) \|$", table, flags=re.MULTILINE)
        assert told is not None
        assert told[1].split(" | ") == [shuffled["quiet", extra, launches] for extra in ("+0 %", "+10 %", "+20 %")]
    busy = TEXT.partition("one of its two cores")[2].partition(". Say")[0]
    assert AMOUNT.findall(busy) == [shuffled["the other core busy", "+0 %", launches] for launches in ("3", "5", "10")]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\[[^\]]+\]\((?!http)([^)#]+)(?:#[^)]*)?\)", TEXT))))
def test_a_link_leads_to_a_file(link: str):
    assert (DOCS / link).is_file()
