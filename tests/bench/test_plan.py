"""A selection made into cells, and what makes a cell the same one everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gpubench.backend import Backend, Device
from gpubench.errors import UnavailableError, UsageError
from gpubench.plan import Plan, identified, make_plan
from gpubench.plugins import load_target
from gpubench.presence import Presence
from gpubench.results.records import Cell
from gpubench.selection import Selection
from gpubench.workload import Grid, Work, Workload

TOYS = Path(__file__).parent / "plugins" / "toy.py"
TOY: Backend = load_target(f"{TOYS}:toy")
OTHER = replace(TOY, name="other", modes={"graph": "traced"}, precisions=("float32",))
DOUBLING: Workload[Any] = load_target(f"{TOYS}:doubling")
BOTH = replace(DOUBLING, name="both", builders={"toy": DOUBLING.builders["toy"], "other": DOUBLING.builders["toy"]})

CPU, FIRST, SECOND = Device("cpu", "A CPU"), Device("toy:0", "Toy 9000"), Device("toy:1", "Toy 9000")
CPU_ONLY = Presence("1", (CPU,), missing="no toy is plugged in")
GONE = Presence(devices=(), absent="numpy is not installed", hint="pip install numpy")
MATMUL = Cell(
    cell_id="", workload="matmul", version=1, axis="n", size=256, params={"shape": "square"}, backend="torch",
    device="cpu", precision="float32", mode="eager", data="resident", variant="", threads=2, item="row", reason="",
)  # fmt: skip


def plan(
    selection: Selection,
    workloads: tuple[Workload[Any], ...] = (DOUBLING,),
    threads: int = 2,
    **presence: Presence,
) -> Plan:
    """The plan of a machine where both backends are, on the CPU alone unless something else is given."""
    here: Mapping[str, Presence] = {"toy": CPU_ONLY, "other": CPU_ONLY, **presence}
    named = {workload.name: workload for workload in workloads}
    return make_plan(selection, named, {"toy": TOY, "other": OTHER}, here, threads)


def changed(**fields: Any) -> str:
    """The id of a cell that is MATMUL but for some fields."""
    return identified(msgspec.structs.replace(MATMUL, **fields)).cell_id


@pytest.mark.parametrize(
    ("fields", "cell_id"),
    [
        ({}, "f2e181bd6efe8650"),
        (
            {
                "workload": "conv2d", "axis": "batch", "size": 8, "device": "cuda:0", "mode": "graph",
                "backend": "tensorflow", "params": {"layer": "seed-conv2", "layout": "native", "pass": "forward"},
                "precision": "bfloat16", "data": "host", "variant": "aa",
            },
            "2efc5f33c660d01a",
        ),
    ],
)  # fmt: skip
def test_ids_are_those_of_results_that_were_stored_before(fields: dict[str, Any], cell_id: str) -> None:
    """A change here makes every stored run incomparable with new ones."""
    assert changed(**fields) == cell_id


@pytest.mark.parametrize(
    "fields",
    [{"threads": 64}, {"reason": "no driver"}, {"item": "call"}, {"cell_id": "other"}, {"device": "cpu:0"}],
    ids=str,
)
def test_what_is_no_part_of_the_work_leaves_the_id(fields: dict[str, Any]) -> None:
    assert changed(**fields) == changed()


def test_the_number_of_a_device_is_no_part_of_the_id() -> None:
    assert changed(device="cuda:0") == changed(device="cuda:3")


def test_the_order_of_parameters_is_no_part_of_the_id() -> None:
    assert changed(params={"a": 1, "b": 2}) == changed(params={"b": 2, "a": 1})


def test_everything_that_makes_a_cell_what_it_is_changes_the_id() -> None:
    ids = [
        changed(**fields)
        for fields in (
            {}, {"workload": "dispatch"}, {"version": 2}, {"axis": "m"}, {"size": 257}, {"size": 256.5},
            {"size": "256"}, {"params": {}}, {"params": {"shape": "bert-ffn"}}, {"params": {"form": "square"}},
            {"params": {"shape": "square", "bias": True}}, {"backend": "tensorflow"}, {"device": "cuda:0"},
            {"precision": "tf32"}, {"mode": "compile"}, {"data": "host"}, {"variant": "aa"},
        )
    ]  # fmt: skip
    assert len(set(ids)) == len(ids) == 17


def test_a_size_by_name_and_by_value_is_the_same_cell_once() -> None:
    by_name, by_value, both = (plan(Selection(sizes=sizes)).cells for sizes in (("small",), ("64",), ("64", "small")))
    assert by_name == by_value == both
    assert [(cell.size, cell.variant) for cell in by_name if cell.backend == "toy"] == [(64, ""), (64, "aa")]


def test_cells_come_by_workload_size_backend_and_device_with_all_that_they_are() -> None:
    here = Presence("1", (CPU, FIRST, SECOND))
    made = plan(Selection(devices=("all",), sizes=("smoke", "8")), (BOTH,), 3, toy=here, other=here)
    assert [(cell.size, cell.backend, cell.device) for cell in made.cells if not cell.variant] == [
        (size, backend, device) for size in (4, 8) for backend in ("toy", "other")
        for device in ("cpu", "toy:0", "toy:1")
    ]  # fmt: skip
    first = made.cells[0]
    assert (first.workload, first.version, first.axis, first.params) == ("both", 1, "n", {"fault": "none"})
    assert (first.precision, first.mode, first.data, first.threads) == ("float32", "eager", "resident", 3)
    assert (first.item, first.reason, first.variant) == ("number", "", "")
    assert made.cells[2].cell_id == made.cells[1].cell_id != first.cell_id


def test_no_cell_is_planned_twice_where_grids_overlap() -> None:
    grids = (Grid(("smoke", "small")), Grid(("small", "medium")), Grid(("small",), {"fault": ("none", "nan")}))
    made = plan(Selection(backends=("toy",)), (replace(DOUBLING, presets={"quick": grids}),))
    cells = [(cell.size, cell.params["fault"]) for cell in made.cells if not cell.variant]
    assert cells == [(4, "none"), (64, "none"), (256, "none"), (64, "nan")]


def test_work_for_accelerators_is_planned_on_no_cpu() -> None:
    grids = (Grid(("smoke",)), Grid(("smoke", "medium"), accelerated=True))
    workload = replace(DOUBLING, presets={"quick": grids})
    both = plan(Selection(backends=("toy",)), (workload,), toy=Presence("1", (CPU, FIRST)))
    cells = [(cell.size, cell.device) for cell in both.cells if not cell.variant]
    assert cells == [(4, "cpu"), (4, "toy:0"), (256, "toy:0")]
    alone = plan(Selection(backends=("toy",)), (workload,))
    assert {cell.size for cell in alone.cells} == {4}


def test_a_workload_without_a_step_for_a_backend_is_skipped_there_with_its_reason() -> None:
    made = plan(Selection(sizes=("smoke",)))
    assert [(cell.backend, cell.reason) for cell in made.cells if not cell.variant] == [
        ("toy", ""), ("other", "doubling has no step for other"),
    ]  # fmt: skip
    assert [cell.backend for cell in made.runnable] == ["toy", "toy"]


def test_a_backend_without_the_device_is_skipped_there_with_its_reason() -> None:
    here = Presence("1", (CPU, FIRST))
    made = plan(Selection(sizes=("smoke",)), (BOTH,), other=here)
    assert {cell.device: cell.reason for cell in made.cells if cell.backend == "toy"} == {
        "cpu": "", "toy:0": "toy has no toy:0: no toy is plugged in",
    }  # fmt: skip
    assert made.absent == {}


def test_a_device_that_a_backend_does_not_list_needs_a_reason_as_well() -> None:
    made = plan(
        Selection(devices=("toy:1",)), (BOTH,), toy=Presence("1", (CPU, FIRST)), other=Presence("1", (CPU, SECOND))
    )
    reasons = {cell.reason for cell in made.cells if cell.backend == "toy"}
    assert reasons == {"toy has no toy:1: it does not list such a device"}


def test_each_backend_and_device_has_one_aa_pair_of_a_cell_that_runs() -> None:
    made = plan(Selection(preset="standard"), (BOTH,), toy=Presence("1", (CPU, FIRST)))
    seconds = [cell for cell in made.cells if cell.variant == "aa"]
    assert [(cell.backend, cell.device) for cell in seconds] == [("other", "cpu"), ("toy", "cpu"), ("toy", "toy:0")]
    for cell in seconds:
        first = identified(msgspec.structs.replace(cell, variant=""))
        assert first in made.runnable
        assert first.cell_id != cell.cell_id
    assert {cell.size for cell in seconds} == {256}  # the middling one of 4, 64, 256 and 1024


def test_the_pair_is_of_work_where_there_is_any() -> None:
    """Of an empty function nothing is learnt about a device's noise."""

    class Idle(type(DOUBLING.sizes["smoke"])):  # type: ignore[misc]
        def work(self, width: int, /) -> Work:
            return Work(flops=0, bytes=0, items=1)

    idle = replace(DOUBLING, name="idle", sizes={name: Idle(n) for name, n in (("a", 1), ("b", 2), ("c", 3))})
    both = plan(Selection(backends=("toy",), sizes=("a", "b", "c", "smoke")), (idle, DOUBLING))
    assert [cell.workload for cell in both.cells if cell.variant] == ["doubling"]
    alone = plan(Selection(backends=("toy",)), (idle,))
    assert [(cell.workload, cell.size) for cell in alone.cells if cell.variant] == [("idle", 2)]


