"""What is installed is what was declared: metadata, pins, contents of the wheel, and the README's test command."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import os
import re
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from gpubench.backend import Backend
from gpubench.workload import Workload

DISTRIBUTION = "gpubench-suite"
PACKAGES = {"gpubench": "bench", "gpubench_workloads": "workloads", "gpubench_reports": "reports"}
KINDS = {"gpubench.backends": Backend, "gpubench.workloads": Workload, "pytest11": ModuleType}


@pytest.fixture(scope="session")
def pyproject(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def pins(repository: Path) -> dict[str, str]:
    lines = (repository / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in pairs}


def requirements(pyproject: dict[str, Any], *, groups: bool = True) -> list[Requirement]:
    """Everything that is declared, but the distribution's own extras."""
    project = pyproject["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    if groups:
        lists += pyproject["dependency-groups"].values()
    declared = [Requirement(text) for texts in lists for text in texts]
    return [requirement for requirement in declared if requirement.name != DISTRIBUTION]


def imported(folder: Path) -> Iterator[tuple[str, Path]]:
    """The top-level names that the Python files of a folder import, wherever the statement stands."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((alias.name.partition(".")[0], file) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0], file


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.skipif("GPUBENCH_TEST_INSTALLED" not in os.environ, reason="only a nox session installs the wheel")
def test_the_installed_wheel_is_what_is_tested(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).is_relative_to(sysconfig.get_path("purelib"))


def test_version_is_the_package_s_own() -> None:
    assert importlib.import_module("gpubench").__version__ == importlib.metadata.version(DISTRIBUTION)


def test_entry_points_are_those_declared_and_load(pyproject: dict[str, Any]) -> None:
    declared = {**pyproject["project"]["entry-points"], "console_scripts": pyproject["project"]["scripts"]}
    installed = importlib.metadata.distribution(DISTRIBUTION).entry_points
    for group, points in declared.items():
        assert {point.name: point.value for point in installed if point.group == group} == points
    assert {*KINDS, "gpubench.reports"} <= set(declared)
    for point in installed:
        value = point.load()
        kind = KINDS.get(point.group)
        assert isinstance(value, kind) if kind else callable(value), point


def test_extras_offer_each_framework_both_parquet_and_pytest() -> None:
    extras = importlib.metadata.metadata(DISTRIBUTION).get_all("Provides-Extra")
    assert extras is not None
    assert set(extras) >= {"torch", "tensorflow", "all", "parquet", "pytest"}


def test_every_requirement_is_pinned_within_its_bounds(pyproject: dict[str, Any], pins: dict[str, str]) -> None:
    declared = requirements(pyproject)
    assert {canonicalize_name(each.name) for each in declared} <= set(pins)
    refused = [f"{each}: {pins[canonicalize_name(each.name)]}" for each in declared if not _admits(each, pins)]
    assert refused == []


def test_pins_name_versions_and_no_build_of_one(pins: dict[str, str]) -> None:
    """`torch==2.13.0` takes the build for the CPU and the one for CUDA; a label or an address would take one only."""
    for name, version in pins.items():
        assert Version(version).local is None, name


def test_bounds_are_lower_bounds_and_nothing_else(pyproject: dict[str, Any]) -> None:
    """The `minimums` session turns each into a pin; and an upper bound would keep a user from a fixed release."""
    for requirement in requirements(pyproject, groups=False):
        assert [bound.operator for bound in requirement.specifier] == [">="], requirement


def test_what_is_imported_is_declared_and_what_is_declared_is_imported(
    repository: Path, pyproject: dict[str, Any]
) -> None:
    project = pyproject["project"]
    modules = {"nvidia-ml-py": "pynvml"}
    declared = {modules.get(each.name, each.name) for each in requirements(pyproject, groups=False)}
    foreign = {
        name: file.relative_to(repository)
        for folder in PACKAGES.values()
        for name, file in imported(repository / folder)
        if name not in sys.stdlib_module_names and name not in PACKAGES
    }
    carried = {"keras": "tensorflow"}  # TensorFlow requires Keras, and pandas writes Parquet through pyarrow
    undeclared = {name: file for name, file in foreign.items() if carried.get(name, name) not in declared}
    assert undeclared == {}
    always = {modules.get(Requirement(text).name, Requirement(text).name) for text in project["dependencies"]}
    assert always - set(foreign) == set(), "declared, and imported nowhere"


def test_the_readme_s_test_command_is_what_ci_runs(repository: Path) -> None:
    last = (repository / ".ci" / "run").read_text(encoding="utf-8").rstrip().splitlines()[-1]
    readme = [line.strip() for line in (repository / "README.md").read_text(encoding="utf-8").splitlines()]
    assert last.endswith("/nox")
    assert last in readme


@pytest.mark.parametrize("file", ["CONTRIBUTING.md", ".ci/run"])
def test_every_install_for_development_is_constrained(repository: Path, file: str) -> None:
    installs = re.findall(r"pip install .*", (repository / file).read_text(encoding="utf-8"))
    assert installs
    for command in installs:
        assert command.startswith("pip install -c constraints.txt "), command


@pytest.fixture(scope="session")
def dist() -> Path:
    if "GPUBENCH_TEST_DIST" not in os.environ:
        pytest.skip("only a nox session builds the distributions")
    return Path(os.environ["GPUBENCH_TEST_DIST"])


def test_wheel_holds_every_file_of_the_packages_and_nothing_else(dist: Path, repository: Path) -> None:
    (path,) = dist.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
        about = {name.partition(".dist-info/")[2] for name in wheel.namelist() if ".dist-info/" in name}
    assert held == {
        file.relative_to(repository / root).as_posix()
        for package, root in PACKAGES.items()
        for file in (repository / root / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {f"{package}/py.typed" for package in PACKAGES} <= held
    assert any(name.startswith("gpubench_reports/templates/") and name.endswith(".j2") for name in held)
    assert {"entry_points.txt", "licenses/LICENSE", "METADATA"} <= about


def test_source_distribution_can_be_tested(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as source:
        held = {name.partition("/")[2] for name in source.getnames()}
    assert {"noxfile.py", "constraints.txt", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"} <= held
    assert {
        "tests/conftest.py",
        "pyproject.toml",
        *(f"{root}/{name}/py.typed" for name, root in PACKAGES.items()),
    } <= held


def _admits(requirement: Requirement, pins: dict[str, str]) -> bool:
    return requirement.specifier.contains(pins[canonicalize_name(requirement.name)], prereleases=True)
