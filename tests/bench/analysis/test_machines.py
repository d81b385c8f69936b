"""Which runs are of one machine, and which are parts of one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.machines import machine_names, part_labels, refuse_twice
from gpubench.errors import UsageError
from gpubench.results.results import Results


def run(
    invented: Any, name: str, *cells: dict[str, Any], created: str = "2026-01-02T03:04:05+00:00", **facts: str
) -> Results:
    """A run on a machine of these facts, of these cells; of one cell under torch by default."""
    made = invented.Invented(name)
    made.run = msgspec.structs.replace(made.run, created=created)
    made.machine = {"host (hashed)": "cafe", "processor": "Invented CPU", **facts}
    for cell in cells or ({},):
        made.cell((1.0, 1.0, 1.0), **cell)
    return made.results()


TORCH, TENSORFLOW = {"backend": "torch"}, {"backend": "tensorflow"}


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({}, True),
        ({"host (hashed)": "beef"}, False),
        ({"processor": "Another CPU"}, False),  # "localhost" is the name of many
        ({"host (hashed)": "beef", "boot (hashed)": "b1"}, True),  # containers of one machine
        ({"host (hashed)": "beef", "boot (hashed)": "b2"}, False),
        ({"boot (hashed)": "b2"}, True),  # booted anew
        ({"memory": "23.5 GiB"}, False),  # two virtual machines made of one image
        ({"logical processors": "2"}, False),
        ({"logical processors": "16", "physical cores allowed": "2"}, True),  # a container that may use a part of it
        ({"boot (hashed)": "b1", "memory": "8.0 GiB"}, True),  # what one container is shown
    ],
)
def test_a_machine_is_known_by_its_boot_or_by_its_host_and_hardware(
    invented: Any, facts: dict[str, str], same: bool
) -> None:
    first = {"boot (hashed)": "b1", "logical processors": "16", "memory": "125.9 GiB", "physical cores allowed": "16"}
    names = machine_names([run(invented, "a", **first), run(invented, "b", **facts)])
    assert (names[0] == names[1]) == same


def test_what_tells_nothing_makes_no_two_runs_one_machine(invented: Any) -> None:
    nameless = {"host (hashed)": "", "boot (hashed)": "", "processor": ""}
    assert machine_names([run(invented, "a", **nameless), run(invented, "b", **nameless)]) == ["a", "b"]


def test_two_machines_of_one_host_name_have_two_names(invented: Any) -> None:
    runs = [run(invented, name, processor=cpu) for name, cpu in (("a", "X"), ("b", "Y"), ("c", "X"), ("d", "Z"))]
    assert machine_names(runs) == ["cafe", "cafe, Y", "cafe", "cafe, Z"]
    runs = [run(invented, name, processor="X", memory=memory) for name, memory in (("a", "1 GiB"), ("b", "2 GiB"))]
    assert machine_names(runs) == ["cafe", "cafe, X, 2 GiB"]


def test_two_machines_of_one_host_name_stand_side_by_side_and_have_no_history(invented: Any) -> None:
    runs = [run(invented, name, memory=memory) for name, memory in (("a", "125.9 GiB"), ("b", "23.5 GiB"))]
    findings = analyse(runs)
    assert findings.histories == ()
    assert findings.side_by_side is not None
    assert [machine.title for machine in findings.side_by_side.machines] == ["A", "B"]


def test_runs_of_one_machine_that_share_no_cell_are_one(invented: Any) -> None:
    runs = [run(invented, "a", TORCH), run(invented, "b", TENSORFLOW)]
    assert part_labels(runs) == ["", ""]
    findings = analyse(runs)
    (one,) = findings.frameworks
    assert (one.ratio.value, one.ratio.paired) == (1.0, False)
    assert {cell.run for cell in findings.cells} == {""}
    assert [overview.label for overview in findings.runs] == ["A", "B"]
    assert "in run" not in findings.verdicts[0].sentence


def test_so_are_their_curves_and_crossovers(invented: Any) -> None:
    cpu, gpu = invented.Invented("a"), invented.Invented("b")
    for size, slow, fast in ((64, 1.0, 2.0), (128, 8.0, 4.0)):
        cpu.cell(invented.scattered(slow), size=size)
        gpu.cell(invented.scattered(fast), size=size, device="cuda:0")
    findings = analyse([cpu.results(), gpu.results()])
    (growth,) = findings.growths
    assert {curve.device for curve in growth.curves} == {"cpu", "cuda:0"}
    (crossover,) = findings.crossovers
    assert crossover.at == pytest.approx(64 * 2**0.5)


def test_a_crossover_may_lie_between_the_sizes_of_two_runs(invented: Any) -> None:
    small, large = invented.Invented("a"), invented.Invented("b")
    for made, size, slow, fast in ((small, 64, 1.0, 2.0), (large, 128, 8.0, 4.0)):
        made.cell(invented.scattered(slow), size=size)
        made.cell(invented.scattered(fast), size=size, device="cuda:0")
    (crossover,) = analyse([small.results(), large.results()]).crossovers
    assert crossover.sizes == (64, 128)


def test_a_cell_measured_anew_begins_another_part(invented: Any) -> None:
    runs = [run(invented, "a", TORCH, TENSORFLOW), run(invented, "b", TORCH)]
    assert part_labels(runs) == ["A", "B"]


def test_a_cell_that_was_planned_and_not_reached_is_not_shared(invented: Any) -> None:
    lacking = invented.Invented("a")
    lacking.cell((1.0, 1.0, 1.0))
    lacking.cell((), backend="tensorflow", status="skipped", reason="not here")
    assert part_labels([lacking.results(), run(invented, "b", TENSORFLOW)]) == ["", ""]


def test_a_run_joins_what_was_measured_nearest_in_time(invented: Any) -> None:
    days = [f"2026-01-{day:02}T00:00:00+00:00" for day in (1, 9, 10, 2)]
    runs = [
        run(invented, "a", TORCH, created=days[0]), run(invented, "b", TORCH, created=days[1]),
        run(invented, "c", TENSORFLOW, created=days[2]), run(invented, "d", TENSORFLOW, created=days[3]),
    ]  # fmt: skip
    assert part_labels(runs) == ["A+D", "B+C", "B+C", "A+D"]
    found = {(one.left.run_id, one.right.run_id) for one in analyse(runs).frameworks}
    assert found == {("a", "d"), ("b", "c")}


def test_runs_of_two_machines_are_never_one(invented: Any) -> None:
    runs = [run(invented, "a", TORCH), run(invented, "b", TENSORFLOW, processor="Another CPU")]
    assert part_labels(runs) == ["A", "B"]
    assert analyse(runs).frameworks == ()


def test_a_time_that_is_none_is_no_obstacle(invented: Any) -> None:
    runs = [run(invented, "a", TORCH, created="someday"), run(invented, "b", TENSORFLOW, created="")]
    assert part_labels(runs) == ["", ""]


def test_one_run_given_twice_is_refused(invented: Any) -> None:
    one, copy, other = run(invented, "a"), run(invented, "a"), run(invented, "b")
    refuse_twice([one, other])
    with pytest.raises(UsageError, match=r"^run/results.jsonl was given twice: a$"):
        analyse([one, other, copy])
    elsewhere = invented.Invented("a").results(path=copy.path.parent / "copy.jsonl")
    with pytest.raises(UsageError, match=r"^run/results.jsonl and run/copy.jsonl are one run: a$") as refusal:
        refuse_twice([one, elsewhere])
    assert refusal.value.hint == "name each run once"
