"""The guides in docs/ can be followed: their files are written, their commands and programs run, in their order.

A block of Python whose first line is a docstring that begins with a file's name is that file; any other is a program. A
block of TOML is a package's pyproject.toml. As for the README, the environment makes the commands small.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from gpubench.interface import refusal
from gpubench.plugins import BACKENDS, REPORTS, WORKLOADS

pytestmark = pytest.mark.long

DOCS = Path(__file__).parents[1] / "docs"
GUIDES = ("write-a-workload", "write-a-backend", "write-a-report", "results-file", "python")
SMALL = {
    "GPUBENCH_SIZE": "smoke", "GPUBENCH_LAUNCHES": "1", "GPUBENCH_MAX_TIME": "0.02", "GPUBENCH_PROGRESS": "none",
}  # fmt: skip
QUICK_MODES = {"GPUBENCH_MODE": "eager,graph"}  # the compiled ones take minutes; the README's `check` has them
LESS = {
    # command: what of the environment makes it smaller still
    "gpubench check dense_relu.py": QUICK_MODES,
    "gpubench check regression.py --size smoke": QUICK_MODES,
    "gpubench run regression --plugin regression.py --size smoke,small": {"GPUBENCH_BACKEND": "torch"},
    "gpubench run dense_relu --plugin dense_relu.py --size smoke --python tensorflow=tf-env/bin/python": {
        "GPUBENCH_BACKEND": "tensorflow"
    },
    "gpubench run matmul --plugin numpy_backend.py --size smoke,small": {"GPUBENCH_BACKEND": "numpy,torch"},
    "gpubench run matmul --size smoke": {"GPUBENCH_BACKEND": "torch"},
}


@dataclass(frozen=True)
class Block:
    """A fenced block of a guide."""

    guide: str
    language: str
    text: str

    @property
    def file(self) -> str:
        """The file that it is; empty for a program."""
        named = re.match(r'"""(\w+\.py): ', self.text)
        return named[1] if named else ""

    @property
    def commands(self) -> list[str]:
        """What a reader types, without comments."""
        return [line.partition("  #")[0].strip() for line in self.text.splitlines() if line.strip()]


def text_of(guide: str) -> str:
    return (DOCS / f"{guide}.md").read_text(encoding="utf-8")


def blocks_of(guide: str) -> list[Block]:
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text_of(guide), flags=re.DOTALL | re.MULTILINE)
    return [Block(guide, language, text) for language, text in found]


BLOCKS = [block for guide in GUIDES for block in blocks_of(guide)]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, **SMALL, **LESS.get(command, {}), "PATH": path, "PYTHONPATH": str(folder)}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def follow(guide: str, folder: Path) -> list[str]:
    """Do what a guide says, from its first block to its last; returns what its commands and programs printed."""
    printed = []
    (folder / "tf-env").symlink_to(sys.prefix)
    for block in blocks_of(guide):
        if block.language == "sh":
            commands = block.commands
        elif block.language == "python" and block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
            commands = []
        elif block.language == "python":
            (folder / "program.py").write_text(block.text, encoding="utf-8")
            commands = [f'"{sys.executable}" -W error program.py']
        else:
            commands = []
        for command in commands:
            done = run(command, folder)
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            assert "Traceback" not in done.stderr
            printed.append(done.stdout + done.stderr)
    return printed


@pytest.mark.framework("torch", "tensorflow")
def test_from_an_empty_folder_to_checked_workloads_in_a_report(tmp_path: Path) -> None:
    """What `gpubench new` writes passes `gpubench check` for real, and so does the training step."""
    printed = follow("write-a-workload", tmp_path)
    checks = [text for text in printed if "nothing is wrong" in text]
    assert len(checks) == 2
    for text in checks:
        assert {line.split()[0] for line in text.splitlines() if line.startswith(("FAIL", "warn"))} <= {"warn"}
        assert "pass  torch cpu" in text
        assert "pass  tensorflow cpu" in text
    assert "recipe" in checks[1]
    reports = sorted((tmp_path / "gpubench-results").glob("*/report.html"))
    assert len(reports) == 3
    page = reports[0].read_text(encoding="utf-8")
    assert "dense_relu" in page
    assert "torch" in page
    assert "tensorflow" in page


