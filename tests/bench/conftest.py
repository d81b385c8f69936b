"""Stub libraries in place of NVIDIA's: found first by what is started with the folder on LD_LIBRARY_PATH."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
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
