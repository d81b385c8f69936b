"""Stub libraries in place of NVIDIA's (found first, with their folder on LD_LIBRARY_PATH), and plug-ins to find."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent / "stubs"


@pytest.fixture(scope="session")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compiles a source in stubs/ into a shared library of that name, with further flags; returns its folder."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler on the PATH: neither gcc nor cc")

    def made(source: str, library: str, *flags: str) -> Path:
        folder = tmp_path_factory.mktemp("stub", numbered=True)
        made_as = ["-shared", "-fPIC", "-Wl,-Bsymbolic", f"-Wl,-soname,{library}", "-o", folder / library]
        command = [compiler, *flags, *made_as, SOURCES / source]
        subprocess.run(command, check=True)
        return folder

    return made


@pytest.fixture(scope="session")
def stub_libcuda(stub: Callable[..., Path]) -> Path:
    """The folder of a driver's library that the environment tells how to behave: see stubs/libcuda.c."""
    return stub("libcuda.c", "libcuda.so.1")


@pytest.fixture(scope="session")
def stub_nvml(stub: Callable[..., Path]) -> Path:
    """The folder of an NVML that the environment tells how to behave: see stubs/libnvidia_ml.c."""
    return stub("libnvidia_ml.c", "libnvidia-ml.so.1")


@pytest.fixture
def driver(stub_libcuda: Path, stub_nvml: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives this process's children a driver; keywords are further environment variables, without their STUB_."""

    def installed(**how: object) -> None:
        monkeypatch.setenv("LD_LIBRARY_PATH", f"{stub_libcuda}:{stub_nvml}")
        for name, value in how.items():
            monkeypatch.setenv(name if name.startswith("CUDA_VISIBLE") else f"STUB_{name}", str(value))

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return installed


DECLARED = """
from __future__ import annotations
from dataclasses import dataclass
from gpubench.workload import Workload

@dataclass(frozen=True)
class Params:
    n: int = 1

def at(name):
    return Workload(name=name, sizes={"smoke": Params()}, axis="n", builders={}, summary="a test")
"""


@pytest.fixture
def modules() -> Iterator[None]:
    """Forget the modules that a test's plug-ins brought."""
    before, path = set(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - before:
        if name.startswith(("gpubench_plugin_", "someones_")):
            del sys.modules[name]


@pytest.fixture
def declare(tmp_path: Path, modules: None) -> Callable[..., Path]:
    """Writes a plug-in file: what it needs to declare workloads, and the lines given."""

    def written(*lines: str, name: str = "plugin.py") -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(DECLARED + "\n".join(lines) + "\n", encoding="utf-8")
        return file

    return written


@pytest.fixture
def install(tmp_path: Path, modules: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Installs a distribution with one module and one entry point to it."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def installed(distribution: str, group: str, entry: str, *lines: str) -> None:
        module = f"someones_{distribution}"
        (site / f"{module}.py").write_text(DECLARED + "\n".join(lines) + "\n", encoding="utf-8")
        info = site / f"{distribution}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[{group}]\n{entry} = {module}:it\n", encoding="utf-8")
        importlib.invalidate_caches()

    return installed
