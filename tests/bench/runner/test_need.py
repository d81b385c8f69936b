"""What cannot fit into memory is told beforehand, and tried."""

from __future__ import annotations

from dataclasses import replace

from gpubench.runner.estimate import estimate_s
from gpubench.runner.need import needs


def test_a_cell_whose_data_are_more_than_is_free_is_told(prepared):
    made = replace(prepared(sizes=("10", "1000")), memory={"cpu": 2000})
    assert [need.cell.size for need in needs(made)] == [1000, 1000]  # the A/A partner is one of the larger
    assert needs(made)[0].words == "needs 7.81 KiB at the least, 1.95 KiB are free"


def test_a_wider_precision_needs_more(prepared):
    made = replace(prepared(sizes=("1000",), precisions=("float32", "float64")), memory={"cpu": 10_000})
    assert {need.cell.precision for need in needs(made)} == {"float64"}


def test_what_just_fits_is_not_told(prepared):
    made = prepared(sizes=("1000",))
    assert needs(replace(made, memory={"cpu": 8000})) == ()
    assert len(needs(replace(made, memory={"cpu": 7999}))) == 2


def test_of_a_device_whose_memory_is_not_known_nothing_is_told(prepared):
    assert needs(replace(prepared(sizes=("1000",)), memory={})) == ()


def test_a_plan_knows_the_memory_of_its_devices(prepared, monkeypatch):
    monkeypatch.setenv("TOY_DEVICES", "1")
    memory = prepared(sizes=("1",), devices=("cpu", "toy")).memory
    assert memory["toy:0"] == 2**30
    assert memory["cpu"] > 2**20


def test_what_cannot_fit_does_not_lengthen_the_estimate(prepared):
    made = prepared(sizes=("1000000000000",), launches=1)
    assert estimate_s(replace(made, memory={"cpu": 2**40})) < 60 < estimate_s(replace(made, memory={}))
