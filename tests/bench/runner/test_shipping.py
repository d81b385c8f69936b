"""A worker in another interpreter: it finds gpubench and the plug-ins there, and nothing else of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gpubench.runner.progress import Silent
from gpubench.runner.run import measure
from gpubench.runner.shipping import Shipment


@pytest.fixture(scope="module")
def foreign(tmp_path_factory) -> Path:
    """An interpreter that has NumPy and nothing else, as an environment of a framework has it without gpubench."""
    folder = tmp_path_factory.mktemp("foreign")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    numpy = Path(np.__file__).parent
    (folder / "packages").mkdir()
    for part in (numpy, *numpy.parent.glob("numpy.libs")):
        (folder / "packages" / part.name).symlink_to(part)
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "numpy.pth").write_text(f"{folder / 'packages'}\n")
    return folder / "venv" / "bin" / "python"


def imported(python: Path, path: str, *names: str) -> list[str]:
    """Which of the modules an interpreter finds with a folder on its path."""
    script = f"import importlib.util as u; print(*[name for name in {names!r} if u.find_spec(name)])"
    done = subprocess.run(
        [python, "-P", "-c", script], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_gpubench_and_the_workloads_are_shipped_and_our_environment_is_not(foreign):
    shipment = Shipment()
    names = ("gpubench", "gpubench_workloads", "numpy", "click", "msgspec", "pandas", "torch", "tensorflow")
    assert imported(foreign, "", *names) == ["numpy"]
    assert imported(foreign, shipment.path(), *names) == ["gpubench", "gpubench_workloads", "numpy"]
    shipment.close()


def test_a_shipment_is_made_once_and_removed():
    shipment = Shipment()
    folder = Path(shipment.path())
    assert shipment.path() == str(folder)
    assert folder.is_dir()
    shipment.close()
    shipment.close()
    assert not folder.exists()


def test_removing_a_shipment_leaves_the_packages_alone():
    import gpubench

    shipment = Shipment()
    shipment.path()
    shipment.close()
    assert Path(gpubench.__file__).is_file()


def test_a_cell_is_measured_in_another_interpreter(foreign, prepared, tmp_path, monkeypatch):
    """The user's own PYTHONPATH is for this interpreter, not for that one."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "numpy.py").write_text("raise RuntimeError('the wrong one')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "mine"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    made = prepared(sizes=("4",), launches=1, max_time_s=0.01, interpreters={"toy": str(foreign)})
    results = measure(made, tmp_path / "run", [], Silent())
    assert [(one.status, one.backend_version) for one in results.launch_records] == [("ok", np.__version__)] * 2
    assert list((tmp_path / "temporary").iterdir()) == []
