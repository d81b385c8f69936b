"""Machines side by side as a picture."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from matplotlib.figure import Figure

from gpubench.analysis.analyse import analyse
from gpubench.analysis.findings import Findings
from gpubench_reports.html import render
from gpubench_reports.pictures import machines
from gpubench_reports.png import render as files
from gpubench_reports.theme import LIGHT

DEVICES = ("cpu", "cuda:0")


def found(invented: ModuleType, steps: dict[str, float], **cell: tuple[str, ...]) -> Findings:
    """A machine of each name, on which every cell takes so many times as long as on one that takes a second."""
    runs = []
    for name, step in steps.items():
        made = invented.Invented(name, host=name)
        for backend in cell.get("backends", ("torch",)):
            for device in cell.get("devices", ("cpu",)):
                for size in (64, 128):
                    made.cell((step, step, step), size=size, backend=backend, device=device)
        runs.append(made.results())
    return analyse(runs)


def words(findings: Findings) -> list[str]:
    """Every text of the picture."""
    drawing = machines.drawing(findings, "")
    assert drawing is not None
    return re.findall(r">([^<>]+)<", drawing.svg(LIGHT))


def test_each_case_is_told_from_the_side_of_the_faster_and_the_mean_first(invented: ModuleType) -> None:
    told = words(found(invented, {"a": 1.0, "b": 4.0}))
    names = [text for text in told if text.startswith(("Geometric mean", "matmul"))]
    assert names == ["Geometric mean of 2 cells", "matmul, n 64", "matmul, n 128"]
    assert [text for text in told if "×" in text and text.startswith(("A", "B"))] == ["A 4.00×"] * 3
    assert {"←  run A faster", "run B faster  →"} <= set(told)


def test_devices_have_rows_of_their_own_and_backends_marks_of_their_own(invented: ModuleType) -> None:
    told = words(found(invented, {"a": 1.0, "b": 0.5}, backends=("torch", "tensorflow"), devices=DEVICES))
    assert [text for text in told if "n 64" in text] == ["matmul, n 64, CPU", "matmul, n 64, GPU"]
    assert told.count("torch: B 2.00× · tensorflow: B 2.00×") == 4
    assert [text for text in told if "mean" in text] == [f"Geometric mean of 4 cells, {one}" for one in ("CPU", "GPU")]


def test_every_other_machine_has_a_panel(invented: ModuleType) -> None:
    told = words(found(invented, {"a": 4.0, "b": 2.0, "c": 8.0}))
    assert [text for text in told if text.endswith("faster  →")] == ["run B faster  →", "run C faster  →"]
    assert (told.count("B 2.00×"), told.count("A 2.00×")) == (3, 3)
    assert "Which machine is faster on the CPU, A or B or C?" in told


def test_where_no_difference_is_told_there_is_no_winner(invented: ModuleType) -> None:
    told = words(found(invented, {"a": 1.0, "b": 1.0}, backends=("torch", "tensorflow")))
    assert told.count("torch: – · tensorflow: –") == 2
    assert not [text for text in told if text.startswith(("A ", "B ")) or ": A" in text]


def test_machines_are_told_by_what_they_are_made_of(invented: ModuleType) -> None:
    """By the devices that are compared alone: the other was measured on the first machine only."""
    for devices, made_of, where in (
        (("cpu", "cuda:0"), "Invented CPU, Invented GPU 9000", ""),
        (("cpu",), "Invented CPU", " on the CPU"),
        (("cuda:0",), "Invented GPU 9000", " on the GPU"),
    ):
        runs = []
        for name in "ab":
            made = invented.Invented(name, host=name)
            for device in DEVICES if name == "a" else devices:
                made.cell((1.0,) * 3, device=device)
            runs.append(made.results())
        drawing = machines.drawing(analyse(runs), "")
        assert drawing is not None
        assert drawing.title == f"Which machine is faster{where}, A or B?"
        assert drawing.subtitle.startswith(f"A: {made_of}; B: {made_of}. ")


def test_a_mode_that_is_not_the_usual_one_has_a_row_that_says_so(invented: ModuleType) -> None:
    runs = []
    for name in ("a", "b"):
        made = invented.Invented(name, host=name)
        for size, mode in ((64, "eager"), (128, "eager"), (128, "compile")):
            made.cell((1.0,) * 3, size=size, mode=mode)
        runs.append(made.results())
    assert [text for text in words(analyse(runs)) if "n 128" in text] == ["matmul, n 128", "matmul, n 128, compile"]


def test_of_one_machine_and_of_two_without_a_common_cell_there_is_none(
    invented: ModuleType, cpu_findings: Findings, tmp_path: Path
) -> None:
    assert machines.drawing(cpu_findings, "") is None
    runs = []
    for name, size in (("a", 1), ("b", 2)):
        made = invented.Invented(name, host=name)
        made.cell((1.0,) * 3, size=size)
        runs.append(made.results())
    findings = analyse(runs)
    assert machines.drawing(findings, "") is None
    assert "No cell was measured on every machine." in render(findings, tmp_path)[0].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("names", "said"), [("abcd", ""), ("abcdef", "2 more machines not drawn; the report's table has all.")]
)
def test_machines_that_are_not_drawn_are_counted(names: str, said: str, invented: ModuleType) -> None:
    drawing = machines.drawing(found(invented, {name: 1.0 + place for place, name in enumerate(names)}), "")
    assert drawing is not None
    assert drawing.subtitle.partition("floor. ")[2] == said


def test_it_is_a_file_of_its_own(invented: ModuleType, tmp_path: Path) -> None:
    assert tmp_path / "plots" / "machines.png" in files(found(invented, {"a": 1.0, "b": 4.0}), tmp_path)


def test_a_mean_of_several_backends_has_a_marker_of_its_own(invented: ModuleType) -> None:
    for backends, shape in ((("torch",), "o"), (("torch", "tensorflow"), "D")):
        drawing = machines.drawing(found(invented, {"a": 1.0, "b": 4.0}, backends=backends), "")
        assert drawing is not None
        figure = Figure(figsize=(10, 5))
        drawing.draw(figure, LIGHT)
        marks = [line for line in figure.axes[0].lines if line.get_linestyle() == "None"]
        assert min(marks, key=lambda line: line.get_ydata()[0]).get_marker() == shape


def test_what_two_of_three_machines_measured_is_left_to_the_table(invented: ModuleType) -> None:
    runs = []
    for name, sizes in (("a", (64, 128)), ("b", (64, 128)), ("c", (64,))):
        made = invented.Invented(name, host=name)
        for size in sizes:
            made.cell((1.0,) * 3, size=size)
        runs.append(made.results())
    assert not [text for text in words(analyse(runs)) if "n 128" in text]