def test_where_nothing_runs_there_is_no_pair() -> None:
    made = plan(Selection(backends=("other",), sizes=("smoke",)))
    assert [cell.variant for cell in made.cells] == [""]
    assert made.runnable == ()


def test_a_backend_that_is_absent_is_recorded_and_the_others_go_on() -> None:
    made = plan(Selection(sizes=("smoke",)), (BOTH,), other=GONE)
    assert {cell.backend for cell in made.cells} == {"toy"}
    assert made.absent == {"other": "numpy is not installed", "cuda": "no toy is plugged in"}


def test_without_any_backend_there_is_nothing_to_measure() -> None:
    with pytest.raises(UnavailableError, match=r"^toy: numpy is not installed; other: numpy is not inst") as refusal:
        plan(Selection(), toy=GONE, other=GONE)
    assert refusal.value.hint == "pip install numpy"
    assert refusal.value.exit_code == 5


def test_a_backend_that_was_asked_for_alone_and_is_absent_is_refused() -> None:
    with pytest.raises(UnavailableError, match=r"^other: numpy is not installed$"):
        plan(Selection(backends=("other",)), other=GONE)


def test_a_device_alone_that_no_backend_has_is_refused() -> None:
    with pytest.raises(UnavailableError, match="there is no device 'toy' here: no toy is plugged in"):
        plan(Selection(devices=("toy",)))


