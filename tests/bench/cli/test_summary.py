"""The summary: findings in words at any width, nothing computed anew, what to do last."""

from __future__ import annotations

from types import ModuleType

import click
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.quantity import seconds
from gpubench.cli.summary import summary


def lines(*runs: object) -> list[str]:
    return click.unstyle(summary(analyse(runs))).splitlines()


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_the_figures_are_those_of_the_findings(invented: ModuleType) -> None:
    findings = analyse([invented.gpu_run()])
    rows = [line.split() for line in lines(invented.gpu_run())]
    for one in findings.headlines:
        told = [*one.cell.how.split(), *seconds(one.cell.step).whole.split()]
        assert any(row[-len(told) - 2 :][: len(told)] == told for row in rows), told


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("runs", [1, 2, 3])
def test_it_fits_the_terminal(invented: ModuleType, monkeypatch: pytest.MonkeyPatch, width: int, runs: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    made = [invented.cpu_run(), invented.gpu_run(), invented.Invented("third", host="third").results()][:runs]
    assert max(map(len, lines(*made))) <= width


def test_a_crossover_on_doubtful_cells_is_told_as_such(invented: ModuleType) -> None:
    made = invented.Invented()
    for size, cpu in ((1, 0.5), (4, 2.0)):
        made.cell((cpu,) * 3, size=size, flags=("steal",) if size == 1 else ())
        made.cell((1.0,) * 3, size=size, device="cuda:0")
    (told,) = (line for line in lines(made.results()) if "wins from" in line)
    assert told.startswith("  ! torch: the GPU wins from n ≈ 2.0")
    assert told.endswith("(flagged: steal)")


def test_no_line_ends_in_spaces(invented: ModuleType) -> None:
    assert [line for line in lines(invented.cpu_run(), invented.gpu_run()) if line != line.rstrip()] == []


def test_a_command_to_type_is_not_broken_over_lines(invented: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    made = invented.Invented()
    made.cell((1.0, 1.0, 1.0))
    assert lines(made.results(complete=False, path=invented.Path("a-long-name-of-a-folder " * 3) / "results.jsonl"))[
        -1
    ] == ("    gpubench run --device cpu,cuda")
    found = lines(made.results(complete=False, path=invented.Path("a-long-name-of-a-folder " * 3) / "results.jsonl"))
    assert any(line.startswith("    gpubench run --resume 'a-long-name") and len(line) > 80 for line in found)


def test_why_there_is_no_speed_up_is_said_last(invented: ModuleType) -> None:
    assert lines(invented.cpu_run())[-1] == "    gpubench run"
    assert "So no speed-up over the CPU can be reported." in lines(invented.cpu_run())[-2]


def test_a_run_that_measured_nothing_says_so(invented: ModuleType) -> None:
    assert lines(invented.Invented().results(complete=False))[-1] == "    gpubench run --resume run"


def test_more_rows_than_a_screen_are_counted(invented: ModuleType) -> None:
    runs = []
    for day in (1, 2):
        made = invented.Invented(f"day {day}")
        for size in range(1, 31):
            made.cell((1.0, 1.0, 1.0), size=size)
        runs.append(made.results())
    assert "and 6 more rows, which the report has" in "\n".join(lines(*runs))


def test_a_history_has_its_first_and_its_last_time_and_what_changed(invented: ModuleType) -> None:
    runs = []
    for name, step in (("a", 4.0), ("b", 2.0), ("c", 1.0)):
        made = invented.Invented(name)
        made.cell((step,) * 3)
        runs.append(made.results())
    (row,) = [line.split() for line in lines(*runs) if " A B C " in line]
    assert row[-7:] == ["1.000", "s", "A", "B", "C", "4.000×", "[4.000–4.000]"]
    assert "4.000 s" in " ".join(row)


def test_precision_is_told_where_there_are_several(invented: ModuleType) -> None:
    plain, several = invented.Invented("a"), invented.Invented("b")
    plain.cell((1.0, 1.0, 1.0))
    for workload, precision in (("x", "float32"), ("y", "bfloat16")):
        several.cell((1.0, 1.0, 1.0), workload=workload, precision=precision)
    assert any(line.startswith("matmul, n 256  ") for line in lines(plain.results()))
    assert any(line.startswith("y, n 256, bfloat16  ") for line in lines(several.results()))


def test_what_speed_ups_are_over_stands_first(invented: ModuleType) -> None:
    made = invented.Invented()
    made.machine |= {"physical cores allowed": "8"}
    made.cell((1.0, 1.0, 1.0), threads=8)
    assert lines(made.results())[0] == "CPU: Invented CPU, 8 cores, computing with 8 threads"
    made.cell(size=1, status="failed", reason="for a test")
    other = invented.Invented("b", host="beef")
    other.cell((1.0, 1.0, 1.0), threads=1)
    assert lines(made.results(), other.results())[:2] == [
        "Run A: CPU: Invented CPU, 8 cores, computing with 8 threads",
        "Run B: CPU: Invented CPU, computing with 1 thread",
    ]


def test_a_verdict_whose_cells_are_flagged_says_so_below_it(invented: ModuleType) -> None:
    made = invented.Invented()
    made.cell((2.0, 2.0, 2.0), flags=("foreign-load",))
    made.cell((1.0, 1.0, 1.0), device="cuda:0")
    found = lines(made.results())
    place = next(number for number, line in enumerate(found) if "GPU faster than CPU" in line)
    assert found[place + 1] == "  ! flagged: measured while other programs used the processors (on the CPU)"


def test_a_difference_within_the_noise_is_told_as_none(invented: ModuleType) -> None:
    made = invented.Invented()
    for backend, step in (("torch", 1.0), ("tensorflow", 1.2)):
        made.cell((step,) * 3, backend=backend)
    made.cell((1.3,) * 3, variant="aa")
    found = " ".join(lines(made.results()))
    assert (
        "No difference told 1.200× [1.200–1.200] speed of torch (eager) over tensorflow (graph), within the noise"
        in (" ".join(found.split()))
    )
    assert "Of 1 difference that intervals tell, 1 is within the noise floor" in " ".join(found.split())
