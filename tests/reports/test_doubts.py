"""A figure is marked where a cell that it rests on is doubtful, in every table; other flags make no mark."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.findings import Findings
from gpubench_reports import tables
from gpubench_reports.page import page
from gpubench_reports.table import Table

PRODUCT = {"flops": 2.0**31, "bytes": 12.0 * 2**20, "items": 1024.0}
COPY = {"flops": 0.0, "bytes": 2.0**28, "items": 2.0**25}
LIGHT = {"flops": 1e9, "bytes": 1e9, "items": 1.0}
"""Work that the copy limits."""
Flagged = dict[tuple[str, str], str]
"""Workload and device, to the one flag of those cells."""


@pytest.fixture
def found(invented: ModuleType) -> Callable[[Flagged], Findings]:
    """Two backends on a CPU and a GPU: a product, a copy, work that the copy limits, and the same from the host."""

    def made(flagged: Flagged) -> Findings:
        run = invented.Invented()
        for backend in ("torch", "tensorflow"):
            for device, factor in (("cpu", 9.0), ("cuda:0", 1.0)):

                def cell(
                    workload: str, size: int, seconds: float, backend=backend, device=device, factor=factor, **more
                ):
                    flag = flagged.get((workload, device), "")
                    run.cell(
                        invented.scattered(factor * seconds), workload=workload, size=size, backend=backend,
                        device=device, flags=("powersave", *filter(None, [flag])), **more,
                    )  # fmt: skip

                cell("matmul", 1024, 0.01, work=PRODUCT)
                cell("copy", 2**25, 0.01, work=COPY)
                for size in (1, 2):
                    cell("light", size, 0.1 * size, work=LIGHT)
                cell("light", 2, 0.5, work=LIGHT, data="host")
        return analyse([run.results()])

    return made


def marks(table: Table) -> list[tuple[str, dict[str, str]]]:
    """What the first column says of each row, and the row's doubts by the titles of their columns."""
    titles = [column.title for column in table.columns]
    return [
        (row[0].text, {title: entry.doubt for title, entry in zip(titles, row, strict=True) if entry.doubt})
        for group in table.groups
        for row in group.rows
    ]


def marked(table: Table) -> list[tuple[str, dict[str, str]]]:
    """Of the rows that have marks."""
    return [(name, doubts) for name, doubts in marks(table) if doubts]


def test_without_doubts_there_is_no_mark(found: Callable[[Flagged], Findings]) -> None:
    findings = found({})
    for made in (tables.speedups, tables.frameworks, tables.crossovers, tables.ceilings, tables.roofline,
                 tables.transfers, tables.distribution):  # fmt: skip
        assert made(findings).count > 0
        assert not made(findings).doubtful
    assert not tables.growth(findings, findings.growths).doubtful


@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
def test_a_ratio_is_doubtful_with_either_side(found: Callable[[Flagged], Findings], device: str) -> None:
    findings = found({("light", device): "steal"})
    assert marked(tables.speedups(findings)) == [("light", {"Speed-up": "steal"})] * 6
    assert marked(tables.frameworks(findings)) == [("light", {"Ratio": "steal"})] * 3
    assert marked(tables.crossovers(findings)) == [("light", {"Crossover": "steal"})] * 2


def test_the_points_of_a_curve_and_the_launches_of_a_cell_bear_their_own_doubt(
    found: Callable[[Flagged], Findings],
) -> None:
    findings = found({("light", "cuda:0"): "drift"})
    for curve in (curve for growth in findings.growths for curve in growth.curves):
        assert [(cell.case.size, cell.step) for cell in curve.cells] == list(curve.points)
    points = [doubts.get("Step time") for _, doubts in marks(tables.growth(findings, findings.growths))]
    assert points == [None, None, "drift", "drift"] * 2
    table = tables.distribution(findings)
    assert marked(table) == [("light, n 2, float32", {"Median": "drift"})] * 6
    assert [name for name, _ in marks(table)].count("light, n 2, float32") == 12


def test_a_ceiling_is_doubtful_with_the_cell_that_showed_it(found: Callable[[Flagged], Findings]) -> None:
    for workload, title in (("matmul", "Fastest product"), ("copy", "Fastest copy")):
        table = tables.ceilings(found({(workload, "cpu"): "steal"}))
        assert marked(table) == [("CPU", {title: "steal", "They meet at": "steal"})]


@pytest.mark.parametrize(("flagged", "doubtful"), [("light", "light"), ("copy", "light"), ("matmul", "matmul")])
def test_a_share_of_a_ceiling_is_doubtful_with_the_cell_or_the_ceiling_that_limits_it(
    found: Callable[[Flagged], Findings], flagged: str, doubtful: str
) -> None:
    rows = marked(tables.roofline(found({(flagged, "cpu"): "steal"})))
    assert rows == [(doubtful, {"Of that": "steal"})] * len(rows)
    assert rows


def test_what_transfers_take_is_doubtful_with_either_way(found: Callable[[Flagged], Findings]) -> None:
    of_cpu, of_gpu = (marked(tables.transfers(found({("light", device): "steal"}))) for device in ("cpu", "cuda:0"))
    over_cpu = {"Speed-up without": "steal", "With": "steal"}
    assert of_cpu == [("light", over_cpu)] * 2
    assert of_gpu == [("light", {"Copies take": "steal", **over_cpu})] * 2


def test_so_is_a_change_from_run_to_run_and_a_step_beside_another_machine_s(invented: ModuleType) -> None:
    def two(host: str) -> Findings:
        runs = []
        for day, flags in ((1, ("drift",)), (2, ())):
            made = invented.Invented(f"day {day}", host=host if day == 2 else "cafe")
            made.run = msgspec.structs.replace(made.run, created=f"2026-01-0{day}T00:00:00+00:00")
            made.cell(invented.scattered(1.0), flags=flags)
            runs.append(made.results())
        return analyse(runs)

    told = [doubts for _, doubts in marks(tables.histories(two("cafe")))]
    assert told == [{"Step time": "drift"}, {"First over this": "drift"}]
    assert marks(tables.side_by_side(two("beef"))) == [("matmul", {"A": "drift", "A's time ÷ B's": "drift"})]
    assert marks(tables.means(two("beef"))) == [("CPU", {"A's time ÷ B's": "drift"})]


def test_a_crossover_in_a_card_bears_the_mark_that_the_tables_give_it(found: Callable[[Flagged], Findings]) -> None:
    def links(findings: Findings) -> int:
        return page(findings).count(
            '<a class="doubt" href="#flags" aria-label="flagged: steal" title="Flagged: steal">'
        )

    flagged = found({("light", "cpu"): "steal"})
    assert links(flagged) == 2
    assert page(flagged).count("(flagged: steal)</p>") == 2
    assert links(found({})) == 0


@pytest.mark.parametrize("which", ["", "aa"])
def test_a_noise_floor_rests_on_both_cells_and_the_harness_s_cost_on_its_own(invented: ModuleType, which: str) -> None:
    made = invented.Invented()
    for variant in ("", "aa"):
        made.cell(invented.scattered(1.0), variant=variant, flags=("steal",) if variant == which else ())
    made.cell(invented.scattered(3e-8), workload="noop", size=1, flags=("steal",) if which else ())
    findings = analyse([made.results()])
    assert marks(tables.noise(findings)) == [("matmul, n 256, float32", {"Noise floor": "steal"})]
    assert [doubts for _, doubts in marks(tables.overhead(findings))] == [{"Empty call": "steal"} if which else {}]
