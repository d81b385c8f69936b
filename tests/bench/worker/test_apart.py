"""Whether a process loaded code of a checkout that it must not measure."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from gpubench.worker.apart import belongs, mixed_up


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Loads a module from a file."""

    def module(file: Path, *, lazily: bool = False) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("import sys\nsys.gpubench_executed = True\n", encoding="utf-8")
        spec = importlib.util.spec_from_file_location("flow_of_somebody", file)
        assert spec is not None
        assert spec.loader is not None
        spec.loader = importlib.util.LazyLoader(spec.loader) if lazily else spec.loader
        made = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, made)
        monkeypatch.delattr(sys, "gpubench_executed", raising=False)
        spec.loader.exec_module(made)

    return module


def test_code_of_the_other_checkout_is_told_with_its_file(loaded, tmp_path):
    loaded(tmp_path / "other" / "flow.py")
    said = mixed_up(f"{tmp_path}/other", f"{tmp_path}/own")
    assert said.startswith(f"flow_of_somebody was loaded from {tmp_path}/other/flow.py, which is the other side's code")
    assert mixed_up(f"{tmp_path}/own", f"{tmp_path}/other") == ""


def test_code_of_a_checkout_inside_the_other_is_its_own(loaded, tmp_path):
    loaded(tmp_path / "other" / "base" / "flow.py")
    assert mixed_up(f"{tmp_path}/other", f"{tmp_path}/other/base") == ""


def test_what_an_environment_below_a_checkout_holds_is_nobodys(loaded, tmp_path):
    loaded(tmp_path / "other" / ".venv" / "lib" / "site-packages" / "flow.py")
    assert mixed_up(f"{tmp_path}/other", f"{tmp_path}/own") == ""


def test_a_module_that_waits_to_be_loaded_still_waits(loaded, tmp_path):
    loaded(tmp_path / "elsewhere" / "flow.py", lazily=True)
    assert mixed_up(f"{tmp_path}/other", f"{tmp_path}/own") == ""
    assert not hasattr(sys, "gpubench_executed")


def test_a_folder_whose_name_begins_alike_is_another():
    assert belongs("/p/other/flow.py", "/p/other", "/p/own")
    assert not belongs("/p/other-2/flow.py", "/p/other", "/p/own")