def test_a_device_beside_the_cpu_that_no_backend_has_is_recorded() -> None:
    made = plan(Selection(devices=("cpu", "toy"), sizes=("smoke",)))
    assert made.absent == {"toy": "no toy is plugged in"}
    assert {cell.device for cell in made.cells} == {"cpu"}


@pytest.mark.parametrize(
    ("selection", "message", "hint"),
    [
        (
            Selection(workloads=("dubling",)),
            "no workload 'dubling'; did you mean 'doubling'?",
            "list workloads",
        ),
        (Selection(backends=("tov",)), "there is no backend 'tov'; did you mean 'toy'?", "list backends"),
        (Selection(workloads=("doubling", "x")), "there is no workload 'x'", "list workloads"),
        (Selection(sizes=("smal",)), "--size smal: .*; did you mean 'small'?", "smoke, small, medium, large"),
        (Selection(params={"fautl": ("nan",)}), "--param fautl: .*; did you mean 'fault'?", "n, fault"),
        (Selection(modes=("grph",)), "--mode grph: .*; did you mean 'graph'?", "eager, slow, graph"),
    ],
)
def test_what_there_is_not_is_wrong_use(selection: Selection, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message.replace("?", r"\?")) as refusal:
        plan(selection)
    assert hint in refusal.value.hint
    assert refusal.value.exit_code == 2


def test_two_values_that_no_backend_has_together_are_wrong_use() -> None:
    with pytest.raises(UsageError, match="nothing is selected: no workload and backend has this combination"):
        plan(Selection(precisions=("float64",), modes=("graph",)), (BOTH,))


def test_a_value_that_every_backend_leaves_out_is_wrong_use() -> None:
    limited = replace(DOUBLING, limits={"toy": {"fault": ("none",)}})
    with pytest.raises(UsageError, match="nothing is selected") as refusal:
        plan(Selection(backends=("toy",), params={"fault": ("nan",)}), (limited,))
    assert "gpubench list cells" in refusal.value.hint


def test_the_workloads_and_backends_that_were_named_are_planned_once_in_their_order() -> None:
    made = plan(
        Selection(workloads=("both", "doubling", "both"), backends=("other", "toy"), sizes=("smoke",)),
        (DOUBLING, BOTH),
    )
    assert [(cell.workload, cell.backend) for cell in made.cells if not cell.variant] == [
        ("both", "other"), ("both", "toy"), ("doubling", "other"), ("doubling", "toy"),
    ]  # fmt: skip