@pytest.mark.framework("torch", "tensorflow")
def test_a_backend_stands_in_a_report_beside_those_that_ship(tmp_path: Path) -> None:
    printed = follow("write-a-backend", tmp_path)
    assert "pass  numpy cpu n=64 shape=square float32 eager: inputs, build, call, output" in printed[0]
    assert "numpy" in printed[2]
    (page,) = (tmp_path / "gpubench-results").glob("*/report.html")
    assert "numpy" in page.read_text(encoding="utf-8")


@pytest.mark.framework("torch", "tensorflow")
def test_a_report_draws_the_findings_of_a_run(tmp_path: Path) -> None:
    printed = follow("write-a-report", tmp_path)
    assert re.search(r"^matmul: \w+ is \d+\.\d\d times as fast as \w+$", printed[1], flags=re.MULTILINE)
    (written,) = tmp_path.glob("gpubench-results/*/speedups.txt")
    assert written.read_text(encoding="utf-8") == (tmp_path / "speedups.txt").read_text(encoding="utf-8")
    assert "speedups           Write `speedups.txt` into a folder (" in printed[3]


@pytest.mark.framework("torch", "tensorflow")
def test_the_results_file_is_read_as_the_page_says(tmp_path: Path) -> None:
    printed = follow("results-file", tmp_path)
    assert re.search(r"^matmul 64 torch cpu \d+\.\d µs$", printed[2], flags=re.MULTILINE)
    assert "Launch" in printed[3]


@pytest.mark.framework("torch", "tensorflow")
def test_everything_can_be_done_from_python(tmp_path: Path) -> None:
    measured, frames, findings, compared, written, refused = follow("python", tmp_path)
    assert measured == "a-run/results.jsonl True\n"
    assert frames.count("tensorflow") >= 3
    assert " over " in findings or "faster" in findings or "no difference" in findings
    assert re.search(r"^\{.*'(FASTER|SLOWER|SAME|INCONCLUSIVE)': \d", compared, flags=re.MULTILINE)
    assert written.split() == ["both/report.html", "both/report.md"]
    assert refused.startswith("2\nthere is no workload 'matmull'; did you mean 'matmul'?\n")


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.language == "toml"], ids=lambda block: block.guide
)
def test_a_package_publishes_under_groups_that_there_are(block: Block) -> None:
    project = tomllib.loads(block.text)["project"]
    assert project["dependencies"] == ["gpubench-suite"]
    groups = project["entry-points"]
    assert set(groups) <= {WORKLOADS, BACKENDS, REPORTS}
    files = {other.file.removesuffix(".py"): other.text for other in blocks_of(block.guide) if other.file}
    for targets in groups.values():
        for target in targets.values():
            module, _, name = target.rpartition(":")
            text = files.get(module.rpartition(".")[2])
            assert text is None or re.search(rf"^(def )?{name}\b", text, flags=re.MULTILINE)


def test_the_version_that_a_guide_declares_is_served() -> None:
    declared = re.findall(r'^GPUBENCH_INTERFACE = "(.*)"$', text_of("write-a-workload"), flags=re.MULTILINE)
    assert declared
    assert [refusal(version) for version in declared] == [""] * len(declared)


def test_the_guides_have_no_block_that_nothing_tests() -> None:
    assert {block.language for block in BLOCKS} <= {"sh", "python", "toml", "text"}
    commands = [command for block in BLOCKS if block.language == "sh" for command in block.commands]
    assert all(command.startswith("gpubench ") for command in commands)
    assert set(LESS) <= set(commands)


@pytest.mark.parametrize("guide", GUIDES)
def test_links_lead_to_files_and_headings(guide: str) -> None:
    for link in re.findall(r"\]\((?!http)([^)]+)\)", text_of(guide)):
        file, _, heading = link.partition("#")
        target = (DOCS / file) if file else DOCS / f"{guide}.md"
        assert target.is_file(), link
        titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
        anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
        assert not heading or heading in anchors, link


@pytest.mark.parametrize("guide", GUIDES)
def test_the_readme_leads_to_every_guide(guide: str, repository: Path) -> None:
    assert f"(docs/{guide}.md)" in (repository / "README.md").read_text(encoding="utf-8")
