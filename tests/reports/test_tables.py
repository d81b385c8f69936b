"""The tables' own figures."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.quantity import NONE
from gpubench.cli.summary import summary
from gpubench_reports import tables


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (40, {"10 %": "11.0 s"}),
        (64, {"10 %": "11.3 s", "90 %": "19.0 s"}),
        (700, {"10 %": "11.0 s", "90 %": "19.0 s", "99 %": "19.0 s"}),
    ],
)
def test_samples_are_told_with_the_percentiles_that_there_are_enough_of(gpu_findings, count: int, shown: dict):
    """Every launch with samples of 11 to 19 seconds, and one of 100. What none has enough of has no column."""
    table = tables.distribution(of_samples(gpu_findings, count))
    assert [column.title for column in table.columns][-3 - len(shown) :] == ["Least", *shown, "Most", "Outliers"]
    assert table.count == len(gpu_findings.distributions) > 0
    for row in table.groups[0].rows:
        assert [entry.text for entry in row[-3 - len(shown) :]] == ["11.0 s", *shown.values(), "100 s", "1"]
    assert "90 % is told from 64 a launch on and 99 % is told from 662 a launch on" in table.caption


def test_where_one_launch_has_enough_samples_those_of_the_others_lack_the_percentile(gpu_findings):
    both = (*of_samples(gpu_findings, 40).distributions[:1], *of_samples(gpu_findings, 64).distributions[1:2])
    table = tables.distribution(replace(gpu_findings, distributions=both))
    place = [column.title for column in table.columns].index("90 %")
    assert [row[place].text for row in table.groups[0].rows] == [NONE, "19.0 s"]


def of_samples(findings, count: int):
    """The findings with one launch of so many samples of each distribution."""
    samples = (*(11.0 + number % 9 for number in range(count - 1)), 100.0)
    found = tuple(replace(one, launches=((0, samples),)) for one in findings.distributions)
    return replace(findings, distributions=found)


def test_what_the_harness_costs_is_told_by_backend_and_mode(gpu_findings):
    table = tables.overhead(gpu_findings)
    titles = [column.title for column in table.columns]
    backends, costs = titles.index("Backend"), titles.index("Empty call")
    (rows,) = [group.rows for group in table.groups]
    assert {row[backends].text for row in rows} == {"torch (eager)", "tensorflow (graph)"}
    assert all(row[costs].text.endswith(" ns") for row in rows)


def test_every_number_has_what_its_column_sorts_by(gpu_findings):
    """Texts don't sort: 9 ms is more than 10 µs."""
    checked = 0
    for made in (tables.headline, tables.cells, tables.speedups, tables.frameworks, tables.distribution, tables.noise,
                 tables.overhead):  # fmt: skip
        table = made(gpu_findings)
        for group in table.groups:
            for row in group.rows:
                for entry, column in zip(row, table.columns, strict=True):
                    if column.number and entry.text not in ("", NONE):
                        assert entry.value is not None, (column.title, entry.text)
                        checked += 1
    assert checked > 100


def test_the_headline_has_each_workload_once_for_every_backend_and_device(gpu_findings):
    table = tables.headline(gpu_findings)
    titles = [column.title for column in table.columns]
    rows = [[entry.text for entry in row] for row in table.groups[0].rows]
    places = [(row[titles.index("Case")], row[titles.index("Device")], row[titles.index("Backend")]) for row in rows]
    assert len(set(places)) == len(places) > 10
    assert {case for case, _, _ in places} >= {"matmul, n 2048", "dispatch, n 1"}
    assert "Step with transfers" not in titles


def test_the_headline_has_the_step_with_its_transfers_where_both_were_measured(invented):
    made = invented.Invented()
    for backend in ("torch", "tensorflow"):
        made.cell((1.0,) * 3, backend=backend)
    made.cell((1.5,) * 3, data="host")
    table = tables.headline(analyse([made.results()]))
    place = [column.title for column in table.columns].index("Step with transfers")
    assert [row[place].text for row in table.groups[0].rows] == ["1.500 s", NONE]


@pytest.mark.parametrize(("later", "said"), [(1.0, "0.0 %"), (1.1, "+10.0 %"), (0.996, "−0.4 %")])
def test_a_launch_that_drifts_says_so(gpu_findings, later: float, said: str):
    samples = (1.0,) * 10 + (later,) * 10
    found = tuple(replace(one, launches=((0, samples),)) for one in gpu_findings.distributions)
    table = tables.distribution(replace(gpu_findings, distributions=found))
    place = [column.title for column in table.columns].index("After first quarter")
    assert {row[place].text for row in table.groups[0].rows} == {said}


