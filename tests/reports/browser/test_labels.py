"""A telephone's rows say what each of their figures is, but for the only main one, which their heading is about."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import msgspec

from gpubench.analysis.analyse import analyse
from gpubench_reports.html import render

SAID = "all => all.map(cell => getComputedStyle(cell, '::before').content.replaceAll('\"', '').trim())"


def labels(row: Any, wanted: str) -> list[str]:
    """What stands before each of the cells that are wanted; `none` for nothing."""
    told: list[str] = row.locator(wanted).evaluate_all(SAID)
    return told


def test_of_several_main_figures_none_goes_without_a_label(invented: ModuleType, shown, tmp_path) -> None:
    runs = []
    for day, factor in ((1, 4.0), (2, 1.0)):
        made = invented.Invented(f"day {day}")
        made.run = msgspec.structs.replace(made.run, created=f"2026-01-0{day}T00:00:00+00:00")
        for size in (64, 128):
            made.cell(invented.scattered(factor * size), size=size)
        runs.append(made.results())
    row = shown(render(analyse(runs), tmp_path)[0], width=360).page.locator("#history tbody tr").nth(1)
    assert labels(row, ".main") == ["Step time", "First over this"]
    assert "Run" in labels(row, "td")
    assert "Run" not in labels(shown(render(analyse(runs), tmp_path)[0]).page.locator("#history tbody tr").nth(1), "td")


def test_a_ceiling_is_told_after_what_it_is_of_and_before_what_it_was_measured_by(gpu_page, shown) -> None:
    row = shown(gpu_page, width=360).page.locator("#roofline > .rows tbody tr").first
    assert labels(row, "td")[2:] == [
        "Fastest product", "Measured by", "Fastest copy", "Measured by", "They meet at",
    ]  # fmt: skip
    cells = [cell.bounding_box() for cell in row.locator("td").all()]
    assert cells == sorted(cells, key=lambda box: (box["y"] + box["height"], box["x"]))


def test_what_is_told_by_colour_alone_has_the_swatch_of_the_tables(gpu_page, cpu_page, shown) -> None:
    """The charts there have no lines, and where backends have the colours, none of a device."""
    page = shown(gpu_page, width=360).page
    colour = "one => getComputedStyle(one, '::before').backgroundColor"
    of_tables = page.locator("#roofline > .rows td.device").last.evaluate(colour)
    for section in ("speedup", "roofline"):
        (gpu,) = page.locator(f"#{section} .keys li", has_text="GPU").all()
        assert gpu.inner_text().strip() == "GPU"
        assert gpu.locator("span").evaluate(colour) == of_tables
    assert shown(cpu_page, width=360).visible("#roofline .keys li") == ["● torch", "■ tensorflow"]


def test_what_is_known_of_machines_says_of_which(invented: ModuleType, shown, tmp_path) -> None:
    runs = []
    for name in ("first", "second"):
        made = invented.Invented(name, host=name)
        made.cell((1.0,) * 3)
        runs.append(made.results())
    row = shown(render(analyse(runs), tmp_path)[0], width=360).page.locator("#machines tbody tr").first
    assert labels(row, "td") == ["none", "A", "B"]
