"""A selection made possible or refused, and the folder that its run goes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpubench.errors import UnavailableError, UsageError
from gpubench.runner.prepared import prepare
from gpubench.runner.run import new_run
from gpubench.selection import PRESETS, Selection


def test_the_presets_limits_hold_where_none_are_typed(prepared):
    plain = prepared(preset="standard")
    assert (plain.launches, plain.max_time_s) == (PRESETS["standard"].launches, PRESETS["standard"].max_time_s)
    typed = prepared(preset="standard", launches=1, max_time_s=0.01)
    assert (typed.launches, typed.max_time_s) == (1, 0.01)


def test_the_run_record_holds_what_was_asked(prepared, tmp_path):
    made = prepared(sizes=("1",), seed=9, timeout_s=3.0, launches=2, max_time_s=0.5)
    run, folder = new_run(made, tmp_path / "new", ["gpubench", "run"])
    assert folder == tmp_path / "new"
    assert (run.command, run.seed, run.timeout_s, run.launches, run.max_time_s) == (["gpubench", "run"], 9, 3.0, 2, 0.5)
    assert Selection.of(run.selection) == made.selection
    assert run.summaries == {"doubling": made.catalogue.workloads["doubling"].value.summary}
    assert run.accelerators == {"toy": ["toy"]}


def test_without_a_folder_a_run_goes_below_gpubench_results(prepared, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run, folder = new_run(prepared(), None, [])
    assert folder == Path("gpubench-results") / run.run_id


@pytest.mark.parametrize(
    ("occupy", "message"),
    [
        (lambda folder: (folder.mkdir(), (folder / "results.jsonl").touch()), "holds a run already"),
        (lambda folder: (folder.mkdir(), (folder / "thesis.tex").touch()), "is not empty"),
        (lambda folder: folder.touch(), "is a file"),
    ],
    ids=["a run", "something", "a file"],
)
def test_a_folder_that_holds_something_is_refused(prepared, tmp_path, occupy, message: str):
    occupy(tmp_path / "out")
    with pytest.raises(UsageError, match=message):
        new_run(prepared(), tmp_path / "out", [])


def test_an_empty_folder_is_taken(prepared, tmp_path):
    assert new_run(prepared(), tmp_path, [])[1] == tmp_path


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"preset": "slow"}, UsageError, "there is no preset 'slow'"),
        ({"workloads": ("doubeling",)}, UsageError, "there is no workload 'doubeling'; did you mean 'doubling'"),
        ({"backends": ("toi",)}, UsageError, "there is no backend 'toi'; did you mean 'toy'"),
        ({"interpreters": {"toi": "python"}}, UsageError, "toi"),
        ({"devices": ("toy",)}, UnavailableError, "there is no device 'toy' here: no toy is plugged in"),
        ({"require": ("toy:3",)}, UnavailableError, "there is no device 'toy:3' here"),
        ({"plugins": ("/no/such/plugin.py",)}, UsageError, "there is no such file"),
    ],
)
def test_an_impossible_selection_is_refused_before_anything_is_measured(prepared, fields, error, message: str):
    with pytest.raises(error, match=message):
        prepared(**fields)


def test_a_broken_file_is_refused_and_a_broken_distribution_is_the_reason_that_its_workload_is_missing(
    tmp_path, monkeypatch
):
    broken = tmp_path / "mine.py"
    broken.write_text("import no_such_module")
    with pytest.raises(UsageError, match=r"--plugin .*mine.py: it can't be used: ModuleNotFoundError"):
        prepare(Selection(workloads=("noop",), plugins=(str(broken),)))
    info = tmp_path / "site" / "theirs-1.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.5\n")
    (info / "entry_points.txt").write_text("[gpubench.workloads]\nmine = no_such_module:it\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    with pytest.raises(UsageError, match=r"no workload 'mine'; plug-in mine .* is broken: ModuleNotFoundError"):
        prepare(Selection(workloads=("mine",)))


def test_a_backend_whose_interpreter_was_named_is_not_left_out_where_others_are_here(prepared):
    """`toy` alone would be refused as well; beside another backend it must not be missing without a word."""
    with pytest.raises(
        UnavailableError, match=r"^toy can't be started in true, which is no Python 3: exited with 0"
    ) as refusal:
        prepared(backends=("toy", "torch"), interpreters={"toy": "true"})
    assert "name the Python of an environment" in refusal.value.hint
    assert prepared(backends=("toy",), interpreters={"torch": "true"}).plan.runnable
