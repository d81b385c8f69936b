"""What is checked before a change lands: `nox` runs lint, types and tests; CONTRIBUTING.md tells of each session.

Every session installs with pip under constraints.txt. The `virtualenv` and `venv` back ends of nox use pip; uv does
not read pip's configuration, where a machine may say which build of torch it wants.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "tests"]

ROOT = Path(__file__).parent
CONSTRAINTS = ROOT / "constraints.txt"
SOURCES = ("bench", "workloads", "reports")
PUBLIC_TYPES = ROOT / "tests" / "typing"
THIRD_PARTY = ROOT / "tests" / "third_party"
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
DEPENDENCIES: list[str] = PYPROJECT["project"]["dependencies"]
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]
JAX: list[str] = nox.project.load_toml(THIRD_PARTY / "pyproject.toml")["project"]["optional-dependencies"]["jax"]

CUDA_TORCH = "torch==2.14.1"
"""A version of which pip finds the package index's build, which is for CUDA, and no build for the CPU."""

SPREAD = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
"""Tests in as many processes as there are cores; those of one file share one, and with it their fixtures.

In the order in which tests/conftest.py puts them, long files first.
"""

FRAMEWORKS_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}


def group(*names: str) -> tuple[str, ...]:
    """The requirements of dependency groups."""
    return nox.project.dependency_groups(PYPROJECT, *names)


def scratch(session: nox.Session) -> Path:
    """A folder that lives with the session's environment.

    `session.create_tmp` would move TMPDIR, and with it every test's folder, into this repository, where a test of
    the configuration would find its pyproject.toml.
    """
    return Path(session.virtualenv.location)


def install(session: nox.Session, *requirements: str) -> None:
    """Install at the pinned versions."""
    session.install("--constraint", str(CONSTRAINTS), *requirements)


def install_wheel(session: nox.Session, extras: str) -> dict[str, str]:
    """Build the source distribution, from it the wheel, and install that; returns the environment for the tests.

    The tests then see what a user gets, not the tree. The wheel is installed by force, since a reused environment
    holds one of the same version.
    """
    install(session, *group("build"))
    dist = scratch(session) / "dist"
    for old in dist.glob("*"):
        old.unlink()
    session.run("python", "-m", "build", "--no-isolation", "--outdir", str(dist), silent=True)
    (wheel,) = dist.glob("*.whl")
    install(session, "--no-compile", f"{wheel}{extras}", *group("tests"))
    session.install("--force-reinstall", "--no-deps", str(wheel))
    # pip compiles on one core; a file of torch's tests needs a newer Python than the oldest, and is left
    compiled = ("compileall", "-q", "-j", "0", str(scratch(session) / "lib"))
    session.run("python", "-m", *compiled, silent=True, success_codes=[0, 1])
    return {"GPUBENCH_TEST_INSTALLED": "1", "GPUBENCH_TEST_DIST": str(dist), **FRAMEWORKS_QUIET}


