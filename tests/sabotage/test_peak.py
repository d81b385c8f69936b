"""A time so short that the device can't have done the work, whatever made it so."""

from __future__ import annotations

import pytest

from gpubench.worker.peak import Peak

RATE = 64 / 200e-6
"""FLOP/s of the bench's step: 64 operations in 200 µs."""


def peak(share: float, capability: str = "9.0") -> Peak:
    """Of a device on which the step runs at that share of the peak in float32: 256 operations in a cycle."""
    return Peak(capability, 2, RATE / share / 256 / 2)


def test_a_product_faster_than_its_device_is_not_believed(bench):
    bench.peak, bench.floor = peak(1.08), True
    answer = bench.measure()
    assert answer["status"] == "unverified"
    assert answer["reason"].startswith("3.19e-07 TFLOP/s is more than the device can do in float32: 2.96e-07 TFLOP/s")
    assert answer["reason"].endswith(
        "by theory (2 multiprocessors at no more than 0 MHz (NVML), compute capability 9.0)"
    )
    assert answer["flags"] == []


def test_work_that_may_be_done_with_less_is_flagged(bench):
    bench.peak = peak(1.08)
    answer = bench.measure()
    assert (answer["status"], answer["reason"], answer["flags"]) == ("ok", "", ["above-peak"])


@pytest.mark.parametrize("floor", [True, False])
@pytest.mark.parametrize(
    "known",
    [
        pytest.param(peak(1.03), id="within the clocks' own tolerance"),
        pytest.param(peak(0.5), id="far below"),
        pytest.param(peak(9.0, "99.0"), id="an architecture that nobody knows"),
        pytest.param(None, id="no figures"),
    ],
)
def test_what_can_be_is_let_pass(bench, known, floor: bool):
    bench.peak, bench.floor = known, floor
    answer = bench.measure()
    assert (answer["status"], answer["reason"], answer["flags"]) == ("ok", "", [])


def test_what_is_not_verified_anyway_keeps_its_reason(bench, edited, monkeypatch):
    from gpubench.worker import measure
    from gpubench.worker import meter as meter_module

    loop = "            call()\n"
    unwaited = edited(meter_module, f"{loop}        complete()\n        stop", f"{loop}        stop")
    monkeypatch.setattr(measure, "Meter", unwaited.Meter)
    bench.peak, bench.floor = peak(1.08), True
    assert bench.measure()["reason"].startswith("work went on after the clock stopped")


def test_a_product_that_ships_has_a_floor_and_a_convolution_has_none():
    from gpubench.plugins import find_workloads

    floors = {name: plugin.value.flops_are_floor for name, plugin in find_workloads().plugins.items()}
    assert floors["matmul"]
    assert not floors["conv2d"]
    assert not floors["mnist_cnn_train"]
