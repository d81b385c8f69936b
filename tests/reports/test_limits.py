"""The tables of ceilings, of what comes near them, and of transfers."""

from __future__ import annotations

import re

import pytest

from gpubench.analysis.analyse import analyse
from gpubench_reports import tables
from gpubench_reports.html import render
from gpubench_reports.table import Table

PRODUCT = {"flops": 2.0**31, "bytes": 12.0 * 2**20, "items": 1024.0}
COPY = {"flops": 0.0, "bytes": 2.0**28, "items": 2.0**25}


def rows(table: Table) -> list[dict[str, str]]:
    """Texts by the titles of their columns; of several with one title the last."""
    titles = [column.title for column in table.columns]
    return [
        dict(zip(titles, (entry.text for entry in row), strict=True)) for group in table.groups for row in group.rows
    ]


@pytest.fixture
def made(invented):
    """A product of 200 GFLOP/s, a copy of 20 GB/s, a convolution at a quarter of what is attainable, and no work."""
    run = invented.Invented()
    run.cell((2.0**31 / 2e11,) * 3, size=1024, work=PRODUCT)
    run.cell((2.0**28 / 2e10,) * 3, workload="copy", size=2**25, work=COPY, item="element")
    conv = {"flops": 1e9, "bytes": 2e8, "items": 8.0}
    run.cell(invented.scattered(1e9 / 2.5e10), workload="conv2d", axis="batch", size=8, work=conv, item="image")
    run.cell((3e-8,) * 3, workload="noop", size=1, work={"flops": 0, "bytes": 0, "items": 1}, item="call")
    return run


def test_a_ceiling_is_told_with_the_cell_that_showed_it(made):
    table = tables.ceilings(analyse([made.results()]))
    assert [column.title for column in table.columns] == [
        "Device", "Precision", "Fastest product", "Measured by", "Fastest copy", "Measured by", "They meet at",
    ]  # fmt: skip
    ((*_, precision, peak, product, bandwidth, copy, ridge),) = [
        [entry.text for entry in row] for group in table.groups for row in group.rows
    ]
    assert (precision, peak, product) == ("float32", "at least 200.0 GFLOP/s", "matmul, n 1024, torch (eager)")
    assert "a larger one may be faster" in table.caption
    assert (bandwidth, copy, ridge) == ("20.00 GB/s", "copy, n 33,554,432, torch (eager)", "10 FLOP/byte")


@pytest.mark.parametrize(("devices", "mark"), [(("cpu",), ""), (("cpu", "cuda:0"), "device device-0")])
def test_a_device_has_a_swatch_where_the_charts_give_it_a_colour(invented, devices: tuple[str, ...], mark: str):
    run = invented.Invented()
    for device in devices:
        run.cell((2.0**31 / 2e11,) * 3, size=1024, work=PRODUCT, device=device)
        run.cell((2.0**28 / 2e10,) * 3, workload="copy", size=2**25, work=COPY, device=device)
    (row, *_) = (row for group in tables.ceilings(analyse([run.results()])).groups for row in group.rows)
    assert (row[0].text, row[0].mark) == ("CPU", mark)


def test_once_a_larger_product_gained_nothing_no_larger_one_may_be_faster(made):
    made.cell((8 * 2.0**31 / 1.99e11,) * 3, size=2048, work={**PRODUCT, "flops": 8 * 2.0**31})
    table = tables.ceilings(analyse([made.results()]))
    assert "200.0 GFLOP/s" in [entry.text for entry in table.groups[0].rows[0]]
    assert "larger" not in table.caption


def test_a_cell_is_told_with_its_share_and_what_limits_it(made):
    """Its own rate as sure as its launches make it, what is attainable as sure as the copy's do."""
    told = {row["Workload"]: row for row in rows(tables.roofline(analyse([made.results()])))}
    assert set(told) == {"matmul", "conv2d"}
    assert told["matmul"]["Of that"] == "≤100 %"
    conv = told["conv2d"]
    assert (conv["FLOP/byte"], conv["Rate"], conv["Attainable"]) == ("5", "25.0 GFLOP/s", "100.0 GFLOP/s")
    assert conv["Of that"] == "25 %"
    assert conv["Limited by"].startswith("neither")


def test_every_table_of_cells_has_the_share_where_one_is_known(made):
    findings = analyse([made.results()])
    for table in (tables.headline(findings), tables.cells(findings)):
        shares = [row["Of ceiling"] for row in rows(table)]
        assert sorted(shares) == sorted(["≤100 %", "25 %", *["–"] * (len(shares) - 2)])
    made.cells = [cell for cell in made.cells if cell.workload != "copy"]
    made.launches = [launch for launch in made.launches if launch.work != COPY]
    unknown = analyse([made.results()])
    for table in (tables.headline(unknown), tables.cells(unknown)):
        assert "Of ceiling" not in [column.title for column in table.columns]


def test_a_table_says_why_cells_that_compute_have_no_share(made, invented):
    """Of a copy and a call of nothing, which no share is expected of, only beside them."""
    findings = analyse([made.results()])
    assert "(–)" not in tables.headline(findings).caption + tables.cells(findings).caption
    conv = {"flops": 1e9, "bytes": 2e8, "items": 8.0}
    made.cell(invented.scattered(0.1), workload="conv2d", axis="batch", size=8, work=conv, data="host")
    assert tables.cells(analyse([made.results()])).caption.endswith(
        " Without a share of the ceiling (–): data from the host, or no arithmetic."
    )
    made.cell((1e-4,) * 3, workload="tiny", work={"flops": 1e3, "bytes": 1e2, "items": 1.0})
    assert tables.headline(analyse([made.results()])).caption.endswith(
        " (–): no arithmetic, or too little work (less than a hundredth of the cheapest call)."
    )
    made.cell((1.0,) * 3, size=1024, work=PRODUCT, device="cuda:0")
    assert " no arithmetic, no ceiling measured, or too little" in tables.cells(analyse([made.results()])).caption