def install_jax(session: nox.Session) -> dict[str, str]:
    """JAX in an environment of its own, for a backend from elsewhere; returns what tells the tests where it is."""
    place = scratch(session) / "jax"
    session.run("python", "-m", "venv", "--without-pip", str(place))
    python = str(place / "bin" / "python")
    pip = ("python", "-m", "pip", "--python", python)
    session.run(*pip, "install", "--quiet", "--no-compile", "--constraint", str(CONSTRAINTS), *JAX)
    return {"GPUBENCH_TEST_JAX": python}


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format and layers; imports nothing, so the packages' dependencies are not installed."""
    install(session, *group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", env={"PYTHONPATH": os.pathsep.join(SOURCES)})


@nox.session
def types(session: nox.Session) -> None:
    """mypy and pyright on the tree, against the real types of every dependency that has any.

    torch has, and is installed; TensorFlow and Keras have none and are left out, which saves most of the time. Nothing
    is compiled to bytecode, for nothing is imported.
    """
    install(session, "--no-compile", *DEPENDENCIES, *EXTRAS["torch"], *EXTRAS["pytest"], *group("types"))
    strangers = (PUBLIC_TYPES, THIRD_PARTY / "gpubench_third_party")
    checked = [*SOURCES, *(str(folder.relative_to(ROOT)) for folder in strangers)]
    session.run("mypy", *checked)
    session.run("pyright", *checked, env={"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"})


@nox.session
def tests(session: nox.Session) -> None:
    """The whole suite against the installed wheel, both frameworks and, beside them, JAX; arguments go on to pytest."""
    environment = install_wheel(session, "[all,parquet]") | install_jax(session)
    if session.posargs:
        session.run("pytest", *session.posargs, env=environment)
        return
    session.run("pytest", *SPREAD, "-m", "not alone", env=environment)
    session.run("pytest", "-m", "alone", env=environment)


@nox.session(default=False)
def benchmarks(session: nox.Session) -> None:
    """The harness's own speed, measured with pytest-benchmark: for a quiet machine."""
    environment = install_wheel(session, "[all,parquet]")
    arguments = session.posargs or ["tests/benchmarks"]
    session.run("pytest", "--benchmark-enable", "--benchmark-only", *arguments, env=environment)


@nox.session(default=False)
def validation(session: nox.Session) -> None:
    """Whether the method is right, on a quiet machine: launches into the pools, runs of the gate, and their page.

    25 minutes at most, and 40 for the gate. What is there is kept, and gone on from; arguments go to
    tests/validation/collect.py.
    """
    environment = install_wheel(session, "[all]")
    session.run("python", "tests/validation/collect.py", *session.posargs, env=environment)
    session.run("python", "tests/validation/gate.py", env=environment)
    session.run("python", "tests/validation/tables.py")


@nox.session(default=False)
def peers(session: nox.Session) -> None:
    """The harness beside other tools on the same calls, on a quiet machine; arguments go to tests/peers/session.py."""
    environment = install_wheel(session, "[all]")
    session.run("python", "tests/peers/session.py", *session.posargs, env=environment)
    session.run("python", "tests/validation/tables.py")


@nox.session(default=False)
def gallery(session: nox.Session) -> None:
    """Screenshots of reports, and docs/gallery.md, on a quiet machine; arguments go to tests/gallery/make.py."""
    environment = install_wheel(session, "[all]")
    session.run("python", "tests/gallery/make.py", *session.posargs, env=environment)


@nox.session(name="cuda-wheel", default=False)
def cuda_wheel(session: nox.Session) -> None:
    """Torch's build for CUDA in an environment of its own, 5 GB, and what it can show without a GPU."""
    pins = scratch(session) / "constraints.txt"
    pins.write_text("\n".join(_pins_without({"torch"})), encoding="utf-8")
    session.install("--constraint", str(pins), str(ROOT), CUDA_TORCH, *group("tests"))
    session.run("pytest", *(session.posargs or ["tests/cuda"]))


@nox.session(python="3.11", default=False)
def minimums(session: nox.Session) -> None:
    """The oldest Python and the lowest declared version of every dependency, with the tests that need no framework.

    The frameworks are exempt: which builds of torch can be had differs from machine to machine, and the newest
    build for CUDA weighs gigabytes.
    """
    bounds = (*DEPENDENCIES, *EXTRAS["parquet"], *EXTRAS["pytest"])
    lowest = [re.sub(">=", "==", requirement) for requirement in bounds]
    tools = scratch(session) / "constraints.txt"
    tools.write_text("\n".join(_pins_without(_names(lowest))), encoding="utf-8")
    session.install("--constraint", str(tools), *lowest, *group("tests", "build"))
    session.run("python", "-m", "pip", "list", "--format", "freeze")
    session.install("--no-build-isolation", "--no-deps", "--force-reinstall", str(ROOT))
    environment = {"GPUBENCH_TEST_INSTALLED": "1"}
    session.run("pytest", "-m", "not framework", *session.posargs, env=environment)


@nox.session(default=False)
def dev(session: nox.Session) -> None:
    """An environment to work in: the tree, editable, with both frameworks and every tool."""
    install(session, *group("build"))
    tools = group("lint", "types", "tests", "nox")
    install(session, "--no-build-isolation", "--editable", ".[all,parquet]", *tools)
    session.log(f"ready: source {Path(session.virtualenv.location) / 'bin' / 'activate'}")


@nox.session(default=False)
def constraints(session: nox.Session) -> None:
    """Write constraints.txt anew: the newest version of everything, but of torch, which is raised by hand."""
    (torch,) = (line for line in _pins() if line.startswith("torch=="))
    everything = (*DEPENDENCIES, *EXTRAS["tensorflow"], *EXTRAS["parquet"], *JAX)
    session.install(torch, *everything, *group("build", "lint", "types", "tests", "nox"))
    frozen = session.run("python", "-m", "pip", "freeze", "--all", "--exclude", "pip", silent=True)
    pins = [re.sub(r"\+.*", "", line) for line in str(frozen).splitlines() if "==" in line]
    comments = [line for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    CONSTRAINTS.write_text("\n".join([*comments, *pins, ""]), encoding="utf-8")


def _pins() -> list[str]:
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _names(requirements: Iterable[str]) -> set[str]:
    return {re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def _pins_without(names: set[str]) -> list[str]:
    return [pin for pin in _pins() if _names([pin]).isdisjoint(names)]