def test_what_went_wrong_is_grouped_by_how(cpu_findings):
    groups = [group.title for group in tables.not_ok(cpu_findings).groups]
    assert groups == ["failed", "oom", "timeout", "unverified", "skipped"]


def test_failures_that_differ_in_size_alone_have_one_row_in_the_order_of_the_other_tables(invented):
    made = invented.Invented()
    for device in ("cpu", "cuda:0", "cuda:1"):
        made.cell((1.0,) * 3, size=1, device=device)
    same = {"device": "cuda:0", "status": "oom", "reason": "no memory"}
    other = [{"backend": "tensorflow"}, {"mode": "compile"}, {"precision": "float64"}, {"params": {"layout": "x"}},
             {"data": "host"}, {"device": "cuda:1"}, {"reason": "other"}, {"variant": "aa"}, {"status": "failed"},
             {"workload": "last"}]  # fmt: skip
    for size in (2**20, 1600, 1536):
        made.cell(size=size, **same)
    for size, differing in enumerate(other, start=2):
        made.cell(size=size, **{**same, **differing})
    findings = analyse([made.results()])
    assert findings.not_ok[-1].case.workload == "last"
    table = tables.not_ok(findings)
    titles = [column.title for column in table.columns]
    rows = [
        dict(zip(titles, (entry.text for entry in row), strict=True)) for group in table.groups for row in group.rows
    ]
    assert [row["Cells"] for row in rows].count("1") == len(other) == len(rows) - 1
    (folded,) = [row for row in rows if row["Cells"] == "3"]
    assert folded["Cell"] == "matmul, n 1536, 1600, 1,048,576, float32"
    assert (folded["Backend"], folded["Device"], folded["Reason"]) == ("torch (eager)", "GPU 0", "no memory")
    assert table.caption.startswith("Cells without a valid time: 13;")
    assert {row["Cell"] for row in rows} > {
        "last, n 11, float32",
        "matmul, n 9, float32 (measured again for the noise floor)",
    }


def test_where_all_failures_differ_no_column_counts_them(cpu_findings):
    table = tables.not_ok(cpu_findings)
    assert "Cells" not in [column.title for column in table.columns]
    assert table.count == len(cpu_findings.not_ok)


def test_memory_and_energy_are_grouped_by_workload_so_that_many_cells_fold(big_findings):
    every = tuple(replace(cell, peak_host_bytes=1, energy_j=1.0) for cell in big_findings.cells)
    for made in (tables.memory, tables.energy):
        assert [len(group.rows) for group in made(replace(big_findings, cells=every)).groups] == [120] * 5


def test_the_terminal_rounds_as_the_page_does(gpu_findings, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    said = [" ".join(line.split()) for line in click.unstyle(summary(gpu_findings)).splitlines()]
    ((*_, rows),) = [(group.title, group.rows) for group in tables.headline(gpu_findings).groups]
    assert len(rows) > 8
    for row in rows:
        step = next(entry for entry in row if entry.mark == "main")
        figures = f"{step.text} {step.aside} {row[-1].text}"
        assert any(line.endswith(figures) for line in said), figures


def test_a_column_that_says_one_thing_of_all_cells_is_said_once(invented):
    made = invented.Invented()
    for size in (64, 256):
        made.cell((1.0,) * 3, size=size)
    table = tables.cells(analyse([made.results()]))
    assert not {"Device", "Backend", "Mode"} & {column.title for column in table.columns}
    assert "backend torch, mode eager" in table.alike
    made.cell((1.0,) * 3, mode="compile")
    assert "Mode" in {column.title for column in tables.cells(analyse([made.results()])).columns}


def test_the_step_of_a_doubtful_cell_is_marked_with_its_grave_flags_alone(invented):
    made = invented.Invented()
    made.cell((2.0, 2.0, 2.0), flags=("powersave", "steal", "drift"))
    made.cell((1.0, 1.0, 1.0), device="cuda:0", flags=("powersave",))
    findings = analyse([made.results()])
    for table in (tables.headline(findings), tables.cells(findings)):
        assert table.doubtful
        told = {entry.doubt for group in table.groups for row in group.rows for entry in row if entry.mark == "main"}
        assert told == {"drift, steal", ""}


def test_three_intervals_stand_below_their_figures_however_few_the_columns(gpu_findings):
    """A word more in a row, and a usual screen would not show them side by side."""
    assert tables.speedups(gpu_findings).dense
    assert not tables.headline(gpu_findings).dense
