"""Which cases a picture shows where it has no room for all: no size that speaks against a device is left out first."""

from __future__ import annotations

from dataclasses import replace

from gpubench.analysis.analyse import analyse
from gpubench.analysis.case import Case
from gpubench_reports.pictures import frameworks, speedup
from gpubench_reports.pictures.choice import chosen
from gpubench_reports.theme import LIGHT


def cases(workload: str, sizes: int, layer: str = "a") -> list[Case]:
    return [Case(workload, "n", 64 * 2**power, (("layer", layer),), "float32", "resident") for power in range(sizes)]


def told(found: list[Case]) -> list[tuple[str, object]]:
    return [(case.workload, case.size) for case in found]


def choose(found: list[Case], most: int) -> list[Case]:
    return chosen(found, lambda case: (None, case, 1), most)


def test_all_are_shown_where_there_is_room() -> None:
    found = [*cases("one", 4), *cases("two", 1)]
    assert choose(found, 5) == found


def test_the_smallest_and_the_largest_size_of_each_family_come_first() -> None:
    found = [*cases("one", 5), *cases("two", 5)]
    assert told(choose(found, 4)) == [("one", 64), ("one", 1024), ("two", 64), ("two", 1024)]
    assert told(choose(found, 6))[:3] == [("one", 64), ("one", 512), ("one", 1024)]


def test_the_order_in_which_sizes_come_does_not_matter() -> None:
    assert told(choose(cases("one", 5)[::-1], 2)) == [("one", 1024), ("one", 64)]


def test_workloads_take_turns() -> None:
    found = [*cases("one", 3, "a"), *cases("one", 3, "b"), *cases("two", 3)]
    assert told(choose(found, 4)) == [("one", 64), ("one", 256), ("two", 64), ("two", 256)]


def test_the_largest_is_one_that_tells_of_most_comparisons() -> None:
    """At 512 and 1024 a device ran out of memory."""
    found = cases("one", 5)
    kept = chosen(found, lambda case: (None, case, 1 + (case.size <= 256)), 2)
    assert told(kept) == [("one", 64), ("one", 256)]
    assert told(chosen(found, lambda case: (None, case, 1 + (case.size <= 256)), 3))[-1] == ("one", 1024)


def test_what_the_cards_are_about_comes_before_all_else() -> None:
    found = [*cases("one", 5), *cases("two", 5)]
    assert told(chosen(found, lambda case: (None, case, 1), 3, {found[7]})) == [
        ("one", 64),
        ("one", 1024),
        ("two", 256),
    ]


def test_what_keeps_curves_apart_is_no_size() -> None:
    items = [(run, case) for run in "ab" for case in cases("one", 3)]
    kept = chosen(items, lambda item: (*item, 1), 4)
    assert [(run, case.size) for run, case in kept] == [("a", 64), ("a", 256), ("b", 64), ("b", 256)]


def many(invented):
    """Thirty sizes of each of two workloads, by two backends and on a device that loses at the smallest alone."""
    made = invented.Invented()
    for workload in ("first", "second"):
        for size in range(1, 31):
            for backend in ("torch", "tensorflow"):
                made.cell(invented.scattered(float(size)), workload=workload, size=size, backend=backend)
                made.cell(invented.scattered(1.5)[::-1], workload=workload, size=size, backend=backend, device="cuda:0")
    return analyse([made.results()])


def test_pictures_of_ratios_show_both_ends_of_every_workload_and_count_the_rest(invented):
    findings = many(invented)
    for drawing in (speedup.drawing(findings, ""), frameworks.drawing(findings, "")):
        assert drawing is not None
        assert "24 of 60 cases drawn, the smallest and largest sizes first; the report's" in drawing.subtitle
        svg = drawing.svg(LIGHT)
        assert all(f">{workload}, n {size}<" in svg for workload in ("first", "second") for size in (1, 30))


def test_pictures_of_ratios_show_what_the_cards_are_about(invented):
    """More families than have room, of which one of the last has the card."""
    made = invented.Invented()
    for layer in range(30):
        for backend in ("torch", "tensorflow"):
            alike = {"backend": backend, "params": {"layer": f"layer{layer:02}"}}
            made.cell(invented.scattered(2.0), **alike)
            made.cell(invented.scattered(1.0), **alike, device="cuda:0")
    findings = analyse([made.results()])
    cell = next(cell for cell in findings.cells if dict(cell.case.params) == {"layer": "layer29"})
    findings = replace(findings, headlines=(replace(findings.headlines[0], cell=cell),))
    for picture in (speedup, frameworks):
        drawing = picture.drawing(findings, "")
        assert drawing is not None
        assert "24 of 30" in drawing.subtitle
        assert ">matmul, layer layer29, n 256<" in drawing.svg(LIGHT)
