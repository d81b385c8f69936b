"""Which cells of two runs, or of one, belong together, and what is said of those that stay alone."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from gpubench.analysis.measured import Measured, measured
from gpubench.analysis.obstacle import Names, Why
from gpubench.analysis.pairing import Pairing, between, within

TIMES = (1.0, 1.1, 1.2)


def cells(invented: ModuleType, *fields: dict[str, Any], **machine: Any) -> list[Measured]:
    made = invented.Invented(**machine)
    for own in fields:
        made.cell(**{"steps": TIMES, **own})
    return measured([made.results()])


def paired(base: list[Measured], new: list[Measured], *, any_machine: bool = False) -> Pairing:
    return between(base, new, Names("BASE", "NEW"), any_machine=any_machine)


def told(base: list[Measured], new: list[Measured]) -> tuple[Why, str] | None:
    (pair,) = paired(base, new).pairs
    return pair.obstacle and (pair.obstacle.why, pair.obstacle.text)


def test_a_cell_belongs_to_the_same_cell_on_the_same_device(invented):
    gpus = [{"device": "cuda:0"}, {"device": "cuda:1"}]
    found = paired(cells(invented, *gpus), cells(invented, *reversed(gpus)))
    assert [(pair.base.device, pair.new and pair.new.device) for pair in found.pairs] == [
        ("cuda:0", "cuda:0"),
        ("cuda:1", "cuda:1"),
    ]
    assert [pair.obstacle for pair in found.pairs] == [None, None]
    assert found.added == ()


def test_the_only_device_of_its_class_may_have_another_number(invented):
    found = paired(cells(invented, {"device": "cuda:0"}), cells(invented, {"device": "cuda:3"}))
    assert [pair.new and pair.new.device for pair in found.pairs] == ["cuda:3"]


def test_one_of_several_devices_is_not_guessed(invented):
    both = cells(invented, {"device": "cuda:0"}, {"device": "cuda:1"})
    found = paired(both, cells(invented, {"device": "cuda:2"}))
    assert [pair.new for pair in found.pairs] == [None, None]
    assert [cell.device for cell in found.added] == ["cuda:2"]


def test_an_aa_partner_and_a_skipped_cell_are_no_part_of_it(invented):
    base = cells(invented, {}, {"variant": "aa"}, {"steps": (), "status": "skipped", "precision": "tf32"})
    found = paired(base, base)
    assert [(pair.base.variant, pair.base.status) for pair in found.pairs] == [("", "ok")]
    assert found.added == ()


def test_a_cell_that_new_lacks_is_missing(invented):
    assert told(cells(invented, {"size": 64}), cells(invented, {"size": 256})) == (Why.MISSING, "missing in NEW")


def test_a_cell_that_new_skipped_is_missing_for_that_reason(invented):
    skipped = {"steps": (), "status": "skipped", "reason": "no CUDA here", "device": "cuda:0"}
    assert told(cells(invented, {"device": "cuda:0"}), cells(invented, skipped)) == (
        Why.MISSING,
        "missing in NEW: no CUDA here",
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "text"),
    [
        ({}, {"precision": "bfloat16"}, "precision: float32 in BASE, bfloat16 in NEW"),
        ({}, {"mode": "compile"}, "mode: eager in BASE, compile in NEW"),
        ({}, {"data": "host"}, "data: resident in BASE, host in NEW"),
        ({"params": {"layout": "nchw"}}, {"params": {"layout": "nhwc"}}, "layout: nchw in BASE, nhwc in NEW"),
        ({}, {"params": {"layout": "nhwc"}}, "layout: none in BASE, nhwc in NEW"),
        ({}, {"version": 2}, "version of matmul: 1 in BASE, 2 in NEW"),
        (
            {},
            {"precision": "tf32", "mode": "compile"},
            "precision: float32 in BASE, tf32 in NEW; mode: eager in BASE, compile in NEW",
        ),
    ],
)
def test_a_cell_that_is_not_the_same_is_told_by_the_field(invented, ours, theirs, text):
    assert told(cells(invented, ours), cells(invented, theirs)) == (Why.OTHER_CELL, text)


def test_the_nearest_of_several_is_named(invented):
    far = {"data": "host", "mode": "compile"}
    assert told(cells(invented, {}), cells(invented, far, {"precision": "tf32"})) == (
        Why.OTHER_CELL,
        "precision: float32 in BASE, tf32 in NEW",
    )


@pytest.mark.parametrize(
    "other", [{"size": 512}, {"backend": "tensorflow"}, {"device": "cuda:0"}, {"workload": "conv2d"}]
)
def test_other_work_elsewhere_is_not_near(invented, other):
    assert told(cells(invented, {}), cells(invented, other)) == (Why.MISSING, "missing in NEW")


def test_a_cell_that_has_a_partner_of_its_own_is_not_near(invented):
    base = cells(invented, {}, {"precision": "tf32"})
    assert [pair.obstacle and pair.obstacle.text for pair in paired(base, cells(invented, {})).pairs] == [
        None,
        "missing in NEW",
    ]


def test_a_cell_that_failed_is_told_with_its_side_and_reason(invented):
    good, bad = {"size": 64}, {"size": 64, "steps": (), "status": "oom", "reason": "16 GiB"}
    assert told(cells(invented, good), cells(invented, bad)) == (Why.FAILED, "NEW ran out of memory: 16 GiB")
    assert told(cells(invented, bad), cells(invented, good)) == (
        Why.FAILED_IN_BASE,
        "BASE ran out of memory: 16 GiB",
    )
    assert told(cells(invented, bad), cells(invented, {"size": 9})) == (
        Why.FAILED_IN_BASE,
        "BASE ran out of memory: 16 GiB; missing in NEW",
    )


@pytest.mark.parametrize("status", ["failed", "timeout", "crashed", "unverified"])
def test_a_figure_that_is_not_ok_is_none(invented, status):
    found = told(cells(invented, {}), cells(invented, {"status": status, "reason": "for a test"}))
    assert found is not None
    assert found[0] is Why.FAILED


def test_another_machine_other_hardware_and_other_threads_are_told(invented):
    base = cells(invented, {}, host="cafe")
    assert told(base, cells(invented, {}, host="beef")) == (
        Why.OTHER_MACHINE,
        "host (hashed): cafe in BASE, beef in NEW",
    )
    assert told(base, cells(invented, {"model": "Another CPU"}, host="cafe")) == (
        Why.OTHER_MACHINE,
        "device_name: Invented CPU in BASE, Another CPU in NEW",
    )
    assert told(base, cells(invented, {"threads": 4}, host="cafe")) == (
        Why.OTHER_MACHINE,
        "threads: 2 in BASE, 4 in NEW",
    )


def test_other_machines_can_be_allowed_and_other_cells_cannot(invented):
    base = cells(invented, {}, host="cafe")
    (pair,) = paired(base, cells(invented, {"threads": 4}, host="beef"), any_machine=True).pairs
    assert pair.obstacle is None
    (pair,) = paired(base, cells(invented, {"precision": "tf32"}), any_machine=True).pairs
    assert pair.obstacle is not None


def test_cells_that_base_lacks_are_added(invented):
    found = paired(cells(invented, {}), cells(invented, {}, {"size": 4096}))
    assert [cell.case.size for cell in found.added] == [4096]


def test_within_a_run_the_other_devices_are_compared_with_the_cpu(invented):
    own = cells(invented, {"device": "cuda:0"}, {}, {"device": "cuda:1"}, {"size": 64, "device": "cuda:0"})
    found = within(own, "device")
    assert [pairing.names for pairing in found] == [Names("cpu", "cuda:0"), Names("cpu", "cuda:1")]
    assert [[(pair.base.device, pair.base.case.size) for pair in pairing.pairs] for pairing in found] == [
        [("cpu", 256)],
        [("cpu", 256)],
    ]


def test_without_the_cpu_the_first_device_is_the_base(invented):
    (found,) = within(cells(invented, {"device": "cuda:1"}, {"device": "cuda:0"}), "device")
    assert found.names == Names("cuda:1", "cuda:0")


def test_within_a_run_backends_are_compared_in_their_default_modes_and_in_modes_of_one_name(invented):
    own = cells(
        invented,
        *({"backend": "torch", "size": size} for size in (64, 256)),
        *({"backend": "tensorflow", "size": size} for size in (64, 256)),
        {"backend": "torch", "mode": "xla", "size": 64},
        {"backend": "tensorflow", "mode": "xla", "size": 64},
        {"backend": "torch", "mode": "compile", "size": 256},
    )
    (found,) = within(own, "backend")
    assert found.names == Names("torch", "tensorflow")
    assert [(pair.base.case.size, pair.base.mode, pair.new and pair.new.mode) for pair in found.pairs] == [
        (64, "eager", "graph"),
        (256, "eager", "graph"),
        (64, "xla", "xla"),
    ]


def test_within_a_run_modes_are_compared_with_each_backends_default(invented):
    own = cells(
        invented,
        *({"backend": backend, "size": size} for backend in ("torch", "tensorflow") for size in (64, 256)),
        {"backend": "torch", "mode": "compile", "size": 64},
        {"backend": "tensorflow", "mode": "xla", "size": 64},
    )
    found = within(own, "mode")
    assert [pairing.names for pairing in found] == [Names("default mode", "compile"), Names("default mode", "xla")]
    assert [[(pair.base.backend, pair.base.mode) for pair in pairing.pairs] for pairing in found] == [
        [("torch", "eager")],
        [("tensorflow", "graph")],
    ]


def test_within_a_run_a_cell_that_failed_on_one_side_is_an_obstacle(invented):
    own = cells(invented, {}, {"steps": (), "status": "oom", "reason": "16 GiB", "device": "cuda:0"})
    (found,) = within(own, "device")
    assert [pair.obstacle and pair.obstacle.text for pair in found.pairs] == ["cuda:0 ran out of memory: 16 GiB"]
