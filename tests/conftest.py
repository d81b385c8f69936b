"""What every test may ask for. Nothing here imports a framework, pandas or gpubench itself."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]

pytest_plugins = ["pytester"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a framework or a GPU that is not here."""
    names = [name for marker in item.iter_markers("framework") for name in marker.args]
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if item.get_closest_marker("cuda") is not None and not _has_gpu():
        pytest.skip("no NVIDIA GPU: `nvidia-smi --list-gpus` names none")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: with several processes, the one that got such a file last would work on alone."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """What stays to the end is left out of garbage collections: measuring asks for one each time, of 0.3 s."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _frameworks_stay() -> Iterator[None]:
    """So is a framework that a file was the first to load."""
    before = {"tensorflow", "torch"} & sys.modules.keys()
    yield
    if {"tensorflow", "torch"} & sys.modules.keys() != before:
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What gpubench remembers of devices is none of the user's, and none of it is left behind.

    A pytest that a test starts is none of pytest-xdist's processes, though the test may be in one. And OpenMP's threads
    sleep while they wait: they would spin on the core that the test beside is to have.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.delenv("PYTEST_XDIST_WORKER", raising=False)
        patch.setenv("OMP_WAIT_POLICY", "passive")
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout that these tests lie in."""
    return REPOSITORY


@pytest.fixture(scope="session")
def mnist() -> Path:
    """A folder of real MNIST files (idx, gzipped or not, or mnist.npz)."""
    folder = Path(os.environ.get("GPUBENCH_TEST_MNIST") or REPOSITORY.parent / "shared" / "data" / "mnist")
    if not folder.is_dir():
        pytest.skip(f"no MNIST files in {folder}: name a folder that has them with GPUBENCH_TEST_MNIST")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The Chromium command, to show a report as a reader sees it."""
    command = shutil.which("chromium")
    if command is None:
        pytest.skip("no chromium on the PATH")
    return command


@pytest.fixture(scope="session")
def cxx() -> str:
    """The C++ compiler that torch.compile needs."""
    command = shutil.which("g++")
    if command is None:
        pytest.skip("no g++ on the PATH")
    return command


def _has_gpu() -> bool:
    command = shutil.which("nvidia-smi")
    if command is None:
        return False
    listed = subprocess.run([command, "--list-gpus"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and "GPU" in listed.stdout
