"""Two checkouts: what of one lies where in the other, by whatever means Python finds it."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from gpubench.errors import UsageError
from gpubench.runner.trees import Trees, python_path


@pytest.fixture
def trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trees:
    """The current folder, which has a package, and one beside it."""
    for name in ("here", "there"):
        (tmp_path / name / "src" / "flow").mkdir(parents=True)
        (tmp_path / name / "src" / "flow" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path / "here")
    return Trees.of(Path("../there"))


@pytest.fixture
def installed(trees: Trees, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Notes, as an installer does, that flow came from a place."""

    def noted(url: str = "", *, editable: bool) -> None:
        info = tmp_path / "site-packages" / "flow-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Name: flow\nVersion: 1\n", encoding="utf-8")
        (info / "top_level.txt").write_text("flow\n", encoding="utf-8")
        told = {"url": url, "dir_info": {"editable": True} if editable else {}}
        if url:  # what comes from an index has none
            (info / "direct_url.json").write_text(json.dumps(told), encoding="utf-8")
        monkeypatch.syspath_prepend(info.parent)

    return noted


def test_what_lies_here_lies_there_at_the_same_path(trees):
    assert trees.counterpart(trees.here / "bench" / "work.py") == trees.there / "bench" / "work.py"
    assert trees.counterpart("work.py") == trees.there / "work.py"
    assert trees.counterpart(trees.here) == trees.there
    assert trees.counterpart(trees.there / "work.py") is None
    assert trees.counterpart(f"{trees.here}-other/work.py") is None


def test_a_checkout_inside_the_other_is_none_of_it(trees):
    inner = Trees(trees.here, trees.here / "base")
    assert inner.counterpart("base/work.py") is None
    assert inner.counterpart("work.py") == trees.here / "base" / "work.py"
    outer = Trees(trees.here / "head", trees.here)
    assert outer.counterpart("head/work.py") == trees.here / "work.py"
    assert outer.counterpart("work.py") is None


@pytest.mark.parametrize("inside", [".venv/lib/python3.11/site-packages", "tf-env/lib/python3/dist-packages/numpy"])
def test_an_environment_in_a_checkout_is_none_of_it(trees, inside):
    assert trees.counterpart(inside) is None


def test_nor_is_the_environment_that_this_is(trees, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(trees.here / ".venv"))
    assert trees.counterpart(".venv/bin") is None


def test_packages_on_the_path_are_found_there_first(trees, monkeypatch):
    assert trees.import_roots() == []
    monkeypatch.syspath_prepend(trees.here / "src")
    assert trees.import_roots() == [trees.there / "src"]
    monkeypatch.setenv("PYTHONPATH", f"{trees.here}/lib:{trees.here}/src:/elsewhere")
    assert python_path(trees, imports=True) == f"{trees.there}/src:{trees.there}/lib:/elsewhere"
    assert python_path(trees, imports=False) == f"{trees.there}/lib:{trees.there}/src:/elsewhere"
    assert python_path(None, imports=True) == f"{trees.here}/lib:{trees.here}/src:/elsewhere"


def test_an_editable_install_that_has_no_path_is_found_by_its_name(trees, installed, monkeypatch):
    file = trees.here / "src" / "flow" / "__init__.py"

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name != "flow":
                return None
            return importlib.util.spec_from_file_location(name, file, submodule_search_locations=[str(file.parent)])

    installed(trees.here.as_uri(), editable=True)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    assert trees.import_roots() == [trees.there / "src"]
    trees.refuse_copies()


@pytest.mark.parametrize("inside", ["", "/dist/flow-1-py3-none-any.whl"])
def test_a_copy_is_refused_since_both_sides_would_measure_it(trees, installed, inside):
    installed(trees.here.as_uri() + inside, editable=False)
    with pytest.raises(UsageError, match=r"flow is what lies in .*/here, and is installed as a copy: both") as refused:
        trees.refuse_copies()
    assert "pip install -e ." in refused.value.hint


def test_a_copy_of_something_else_is_not(trees, installed, tmp_path):
    installed(f"{tmp_path.as_uri()}/elsewhere", editable=False)
    trees.refuse_copies()


def test_a_copy_of_the_project_that_came_from_an_index_is_one_too(trees, installed):
    installed(editable=False)
    trees.refuse_copies()
    (trees.here / "pyproject.toml").write_text("[project]\nname = 'Flow'\n", encoding="utf-8")
    with pytest.raises(UsageError, match="flow is what lies in"):
        trees.refuse_copies()


def test_a_project_that_is_used_where_it_lies_is_none(trees, monkeypatch):
    """As `setup.py develop` and a PYTHONPATH leave it."""
    info = trees.here / "src" / "flow.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: flow\nVersion: 1\n", encoding="utf-8")
    (trees.here / "pyproject.toml").write_text("[project]\nname = 'flow'\n", encoding="utf-8")
    monkeypatch.syspath_prepend(trees.here / "src")
    trees.refuse_copies()
    assert trees.import_roots() == [trees.there / "src"]
