"""Who may know whom, where the import linter can't say it: what loads at run time, what is allowed, who is named."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

HEAVY = {"torch", "tensorflow", "keras", "jax", "pandas", "matplotlib", "scipy"}
IN_A_WORKER = (
    "addition.py", "backend.py", "errors.py", "interface.py", "pluginfile.py", "plugins.py", "renderer.py",
    "session.py", "workload.py", "backends", "worker",
)  # fmt: skip
OFFERED_TO_WORKLOADS = {"gpubench", "gpubench.errors", "gpubench.session", "gpubench.workload"}

# Writes the names of the modules that running or importing something has loaded, beyond what a bare start loads. What
# has no spec was not imported: extension modules keep their state in such (Cython's `cython_runtime`).
_WATCH = """
import importlib, json, runpy, sys
before = set(sys.modules)
out, *what = sys.argv[1:]
try:
    if what[0] == "import":
        for name in what[1:]:
            importlib.import_module(name)
    else:
        sys.argv = ["gpubench", *what[1:]]
        runpy.run_module("gpubench", run_name="__main__", alter_sys=True)
finally:
    with open(out, "w", encoding="utf-8") as file:
        new = sorted(set(sys.modules) - before)
        json.dump([name for name in new if getattr(sys.modules[name], "__spec__", None)], file)
"""


def loaded(folder: Path, *what: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter loads to run a command or to import modules."""
    out = folder / "modules.json"
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, str(out), *what], capture_output=True, text=True, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(out.read_text(encoding="utf-8"))}


def package(name: str) -> Path:
    """Where the package that is tested lies."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def trees(*places: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Each Python file in the places, parsed."""
    for place in places:
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            yield file, ast.parse(file.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module that a file imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def backend_names(repository: Path) -> set[str]:
    """The backends that ship, as packaging names them."""
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return set(project["entry-points"]["gpubench.backends"])


@pytest.mark.parametrize("arguments", ["--help", "--version", "list workloads", "run --help", "list --help"])
def test_a_quick_command_loads_nothing_heavy(arguments: str, tmp_path: Path) -> None:
    names = loaded(tmp_path, "run", *arguments.split())
    assert "gpubench" in names
    assert names & HEAVY == set()


def test_importing_gpubench_loads_nothing_but_itself(tmp_path: Path) -> None:
    assert loaded(tmp_path, "import", "gpubench") <= {"gpubench", *sys.stdlib_module_names}


def test_the_parent_that_launches_loads_nothing_heavy(tmp_path: Path) -> None:
    names = [f"gpubench.runner.{file.stem}" for file in package("gpubench").glob("runner/[!_]*.py")]
    assert names
    assert loaded(tmp_path, "import", *names) & HEAVY == set()


def test_a_worker_loads_numpy_and_nothing_else_before_its_framework(tmp_path: Path) -> None:
    root = package("gpubench")
    names = [f"gpubench.worker.{file.stem}" for file in root.glob("worker/[!_]*.py")]
    names += [f"gpubench.backends.{folder.parent.name}" for folder in root.glob("backends/*/__init__.py")]
    names += [f"gpubench_workloads.{file.stem}" for file in package("gpubench_workloads").glob("[!_]*.py")]
    assert loaded(tmp_path, "import", *names) <= {"gpubench", "gpubench_workloads", "numpy", *sys.stdlib_module_names}


def test_what_runs_in_a_worker_imports_only_what_a_bare_interpreter_of_its_framework_has() -> None:
    """A worker may run in an interpreter that has the framework and NumPy, and nothing of gpubench's dependencies."""
    root = package("gpubench")
    allowed = {"gpubench", "gpubench_workloads", "numpy", *sys.stdlib_module_names}
    frameworks = {"torch": {"torch"}, "tensorflow": {"tensorflow", "keras"}}
    found = {}
    workloads = package("gpubench_workloads")
    for file, tree in trees(*(root / part for part in IN_A_WORKER), workloads):
        own = [names for part, names in frameworks.items() if file.is_relative_to(root / "backends" / part)]
        if file.is_relative_to(workloads):
            own = list(frameworks.values())  # a workload has builders for every framework
        foreign = {name for name in imports(tree) if name.partition(".")[0] not in allowed.union(*own)}
        if foreign:
            found[str(file)] = foreign
    assert found == {}


def test_workloads_use_only_what_their_authors_are_offered() -> None:
    found = {}
    for file, tree in trees(package("gpubench_workloads")):
        ours = {name for name in imports(tree) if name.partition(".")[0] == "gpubench"}
        hidden = {name for name in ours - OFFERED_TO_WORKLOADS if not name.startswith("gpubench.backends.")}
        if hidden:
            found[str(file)] = hidden
    assert found == {}


def test_no_backend_is_named_outside_its_own_module(repository: Path) -> None:
    """So that a third party's backend is served like those that ship."""
    names = backend_names(repository)
    assert names
    found: list[str] = []
    backends = package("gpubench") / "backends"
    for file, tree in trees(package("gpubench"), package("gpubench_reports")):
        if file.is_relative_to(backends):
            continue
        found += [
            f"{file}:{node.lineno}: {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names
        ]
    assert found == []


def test_a_heavy_module_would_be_seen(tmp_path: Path) -> None:
    assert "scipy" in loaded(tmp_path, "import", "scipy")
