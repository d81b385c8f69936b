"""The cases that speak for a machine, with what their transfers cost."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.case import Value
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


def of_machines(invented: Any, *steps: dict[tuple[object, str, str], float]) -> Findings:
    """Machines of which each measured copies; by what they are into, backend and device, seconds."""
    runs = []
    for number, own in enumerate(steps):
        made = invented.Invented(f"run {number}", host=str(number))
        for (into, backend, device), step in own.items():
            made.cell((step,) * 3, workload="copy", params={"into": into}, backend=backend, device=device)
        runs.append(made.results())
    return analyse(runs)


def spoken(findings: Findings) -> list[tuple[str, Value, str, str]]:
    return [
        (one.cell.run, dict(one.cell.case.params)["into"], one.cell.backend, one.cell.device)
        for one in findings.headlines
    ]


def test_machines_stand_together_by_the_slowest_case_that_all_did(invented):
    runs = []
    for name, sizes in (("a", (1, 2, 3, 9)), ("b", (1, 2, 4))):
        made = invented.Invented(name, host=name)
        for size in sizes:
            made.cell((float(size),) * 3, size=size)
        runs.append(made.results())
    assert [(one.cell.run, one.cell.case.size) for one in analyse(runs).headlines] == [("A", 2), ("B", 2)]


def test_a_machine_that_is_named_first_chooses_as_when_it_is_alone(invented):
    """Not the case that the other machine needs most time for."""
    machines = []
    for name, steps in (("a", {1: 1.0, 2: 3.0}), ("b", {1: 900.0, 2: 1.0})):
        made = invented.Invented(name, host=name)
        for size, step in steps.items():
            made.cell((step,) * 3, size=size)
        machines.append(made)
    for order in ((0,), (0, 1), (1, 0)):
        found = analyse([machines[place].results() for place in order]).headlines
        assert {one.cell.case.size for one in found} == {(2, 1)[order[0]]}


def test_each_speaks_for_itself_where_the_common_case_would_take_a_device_from_it(invented):
    both = {(into, "torch", device): 1.0 for into in ("a", "b") for device in ("cpu", "cuda:0")}
    assert spoken(of_machines(invented, {**both, ("c", "torch", "cpu"): 1.0}, {("c", "torch", "cpu"): 2.0})) == [
        ("A", "a", "torch", "cpu"), ("A", "a", "torch", "cuda:0"), ("B", "c", "torch", "cpu"),
    ]  # fmt: skip


def test_a_faster_way_of_the_same_work_speaks_for_all_though_a_backend_cannot_do_it(invented):
    first = {("new", "torch", "cpu"): 9.0, ("kept", "torch", "cpu"): 1.0}
    first |= {("new", "torch", "cuda:0"): 0.1, ("kept", "torch", "cuda:0"): 0.1}
    second = {("new", "torch", "cpu"): 9.0, ("new", "tensorflow", "cpu"): 3.0, ("kept", "torch", "cpu"): 2.0}
    assert spoken(of_machines(invented, first, second)) == [
        ("A", "kept", "torch", "cpu"), ("A", "kept", "torch", "cuda:0"), ("B", "kept", "torch", "cpu"),
    ]  # fmt: skip
    only_gpu = {key: step for key, step in first.items() if key != ("kept", "torch", "cpu")}
    assert {into for _, into, _, _ in spoken(of_machines(invented, only_gpu, second))} == {"new"}


def test_the_workloads_of_machines_are_not_parted(invented):
    runs = []
    for name, factor in (("a", 1.0), ("b", 100.0)):
        made = invented.Invented(name, host=name)
        for workload, step in (("first", 2.0), ("second", 1.0)):
            made.cell((step * factor,) * 3, workload=workload)
        runs.append(made.results())
    found = analyse(runs).headlines
    assert [(one.cell.case.workload, one.cell.run) for one in found] == [
        ("first", "A"), ("first", "B"), ("second", "A"), ("second", "B"),
    ]  # fmt: skip


def test_the_runs_share_what_is_drawn_of_samples_the_cells_of_cards_first(invented):
    runs = []
    for name, longest, count in (("a", 9.0, 7), ("b", 0.09, 2)):
        made = invented.Invented(name, host=name)
        for number in range(count):
            made.cell((longest / (1 + number),) * 3, workload=f"{name} {number}")
        runs.append(made)
    runs[0].cell((0.1,) * 3, workload="a 6", device="cuda:0")
    findings = analyse([made.results() for made in runs])
    drawn = [one.cell.case.workload for one in findings.distributions]
    assert drawn == ["a 0", "a 1", "a 2", "a 3", "a 4", "a 6", "b 0", "b 1"]
    assert len(findings.headlines) == 10
