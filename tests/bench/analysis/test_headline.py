"""The cases that speak for a machine, with what their transfers cost."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.findings import Findings


def test_a_headline_is_the_slowest_case_that_most_places_did(invented):
    made = invented.Invented()
    for size in (1, 2):
        for backend in ("torch", "tensorflow"):
            made.cell((1.0 * size,) * 3, size=size, backend=backend)
    made.cell((9.0,) * 3, size=3)
    found = analyse([made.results()]).headlines
    assert [(one.cell.case.size, one.cell.backend) for one in found] == [(2, "torch"), (2, "tensorflow")]


def test_of_two_ways_of_the_same_work_the_faster_speaks(invented):
    made = invented.Invented()
    work = {"flops": 0.0, "bytes": 2.0**28, "items": 1.0}
    for into, on_cpu in (("new", 9e-3), ("kept", 1.3e-3)):
        for device, step in (("cpu", on_cpu), ("cuda:0", 9e-5)):
            made.cell((step,) * 3, workload="copy", size=2**25, params={"into": into}, device=device, work=work)
    made.cell((1e-4,) * 3, workload="copy", size=64, params={"into": "kept"}, work={**work, "bytes": 512.0})
    found = analyse([made.results()]).headlines
    assert [(dict(one.cell.case.params)["into"], one.cell.device) for one in found] == [
        ("kept", "cpu"),
        ("kept", "cuda:0"),
    ]


def test_the_same_work_on_data_from_the_host_is_its_partner(invented):
    made = invented.Invented()
    for device in ("cpu", "cuda:0"):
        for data, factor in (("resident", 1.0), ("host", 3.0)):
            made.cell((factor,) * 3, device=device, data=data)
    found = analyse([made.results()]).headlines
    assert [(one.cell.case.data, one.with_transfers.step.value) for one in found] == [("resident", 3.0)] * 2
    assert [one.with_transfers.device for one in found] == [one.cell.device for one in found] == ["cpu", "cuda:0"]


def test_another_mode_or_precision_is_no_partner(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    made.cell((1.0,) * 3, data="host", precision="bfloat16")
    made.cell((1.0,) * 3, data="host", mode="compile")
    (one,) = (one for one in analyse([made.results()]).headlines if one.cell.case.data == "resident")
    assert one.with_transfers is None


def of_two_days(invented: Any, first: dict[str, float], second: dict[str, float], other: str = "") -> Findings:
    """One machine on two days. first, second: seconds by device; other: a workload of the second day alone."""
    runs = []
    for day, steps in enumerate((first, second), 1):
        made = invented.Invented(f"day {day}")
        made.run = msgspec.structs.replace(made.run, created=f"2026-01-{day:02}T00:00:00+00:00")
        for device, step in steps.items():
            made.cell(invented.scattered(step), device=device)
        if other and day == 2:
            made.cell((1.0,) * 3, workload=other)
        runs.append(made.results())
    return analyse(runs)


@pytest.mark.parametrize("second", [{"cpu": 500.0}, {"cuda:0": 0.001}])
def test_what_a_card_divides_is_what_the_table_shows_though_one_side_was_measured_anew(invented, second):
    findings = of_two_days(invented, {"cpu": 8.0, "cuda:0": 2.0}, second)
    told = {one.cell.device: one.cell for one in findings.headlines}
    assert {device: cell.run for device, cell in told.items()} == {"cpu": "A", "cuda:0": "A"}
    (card,) = findings.verdicts
    assert card.statements[0].figure == "4.000×"
    assert told["cpu"].step.value / told["cuda:0"].step.value == pytest.approx(4.0)
    assert {one.cell.run for one in findings.distributions} == {"A"}


def test_of_runs_that_are_apart_the_newest_speaks_where_it_has_as_much_and_for_what_it_alone_has(invented):
    both = {"cpu": 8.0, "cuda:0": 2.0}
    findings = of_two_days(invented, both, {"cpu": 6.0, "cuda:0": 1.0}, "other")
    assert {(one.cell.case.workload, one.cell.run) for one in findings.headlines} == {("matmul", "B"), ("other", "B")}
    findings = of_two_days(invented, both, {"cpu": 6.0}, "other")
    assert {(one.cell.case.workload, one.cell.run) for one in findings.headlines} == {("matmul", "A"), ("other", "B")}


def test_a_newer_run_in_another_mode_than_its_backend_s_usual_does_not_take_the_word(invented):
    older, newer = invented.Invented("older"), invented.Invented("newer")
    newer.run = msgspec.structs.replace(newer.run, created="2026-02-02T00:00:00+00:00")
    for size in (64, 128):
        older.cell((1.0,) * 3, size=size)
    older.cell((1.0,) * 3, size=128, mode="compile")
    newer.cell((0.5,) * 3, size=128, mode="compile")
    (one,) = analyse([older.results(), newer.results()]).headlines
    assert (one.cell.run, one.cell.mode) == ("A", "eager")
