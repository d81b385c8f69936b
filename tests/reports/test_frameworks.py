"""Backends side by side: who did the work another way is said."""

from __future__ import annotations

import re

from matplotlib.figure import Figure

from gpubench.analysis.analyse import analyse
from gpubench_reports import tables
from gpubench_reports.pictures import frameworks, speedup
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
    whole, other = ">train, style raw, n 256<", ">train, n 256, tensorflow keras, torch raw<"
    assert svg.index(whole) < svg.index(f">{HEADING}<") < svg.index(other)


def test_the_legend_has_no_device_that_is_not_drawn(invented):
    made = invented.Invented()
    for backend in ("torch", "tensorflow"):
        made.cell(invented.scattered(1.0), backend=backend)
    made.cell(invented.scattered(1.0), device="cuda:0")
    drawing = frameworks.drawing(analyse([made.results()]), "")
    assert drawing is not None
    assert [key.text for key in drawing.keyed_svg(LIGHT)[1]] == ["CPU"]


def test_where_all_do_the_same_there_is_no_heading(invented):
    drawing = frameworks.drawing(findings(invented, keras=False), "")
    assert drawing is not None
    assert HEADING not in drawing.svg(LIGHT)


def test_the_picture_for_a_telephone_says_the_same(invented):
    drawing = frameworks.drawing(findings(invented, keras=True), "")
    assert drawing is not None
    narrow = drawing.narrow_svg(LIGHT)
    other = "train, n 256, tensorflow keras, torch raw"
    for words in ("train, style raw, n 256", HEADING, other, "torch (style raw) 2.00×"):
        assert f">{words}<" in narrow
    assert 'width="244.8pt"' in narrow
    assert f">{drawing.title}<" not in narrow, "the page says it above"


def test_the_table_keeps_the_two_kinds_apart(invented):
    table = tables.frameworks(findings(invented, keras=True))
    assert [group.title for group in table.groups] == [
        "The same work, done the same way", "The same work, done another way on one side",
    ]  # fmt: skip
    assert [len(group.rows) for group in table.groups] == [1, 1]


def test_beside_a_ratio_that_tells_no_difference_stands_no_winner(invented):
    made = invented.Invented()
    made.cell((1.0, 1.1, 1.2), backend="torch")
    made.cell((1.2, 1.0, 1.1), backend="tensorflow")
    made.cell((2.2, 2.2, 2.2), backend="tensorflow", device="cuda:0")
    made.cell((1.1, 1.1, 1.1), backend="torch", device="cuda:0")
    findings = analyse([made.results()])
    assert ">CPU: – · GPU: torch 2.00×<" in _drawn(frameworks, findings)
    assert ">tensorflow: CPU 2.0× · torch –<" in _drawn(speedup, findings)
    for told, said in ((findings, True), (analyse([_unflagged(invented, gpu=True).results()]), False)):
        drawing = speedup.drawing(told, "")
        assert drawing is not None
        assert ("CPU 2×: the CPU is 2× faster" in drawing.subtitle) is said


def test_no_number_beside_a_mark_has_more_than_three_digits(invented):
    """What an interval that is not shown supports would look like exactness beside its neighbours."""
    made = invented.Invented()
    for backend, seconds in (("torch", 139.84), ("tensorflow", 140.0)):
        made.cell((seconds,) * 3, backend=backend)
        made.cell((1.0,) * 3, backend=backend, device="cuda:0")
        made.cell((1.0,) * 3, backend=backend, size=16)
        made.cell((3.3046,) * 3, backend=backend, size=16, device="cuda:0")
    svg = _drawn(speedup, analyse([made.results()]))
    assert ">torch 140× · tensorflow 140×<" in svg
    assert ">torch: CPU 3.30× · tensorflow: CPU 3.30×<" in svg, "from the side of the faster, as in the answers"


def test_a_ratio_that_rests_on_a_doubtful_cell_is_flagged_and_the_flag_explained(invented):
    made = invented.Invented()
    for number, flags in enumerate(((), ("drift",), ("few-samples",))):
        made.cell(invented.scattered(2.0), workload=f"work {number}", flags=flags)
        for backend, device in (("tensorflow", "cpu"), ("torch", "cuda:0"), ("tensorflow", "cuda:0")):
            made.cell(invented.scattered(1.0)[::-1], workload=f"work {number}", backend=backend, device=device)
    findings = analyse([made.results()])
    for picture in (frameworks, speedup):
        svg = _drawn(picture, findings)
        said = [words for words in re.findall(r">([^<>]*)<", svg) if re.search(r"(torch|tensorflow) \d", words)]
        assert ["⚑" in words for words in said] == [False, True, False], "a note is no doubt"
        assert "⚑:" in svg
    unflagged = _drawn(frameworks, analyse([_unflagged(invented).results()]))
    assert "⚑" not in unflagged


def _unflagged(invented, *, gpu=False):
    made = invented.Invented()
    made.cell(invented.scattered(2.0))
    made.cell(invented.scattered(1.0), **({"device": "cuda:0"} if gpu else {"backend": "tensorflow"}))
    return made


def _drawn(picture, findings) -> str:
    drawing = picture.drawing(findings, "")
    assert drawing is not None
    return drawing.svg(LIGHT)


def test_a_run_is_not_drawn_mirrored_beside_another(invented):
    """Whichever framework is planned first."""
    drawn = []
    for order in (("torch", "tensorflow"), ("tensorflow", "torch")):
        made = invented.Invented()
        for backend in order:
            made.cell(invented.scattered({"torch": 2.0, "tensorflow": 1.0}[backend]), backend=backend)
        figure = Figure()
        drawing = frameworks.drawing(analyse([made.results()]), "")
        assert drawing is not None
        drawing.draw(figure, LIGHT)
        axes = figure.axes[0]
        (mark,) = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
        heads = {text.get_text(): text.get_ha() for text in axes.texts if "faster" in text.get_text()}
        drawn.append((round(mark, 3), heads))
    assert drawn[0] == drawn[1] == (2.0, {"←  torch faster": "right", "tensorflow faster  →": "left"})


def test_comparisons_stand_in_the_order_of_the_plan(invented):
    """Not in that in which the first backend has them."""
    made = invented.Invented()
    for backend, order in (("torch", ("second", "first")), ("tensorflow", ("first", "second"))):
        for workload in order:
            made.cell(invented.scattered(1.0), backend=backend, workload=workload)
    findings = analyse([made.results()])
    listed = [cell.case.workload for cell in findings.cells]
    assert [one.left.case.workload for one in findings.frameworks] == list(dict.fromkeys(listed))


def test_a_sole_backend_is_not_named_at_every_speed_up(invented):
    made = invented.Invented()
    for size, (cpu, gpu) in enumerate(((2.0, 1.0), (1.0, 3.0), (1.0, 1.0)), start=1):
        made.cell((cpu,) * 3, size=size)
        made.cell((gpu,) * 3, size=size, device="cuda:0")
    words = re.findall(r">([^<>]*)<", _drawn(speedup, analyse([made.results()])))
    assert {"2.00×", "CPU 3.00×", "–"} <= set(words)
    assert words.count("torch") == 1, "in the legend"
