"""`gpubench show`: the verdicts of runs in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.results.results import Results

Keep = Callable[[str, Results], Path]


def words(text: str) -> str:
    return " ".join(click.unstyle(text).split())


def test_a_run_is_named_and_then_its_verdicts_are_shown(cli, invented: ModuleType, keep: Keep) -> None:
    keep("gpu", invented.gpu_run())
    said = cli("show", "gpu")
    assert said.code == 0
    assert said.err == ""
    head, blank, *_ = said.out.splitlines()
    assert head.startswith("gpu of 2026-01-02 03:04:05, gpubench 0.1.0, torch 1.2.3, tensorflow 1.2.3; cells: ")
    assert head.endswith(" ok, 1 oom")
    assert blank == ""
    for verdict in analyse([invented.gpu_run()]).verdicts:
        assert verdict.subject in said.out
        assert all(note.text in words(said.out) for note in verdict.notes)
        for one in verdict.statements:
            assert " ".join(filter(None, (one.figure, one.interval, one.words))) in words(said.out)


def test_several_runs_are_put_together(cli, invented: ModuleType, keep: Keep) -> None:
    keep("cpu", invented.cpu_run())
    keep("gpu", invented.gpu_run())
    said = cli("show", "cpu", "gpu")
    assert said.code == 0
    assert [line.split(":")[0] for line in said.out.splitlines()[:2]] == ["Run A", "Run B"]
    assert "What both measured, on the CPU" in said.out
    assert "B against A" in words(said.out)


def test_an_incomplete_run_is_shown_and_said_to_be_so(cli, incomplete: Path) -> None:
    said = cli("show", incomplete)
    assert said.code == 0
    assert f"{incomplete}/results.jsonl is incomplete" in said.err
    assert f"gpubench run --resume {incomplete}" in said.out.splitlines()[-1] + said.err
    assert "incomplete" in said.out.splitlines()[0]


def test_a_file_of_pytest_benchmark_is_shown_as_what_it_is(
    cli, benchmark_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    said = cli("show", benchmark_file)
    assert said.code == 0
    assert said.out.splitlines()[0] == (
        f"{benchmark_file} of 2026-03-04 05:06:07, pytest-benchmark 5.2.0, no backend; cells: 2 ok"
    )
    assert "test_sort, size 10 – 2.00 µs" in words(said.out)
    assert "matmul, size 256, float32 GPU torch (eager) – 500 µs" in words(said.out)
    assert "bench.json is a file of pytest-benchmark 5.2.0. It holds latencies that one process measured" in words(
        said.out
    )
    assert "1 of 2 tests don't say on what they ran" in words(said.out)
    assert "speed-up" not in said.out
    assert "annes-laptop" not in said.out


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["validate"], 6, "is no results file of gpubench but one of pytest-benchmark 5.2.0"),
        (["compare", "--by", "device"], 2, "is a file of pytest-benchmark 5.2.0: it holds what one process measured"),
        (["run", "--resume"], 2, "is a file of pytest-benchmark 5.2.0: no run can go on in it"),
        (
            ["run", "--baseline"],
            2,
            "is a file of pytest-benchmark 5.2.0: it does not say how to measure its tests anew",
        ),
    ],
)
def test_what_such_a_file_is_no_good_for_is_said(
    cli, benchmark_file: Path, command: list[str], code: int, said: str
) -> None:
    outcome = cli(*command, benchmark_file)
    assert outcome.code == code
    assert said in outcome.err
    assert "damaged" not in outcome.err
    assert outcome.out == ""


def test_such_a_file_is_exported(cli, benchmark_file: Path) -> None:
    said = cli("export", benchmark_file)
    assert said.code == 0
    assert said.out.splitlines()[1].split(",")[2:4] == ["test_sort", "10"]


def test_a_run_is_needed(cli) -> None:
    assert cli("show").code == 2
    assert cli("show", "nosuch").code == 6


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_follows_the_environment(
    cli, run: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in cli("show", run).out) == coloured