@pytest.mark.parametrize(("rate", "said"), [(1.049, False), (1.051, True)])
def test_the_page_names_cells_well_above_their_ceiling_and_says_how_far(made, tmp_path, rate: float, said: bool):
    work = {"flops": 2.0**31, "bytes": 1e6, "items": 8.0}
    made.cell((2.0**31 / 2e11 / rate,) * 3, workload="conv2d", axis="batch", size=16, work=work)
    (path,) = render(analyse([made.results()]), tmp_path)
    told = "batch\N{NO-BREAK SPACE}16 lies above its ceiling by more than 5 %, being "
    assert (told in path.read_text(encoding="utf-8")) is said


def test_a_copy_s_throughput_is_its_bandwidth(made):
    copies = next(group for group in tables.cells(analyse([made.results()])).groups if group.title == "copy")
    assert "20.00 GB/s" in [entry.text for entry in copies.rows[0]]


def test_transfers_are_told_with_their_share_and_both_speedups(invented):
    run = invented.Invented()
    for device, data, step in (
        ("cpu", "resident", 1.0), ("cpu", "host", 1.0), ("cuda:0", "resident", 0.1), ("cuda:0", "host", 2.0),
    ):  # fmt: skip
        run.cell((step,) * 3, device=device, data=data)
    (row,) = rows(tables.transfers(analyse([run.results()])))
    assert (row["Resident"], row["From the host"], row["Copies take"]) == ("100.0 ms", "2.000 s", "95.00 %")
    assert (row["Speed-up without"], row["With"]) == ("10.00×", "0.5000×")
    assert row["In words"] == "wins only without its transfers"


def test_the_page_has_both_sections_where_there_is_something_to_say(invented, made, tmp_path):
    (path,) = render(analyse([made.results()]), tmp_path)
    text = path.read_text(encoding="utf-8")
    assert '<section id="roofline">' in text
    assert "The ceilings" in text
    assert '<section id="transfers">' not in text
    run = invented.Invented()
    for data, step in (("resident", 0.1), ("host", 0.2)):
        run.cell((step,) * 3, device="cuda:0", data=data, work={"flops": 0.0, "bytes": 8.0, "items": 1.0})
    (path,) = render(analyse([run.results()]), tmp_path / "transfers")
    text = path.read_text(encoding="utf-8")
    assert '<section id="transfers">' in text
    assert '<section id="roofline">' not in text, "there is no arithmetic that a ceiling could be over"


def test_the_page_says_why_nothing_is_under_a_ceiling_and_what_to_type(invented, tmp_path):
    run = invented.Invented(selection={"plugins": ["mine.py"]})
    run.cell((0.01,) * 3, size=1024, work=PRODUCT)
    (path,) = render(analyse([run.results()]), tmp_path)
    words = " ".join(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8")).split())
    assert (
        "of 128 MiB or more, on one device, and no such copy was measured here. A report of both runs tells: " in words
    )
    assert "tells: this one, and that of gpubench run copy --plugin mine.py Spread" in words


def test_names_from_anywhere_are_text_there_too(invented, tmp_path):
    evil = "<script>alert(1)</script>\x1b[31m"
    about = {"backend": evil, "mode": evil, "precision": evil, "params": {evil: evil}, "device": "cuda:0"}
    run = invented.Invented()
    run.cell((0.01,) * 3, size=1024, work=PRODUCT, dispatch=1e-9, axis=evil, **about)
    run.cell((0.01,) * 3, workload="copy", work=COPY, dispatch=1e-9, item=evil, **about)
    run.cell((0.02,) * 3, size=1024, work=PRODUCT, data="host", axis=evil, **about)
    findings = analyse([run.results()])
    assert len(findings.ceilings) == len(findings.transfers) == 1
    (path,) = render(findings, tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize(("larger", "said"), [(False, "≤50 %"), (True, "50 %")])
def test_a_share_of_a_ceiling_that_may_be_higher_is_told_as_at_most(invented, larger, said):
    product = {"flops": 2.0**31, "bytes": 12.0 * 2**20, "items": 1024.0}
    made = invented.Invented()
    made.cell((1e-3,) * 3, size=1024, work=product, dispatch=1e-9)
    made.cell((1e-3,) * 3, workload="copy", work={"flops": 0.0, "bytes": 2.0**28, "items": 1.0}, dispatch=1e-9)
    made.cell((2e-3,) * 3, workload="work", work=product, dispatch=1e-9)
    if larger:
        made.cell((2e-3,) * 3, size=2048, work={name: 2 * amount for name, amount in product.items()}, dispatch=1e-9)
    findings = analyse([made.results()])
    for table in (tables.roofline(findings), tables.headline(findings), tables.cells(findings)):
        texts = [entry.text for group in table.groups for row in group.rows for entry in row]
        assert said in texts
        assert ("≤: a larger product might show a higher ceiling." in table.caption) == (not larger)
