"""Machines side by side: common cells first, each against the first machine's."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.side_by_side import SideBySide


def machine(invented: Any, name: str, cells: dict[int, float], device: str = "cpu", **more: Any) -> Any:
    made = invented.Invented(name, host=name)
    for size, step in cells.items():
        made.cell(invented.scattered(step), size=size, device=device, **more)
    return made


def beside(*made: Any) -> SideBySide:
    found = analyse([one.results() for one in made]).side_by_side
    assert found is not None
    return found


def test_of_cpus_of_one_model_it_is_said_how_many_cores_each_has(invented: Any) -> None:
    made = [machine(invented, name, {1: 4.0}) for name in "ab"]
    for one, cores in zip(made, ("16", "2"), strict=True):
        one.machine |= {"physical cores allowed": cores}
    (level,) = beside(*made).levels
    assert level.models == ("Invented CPU (16 cores)", "Invented CPU (2 cores)")


def test_cells_that_all_machines_have_come_first_each_half_in_plan_order(invented: Any) -> None:
    found = beside(
        machine(invented, "a", {1: 4.0, 2: 4.0, 3: 4.0}), machine(invented, "b", {4: 1.0, 3: 1.0, 2: 2.0, 5: 1.0})
    )
    assert [(row.example.case.size, row.common) for row in found.rows] == [
        (2, True), (3, True), (1, False), (4, False), (5, False),
    ]  # fmt: skip
    assert [row.ratios[1].value for row in found.rows if row.ratios[1]] == pytest.approx([2.0, 4.0])
    assert all(row.ratios[0] is None for row in found.rows)
    assert [cell is None for row in found.rows[2:4] for cell in row.cells] == [False, True, True, False]


def test_how_fast_a_machine_is_is_the_geometric_mean_of_the_common_cells(invented: Any) -> None:
    cells = {1: 4.0, 2: 4.0, 3: 4.0}
    found = beside(machine(invented, "a", cells), machine(invented, "b", {2: 2.0, 3: 0.5}))
    (level,) = found.levels
    assert level.mean.cells == 2
    assert level.mean.ratio is not None
    assert level.mean.ratio.value == pytest.approx((2 * 8) ** 0.5)
    assert level.mean.ratio.lo is not None


def test_it_is_said_and_by_what_the_machines_are(invented: Any) -> None:
    runs = [
        machine(invented, name, {2: step}, model=f"CPU {name}").results() for name, step in (("a", 4.0), ("b", 1.0))
    ]
    first = analyse(runs).verdicts[0]
    assert first.subject == "What both measured, on the CPU"
    assert first.statements[0].sentence.startswith("run B 4.00× faster [3.9")
    assert first.statements[0].sentence.endswith("than run A in the geometric mean of 1 cell")
    assert [note.text for note in first.notes] == ["A: CPU a; B: CPU b"]


def test_it_is_said_how_many_cells_tell_a_difference_and_that_versions_differ(invented: Any) -> None:
    first, second = (machine(invented, name, {2: step, 3: step}) for name, step in (("a", 4.0), ("b", 1.0)))
    for made in (first, second):
        made.cell((1.0, 1.1, 1.2), size=1)

    def told() -> list[str]:
        (card,) = (one for one in analyse([first.results(), second.results()]).verdicts if "both" in one.subject)
        return [note.text for note in card.notes[1:]]

    assert told() == ["2 of the 3 cells tell a difference"]
    second.launches = [msgspec.structs.replace(one, backend_version="2.0.0") for one in second.launches]
    assert told()[0] == "A with torch 1.2.3, B with torch 2.0.0"


def test_how_machines_differ_is_said_first(invented: Any) -> None:
    runs = [machine(invented, name, {2: step}) for name, step in (("a", 4.0), ("b", 1.0))]
    runs[0].cell(invented.scattered(0.1), size=2, device="cuda:0")
    runs[1].cell(invented.scattered(0.1), size=1, workload="only b")
    told = [verdict.subject for verdict in analyse([one.results() for one in runs]).verdicts]
    assert told[:2] == ["What both measured, on the CPU", "matmul, n 2, float32"]
    assert len(told) > 2


def test_a_machine_of_several_runs_is_called_a_machine_and_of_one_a_run(invented: Any) -> None:
    first, second, other = (machine(invented, name, {1: step}) for name, step in (("a", 9.0), ("a", 4.0), ("b", 1.0)))
    second.run = msgspec.structs.replace(second.run, run_id="later", created="2027-01-01")
    assert [one.words for one in beside(first, second, other).machines] == ["machine A, B", "run C"]


def test_runs_that_join_into_one_are_called_runs(invented: Any) -> None:
    parts = machine(invented, "a", {1: 9.0}), machine(invented, "a", {2: 9.0})
    parts[1].run = msgspec.structs.replace(parts[1].run, run_id="later")
    assert [one.words for one in beside(*parts, machine(invented, "b", {1: 1.0})).machines] == ["runs A+B", "run C"]


def test_each_class_of_devices_is_a_level_of_its_own(invented: Any) -> None:
    both = []
    for name, cpu, gpu in (("a", 4.0, 1.0), ("b", 2.0, 2.0)):
        made = machine(invented, name, {1: cpu})
        made.cell(invented.scattered(gpu), size=1, device="cuda:0")
        both.append(made)
    levels = {level.kind: level.mean.ratio for level in beside(*both).levels}
    assert {kind: ratio and ratio.value for kind, ratio in levels.items()} == pytest.approx({"cpu": 2.0, "cuda": 0.5})


@pytest.mark.parametrize(("devices", "common"), [(("cuda:0", "cuda:1"), True), (("cuda:0", "toy:0"), False)])
def test_the_number_of_a_sole_device_tells_nothing(invented: Any, devices: tuple[str, str], common: bool) -> None:
    found = beside(*(machine(invented, device, {1: 1.0}, device) for device in devices))
    assert [row.common for row in found.rows] == ([True] if common else [False, False])


def test_of_several_devices_those_of_one_number_are_held_against_each_other(invented: Any) -> None:
    two = machine(invented, "a", {1: 4.0}, "cuda:0")
    two.cell(invented.scattered(8.0), size=1, device="cuda:1")
    other = machine(invented, "b", {1: 1.0}, "cuda:0")
    other.cell(invented.scattered(1.0), size=1, device="cuda:1")
    assert [row.ratios[1].value for row in beside(two, other).rows if row.ratios[1]] == pytest.approx([4.0, 8.0])


def test_a_machine_stands_with_its_newest_figures_under_all_its_runs(invented: Any) -> None:
    first, second, other = (machine(invented, name, {1: step}) for name, step in (("a", 9.0), ("a", 4.0), ("b", 1.0)))
    second.run = msgspec.structs.replace(second.run, run_id="later", created="2027-01-01")
    found = beside(first, second, other)
    assert [one.title for one in found.machines] == ["A, B", "C"]
    assert found.rows[0].ratios[1] is not None
    assert found.rows[0].ratios[1].value == pytest.approx(4.0)


def test_what_is_told_of_a_machine_is_an_allow_list(invented: Any) -> None:
    made = machine(invented, "a", {1: 1.0}, "cuda:0")
    made.machine |= {"memory": "16.0 GiB", "secret": "s3cret"}
    facts = dict(beside(made, machine(invented, "b", {1: 1.0})).machines[0].facts)
    assert facts == {"processor": "Invented CPU", "memory": "16.0 GiB", "cuda:0": invented.GPU, "torch": "1.2.3"}


def test_what_failed_on_one_side_is_not_there(invented: Any) -> None:
    bad = machine(invented, "b", {2: 1.0})
    bad.cell(status="oom", reason="too large", size=1)
    found = beside(machine(invented, "a", {1: 1.0}), bad)
    assert [row.common for row in found.rows] == [False, False]
    assert found.levels == ()
