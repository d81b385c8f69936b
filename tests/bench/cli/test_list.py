"""`gpubench list`: what there is to measure with, and what was measured."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest


def first_words(out: str) -> list[str]:
    return [line.split()[0] for line in out.splitlines() if not line.startswith(" ")]


def test_workloads_are_the_default(cli, toy_file: Path) -> None:
    said = cli("list", "--plugin", toy_file)
    assert said.code == 0
    assert set(first_words(said.out)) == {
        "matmul", "conv2d", "mnist_cnn_train", "noop", "dispatch", "copy", "doubling",
    }  # fmt: skip
    assert said.out == cli("list", "workloads", "--plugin", toy_file).out
    assert said.err == ""


def test_what_trains_on_files_is_told_so(cli, toy_file: Path) -> None:
    said = cli("list", "-v", "--plugin", toy_file).out
    assert said.count("trains on files of yours too: --data-dir") == 1
    assert "trains on files" in said.partition("\nmnist_cnn_train")[2].partition("for t")[0]


def test_more_is_said_of_a_workload_on_request(cli, toy_file: Path) -> None:
    said = cli("list", "-v", "--plugin", toy_file).out.partition("doubling")[2]
    assert "sizes (n): smoke=4, small=64, medium=256, large=1024" in said
    assert "parameters: fault=none" in said
    assert said.splitlines()[0].strip() == f"twice a vector ({toy_file})"
    assert "for toy\n" in said


def test_backends_are_told_with_their_versions(cli, toy_file: Path) -> None:
    import numpy as np

    said = cli("list", "backends", "-v", "--plugin", toy_file)
    assert said.code == 0
    assert {"torch", "tensorflow", "toy"} <= set(first_words(said.out))
    assert f"toy                {np.__version__} ({toy_file})\n" in said.out
    assert "mode slow: the same under another name" in said.out


def test_a_backend_that_is_not_installed_is_listed_as_such(cli, toy_file: Path, tmp_path: Path) -> None:
    text = toy_file.read_text(encoding="utf-8").replace('distribution="numpy"', 'distribution="no-such-framework"')
    (tmp_path / "plug.py").write_text(text)
    said = cli("list", "backends", "--plugin", "plug.py").out
    assert f"toy                not installed ({tmp_path}/plug.py)\n" in said


@pytest.mark.parametrize("what", ["workloads", "backends", "reports"])
def test_a_broken_distribution_is_listed_with_its_reason_and_a_broken_file_is_refused(
    cli, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zero.py").write_text("1 / 0\n")
    info = tmp_path / "site" / "theirs-1.5.dist-info"
    info.mkdir(parents=True)
    shutil.copy(tmp_path / "zero.py", tmp_path / "site")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.5\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[gpubench.{what}]\nwreck = zero:it\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    said = cli("list", what)
    assert said.code == 0
    assert "broken: wreck (theirs 1.5, zero:it): ZeroDivisionError: division by zero\n" in said.out
    assert len(first_words(said.out)) > 2
    said = cli("list", what, "--plugin", "zero.py")
    assert (said.code, said.out) == (2, "")
    assert "--plugin zero.py: it can't be used: ZeroDivisionError: division by zero\n" in said.err
    assert "`gpubench check zero.py` shows the line" in said.err


def test_reports_are_told_with_their_origin_and_what_they_take(cli, tmp_path: Path) -> None:
    lines = cli("list", "reports").out.splitlines()
    told = {line.split()[0]: line for line in lines}
    assert {"html", "png", "svg", "markdown"} <= told.keys()
    assert re.fullmatch(r"html +Write `report\.html` into a folder \(gpubench-suite \d[\w.]*\)", told["html"])
    (tmp_path / "mine.py").write_text(
        "from gpubench import Renderer\nmine = Renderer('mine', lambda findings, out: [])\n", encoding="utf-8"
    )
    said = cli("list", "reports", "-v", "--plugin", "mine.py").out
    assert f"mine               a report ({tmp_path}/mine.py)\n" in said
    assert said.partition("\nmine ")[2].splitlines()[1:3] == [
        f"{'':18} written by default: --format mine", f"{'':18} takes no options",
    ]  # fmt: skip
    png = said.partition("png  ")[2].splitlines()
    assert png[1:3] == [f"{'':18} written by default: --format png", f"{'':18} takes --dpi, --theme"]
    assert "written only where it is asked for: --format svg" in said


@pytest.mark.parametrize(
    ("mistake", "reason"),
    [
        (('axis="n"', 'axis="m"'), "the axis of doubling is 'm', which is none of its parameters: n, fault"),
        (('name="doubling"', 'name=""'), "needs a name"),
        (
            ("    sizes={", "    limits={'toy': {'falt': ('none',)}},\n    sizes={"),
            "doubling limits 'falt' for toy, which is none of its parameters: n, fault",
        ),
        (("    sizes={", "    sizes={} and {"), "the workload 'doubling' needs a name and at least one size"),
    ],
)
def test_a_workload_that_could_not_be_planned_is_broken(
    cli, toy_file: Path, tmp_path: Path, mistake: tuple[str, str], reason: str
) -> None:
    (tmp_path / "wrong.py").write_text(toy_file.read_text(encoding="utf-8").replace(*mistake))
    said = cli("list", "--plugin", "wrong.py")
    assert said.code == 2
    assert "--plugin wrong.py: it can't be used: ValueError: " in said.err
    assert reason in said.err


def test_a_plug_in_that_is_not_there_is_wrong_use(cli) -> None:
    assert cli("list", "--plugin", "nosuch.py").code == 2


def test_cells_are_the_plan_of_a_preset(cli, toy_file: Path, tmp_path: Path) -> None:
    text = toy_file.read_text(encoding="utf-8").replace('builders={"toy": toy_step}', "builders={}")
    (tmp_path / "plan.py").write_text(text.replace('name="doubling"', 'name="unbuilt"'))
    said = cli("list", "cells", "--plugin", "plan.py", "--preset", "quick")
    assert said.code == 0
    mine = [line.split(maxsplit=1) for line in said.out.splitlines() if " unbuilt " in line and " toy " in line]
    assert all(len(cell_id) == 16 for cell_id, _ in mine)
    assert [words for _, words in mine] == [
        f"unbuilt n={n} fault=none toy cpu float32 eager: can't run: unbuilt has no step for toy" for n in (64, 256)
    ]
    assert cli("list", "cells", "--preset", "nosuch").code == 2


def test_there_may_be_no_run_yet(cli) -> None:
    said = cli("list", "runs")
    assert said.code == 0
    assert said.out == ""
    assert "Measure one: gpubench run" in said.err


def test_runs_are_told_with_their_state_and_a_broken_one_with_its_reason(cli, run: Path, lines: list[bytes]) -> None:
    for name in ("1-whole", "2 cut", "3-broken"):
        shutil.copytree(run, f"gpubench-results/{name}")
    Path("gpubench-results/2 cut/results.jsonl").write_bytes(b"".join(lines[:-1]))
    Path("gpubench-results/3-broken/results.jsonl").write_bytes(b"x\n")
    said = cli("list", "runs")
    assert said.code == 0
    told = {line.split("  ")[0].removeprefix("gpubench-results/"): line for line in said.out.splitlines()}
    assert told.keys() == {"1-whole", "2 cut", "3-broken"}
    assert told["1-whole"].endswith("quick, 3 cells, complete")
    assert told["2 cut"].endswith("3 cells, incomplete; finish it: gpubench run --resume 'gpubench-results/2 cut'")
    assert "can't be read: " in told["3-broken"]


def test_where_each_came_from_is_told(cli, toy_file: Path) -> None:
    lines = cli("list", "--plugin", toy_file).out.splitlines()
    told = {line.split()[0]: line for line in lines}
    assert re.search(r" \(gpubench-suite \d[\w.]*\)$", told["matmul"])
    assert told["doubling"].endswith(f" ({toy_file})")


def test_two_of_one_name_are_refused_with_both_origins(cli, toy_file: Path, tmp_path: Path) -> None:
    (tmp_path / "again.py").write_text(toy_file.read_text(encoding="utf-8"))
    said = cli("list", "--plugin", toy_file, "--plugin", "again.py")
    assert said.code == 2
    assert f"are called 'doubling': {toy_file}:doubling from {toy_file}, and {tmp_path}/again.py" in said.err


def test_a_plug_in_for_another_interface_is_refused_with_what_is_served(cli, tmp_path: Path) -> None:
    (tmp_path / "newer.py").write_text('GPUBENCH_INTERFACE = "7.0"\n')
    said = cli("list", "--plugin", "newer.py")
    assert said.code == 2
    assert "--plugin newer.py: it can't be used: it is written for interface 7.0 of gpubench" in said.err
    assert "and this one serves 1.0: update gpubench-suite" in said.err


def test_a_builder_added_from_elsewhere_is_told(cli, toy_file: Path, tmp_path: Path) -> None:
    (tmp_path / "added.py").write_text("from gpubench import Addition\nmore = Addition('matmul', 'toy', print)\n")
    said = cli("list", "-v", "--plugin", "added.py", "--plugin", toy_file)
    assert "for torch, tensorflow, toy\n" in said.out
