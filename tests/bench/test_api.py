"""The verbs of a notebook: a whole run on the toy backend, in real workers, and its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

import gpubench
from gpubench.errors import PluginError, ReportError, ResultsError, StorageError, UsageError
from gpubench.results.results import Results

TOYS = str(Path(__file__).parent / "plugins" / "toy.py")
QUICK: dict[str, Any] = {
    "backends": ["toy"], "devices": ["cpu"], "plugins": (TOYS,), "launches": 1, "max_time_s": 0.01,
}  # fmt: skip


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """One cell and its A/A partner, one of them by a number and its parameter by a value that is no text."""
    folder = tmp_path_factory.mktemp("api") / "run"
    return gpubench.run(["doubling"], sizes=[8], params={"fault": ["none"]}, out=folder, **QUICK)


def test_a_run_is_measured_stored_and_returned(measured: Results) -> None:
    cells = measured.cells()
    assert measured.complete
    assert list(cells["status"]) == ["ok", "ok"]
    assert list(cells["size"]) == [8, 8]
    assert (cells["step_s"] > 0).all()
    assert measured.path.name == "results.jsonl"
    assert measured.run.command == ["gpubench.run"]
    assert measured.run.selection["sizes"] == ["8"]  # as the command line would have it
    assert gpubench.load(measured.path.parent).cells().equals(cells)


def test_nothing_lies_in_the_run_folder_but_the_run(measured: Results) -> None:
    assert {file.name for file in measured.path.parent.iterdir()} <= {"results.jsonl", ".lock", "report.html", "plots"}


def test_one_text_alone_is_one_name_and_not_its_letters() -> None:
    with pytest.raises(UsageError, match="there is no workload 'dubling'; did you mean 'doubling'"):
        gpubench.run("dubling", **QUICK)
    with pytest.raises(UsageError, match=r"^--size smal: "):
        gpubench.run("doubling", sizes="smal", **QUICK)
    with pytest.raises(UsageError, match=r"^--param n=huge: "):
        gpubench.run("doubling", params={"n": "huge"}, **QUICK)


def test_a_run_does_not_overwrite_another(measured: Results) -> None:
    with pytest.raises(UsageError, match="holds a run already"):
        gpubench.run(["doubling"], out=measured.path.parent, **QUICK)


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="launchs"):
        gpubench.run(["doubling"], launchs=1)


def test_a_report_goes_where_it_is_told(measured: Results, tmp_path: Path) -> None:
    written = gpubench.report(measured, tmp_path / "out")
    assert tmp_path / "out" / "report.html" in written
    assert all(file.is_file() for file in written)
    assert "doubling" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """One renderer that is quick, in place of those that are installed."""
    from gpubench.plugins import Found, Plugin

    def render(findings: object, folder: Path) -> list[Path]:
        (folder / "words.txt").write_text("found", encoding="utf-8")
        return [folder / "words.txt"]

    found = Found({"words": Plugin("words", render, "", "")})
    monkeypatch.setattr("gpubench.rendering.find_reports", lambda *_: found)


@pytest.mark.usefixtures("pretended")
def test_a_report_goes_beside_its_run_by_default(measured: Results) -> None:
    for run in (measured, measured.path, str(measured.path.parent), [measured]):
        assert gpubench.report(run) == [measured.path.parent / "words.txt"]
    (measured.path.parent / "words.txt").unlink()


@pytest.mark.usefixtures("pretended")
def test_a_report_of_several_runs_goes_to_a_folder_of_its_own(
    measured: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = replace(measured, run=msgspec.structs.replace(measured.run, run_id="another"))
    assert gpubench.report([other, measured.path]) == [Path("gpubench-report/words.txt")]
    assert (tmp_path / "gpubench-report" / "words.txt").is_file()


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_report_that_cannot_be_written_says_so(place: str, measured: Results, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=f"cannot write the report to {tmp_path / place}: ") as refusal:
        gpubench.report(measured, tmp_path / place)
    assert refusal.value.exit_code == 74


def test_no_report_without_a_renderer(measured: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    from gpubench.plugins import Found

    monkeypatch.setattr("gpubench.rendering.find_reports", lambda *_: Found(broken={"html": "ImportError: no Jinja"}))
    with pytest.raises(PluginError, match="there is no report renderer: ImportError: no Jinja"):
        gpubench.report(measured)


@pytest.mark.usefixtures("pretended")
def test_a_report_of_somebody_else_that_fails_is_called_theirs_and_stops_no_other(
    measured: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gpubench import rendering
    from gpubench.plugins import Found, Plugin

    def fail(findings: object, folder: Path) -> list[Path]:
        raise ZeroDivisionError("no rows")

    words = rendering.find_reports().plugins["words"]
    found = Found({"theirs": Plugin("theirs", fail, "pdf:fail", "pdf 1.5"), "words": words})
    monkeypatch.setattr("gpubench.rendering.find_reports", lambda *_: found)
    with pytest.raises(ReportError, match=r"'theirs' of pdf 1\.5 failed: ZeroDivisionError: no rows") as error:
        gpubench.report(measured, tmp_path)
    assert error.value.written == [tmp_path / "words.txt"]
    assert error.value.exit_code == 2
    ours = Plugin("html", fail, "gpubench_reports.html:render", "gpubench-suite 0.1.0")
    monkeypatch.setattr("gpubench.rendering.find_reports", lambda *_: Found({"html": ours, "words": words}))
    with pytest.raises(ZeroDivisionError):
        gpubench.report(measured, tmp_path)


def test_findings_are_what_a_report_draws(measured: Results) -> None:
    said = gpubench.findings(measured)
    assert [cell.case.workload for cell in said.cells] == ["doubling"]
    assert gpubench.findings(measured.path).cells == said.cells
    with pytest.raises(UsageError, match="no run was given"):
        gpubench.findings([])


def test_a_report_of_nothing_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no run was given"):
        gpubench.report([])
    assert list(tmp_path.iterdir()) == []


def test_a_report_of_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="is no run"):
        gpubench.report(tmp_path / "none")


def test_the_public_names_are_there() -> None:
    for name in gpubench.__all__:
        assert getattr(gpubench, name) is not None
    assert set(gpubench.__all__) <= set(dir(gpubench))
    verbs, values = (
        {"run", "load", "findings", "report", "compare"},
        {"Workload", "Work", "Session", "Step", "Addition"},
    )
    assert verbs | values | {"INTERFACE"} <= set(gpubench.__all__)
    with pytest.raises(AttributeError, match="module 'gpubench' has no attribute 'benchmark'"):
        _ = gpubench.benchmark
