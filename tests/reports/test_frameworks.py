"""Backends side by side: who did the work another way is said."""

from __future__ import annotations

from gpubench.analysis.analyse import analyse
from gpubench_reports import tables
from gpubench_reports.pictures import frameworks
from gpubench_reports.theme import LIGHT

HEADING = "Done another way on one side"


def findings(invented, *, keras: bool):
    made = invented.Invented()
    for backend in ("torch", "tensorflow"):
        made.cell(invented.scattered(1.0), backend=backend, workload="train", params={"style": "raw"})
    if keras:
        made.cell(invented.scattered(2.0), backend="tensorflow", workload="train", params={"style": "keras"})
    return analyse([made.results()])


def test_what_is_not_the_same_work_stands_under_a_heading_that_says_so(invented):
    drawing = frameworks.drawing(findings(invented, keras=True), "")
    assert drawing is not None
    svg = drawing.svg(LIGHT)
    whole, other = ">train, style raw, n 256<", ">train, n 256, keras against raw<"
    assert svg.index(whole) < svg.index(f">{HEADING}<") < svg.index(other)


def test_where_all_do_the_same_there_is_no_heading(invented):
    drawing = frameworks.drawing(findings(invented, keras=False), "")
    assert drawing is not None
    assert HEADING not in drawing.svg(LIGHT)


def test_the_picture_for_a_telephone_says_the_same(invented):
    drawing = frameworks.drawing(findings(invented, keras=True), "")
    assert drawing is not None
    narrow = drawing.narrow_svg(LIGHT)
    for words in ("train, style raw, n 256", HEADING, "train, n 256, keras against raw", "torch (style raw) 2.000×"):
        assert f">{words}<" in narrow
    assert 'width="244.8pt"' in narrow
    assert f">{drawing.title}<" not in narrow, "the page says it above"


def test_the_table_keeps_the_two_kinds_apart(invented):
    table = tables.frameworks(findings(invented, keras=True))
    assert [group.title for group in table.groups] == [
        "The same work, done the same way", "The same work, done another way on one side",
    ]  # fmt: skip
    assert [len(group.rows) for group in table.groups] == [1, 1]
