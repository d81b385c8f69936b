"""What is flagged of a GPU's state while a cell was sampled, and what is recorded of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.worker.gpu_noise import GpuNoise, GpuReading

CALM = GpuReading(
    clock_mhz=1900, highest_mhz=1980, memory_mhz=2619, reasons=0, temperature_c=60, power_w=300.0, others=0,
    computing=0, share=0.0,
)  # fmt: skip
IDLE, SETTING, POWER_CAP, SLOWDOWN, SYNC, SOFT_HEAT, HARD_HEAT, BRAKE, DISPLAY = (1 << bit for bit in range(9))


def noise(*changes: dict[str, object]) -> GpuNoise:
    """One look for each set of changes to a calm one."""
    return GpuNoise(tuple(replace(CALM, **change) for change in changes))


def saw(*reasons: int) -> GpuNoise:
    return noise(*({"reasons": bits} for bits in reasons))


@pytest.mark.parametrize(
    ("found", "flags"),
    [
        pytest.param(saw(0, 0, 0), (), id="calm"),
        pytest.param(saw(0, SOFT_HEAT, 0), ("gpu-throttled",), id="the driver cools it"),
        pytest.param(saw(0, HARD_HEAT | SLOWDOWN, 0), ("gpu-throttled",), id="the hardware cools it"),
        pytest.param(saw(BRAKE, 0, 0), ("gpu-throttled",), id="the power supply brakes it"),
        pytest.param(saw(0, SLOWDOWN, 0), (), id="one look into a change of the clock"),
        pytest.param(saw(SLOWDOWN, 0, SLOWDOWN), ("gpu-throttled",), id="slow at most looks"),
        pytest.param(saw(0, POWER_CAP, 0), ("gpu-power-capped",), id="at its power limit"),
        pytest.param(saw(POWER_CAP | SOFT_HEAT), ("gpu-throttled", "gpu-power-capped"), id="hot and at its limit"),
        pytest.param(saw(IDLE, IDLE), (), id="idle between two blocks"),
        pytest.param(saw(SETTING, SYNC | DISPLAY), (), id="its clock is set"),
    ],
)
def test_why_the_clock_is_held_down_decides_what_is_flagged(found: GpuNoise, flags):
    assert found.flags() == flags


@pytest.mark.parametrize(
    ("clocks", "reasons", "low"),
    [
        pytest.param((1480, 1480, 1980), 0, True, id="under 75 %"),
        pytest.param((1490, 1490, 210), 0, False, id="the median is over 75 %"),
        pytest.param((600,), IDLE, True, id="idling is no reason under load"),
        pytest.param((600,), SETTING, False, id="a set clock is meant so"),
        pytest.param((600,), None, True, id="reasons are not told"),
        pytest.param((None,), 0, False, id="the clock is not told"),
    ],
)
def test_a_low_clock_for_no_reason_named_is_flagged(clocks, reasons, low: bool):
    found = noise(*({"clock_mhz": clock, "reasons": reasons} for clock in clocks))
    assert ("gpu-clock-low" in found.flags()) is low


def test_a_low_clock_whose_highest_is_unknown_is_not_flagged():
    assert noise({"clock_mhz": 300, "highest_mhz": None}).flags() == ()


@pytest.mark.parametrize(
    ("looks", "busy"),
    [
        pytest.param([{}, {"share": 0.12}, {"share": 0.0}], True, id="six percent"),
        pytest.param([{}, {"share": 0.06}, {"share": 0.02}], False, id="four percent"),
        pytest.param([{"share": 0.9}, {"share": 0.0}], False, id="before the first block"),
        pytest.param([{"computing": 1}, {"computing": 1, "share": 0.0}], False, id="another one that idles"),
        pytest.param([{"computing": 1, "share": None}] * 2, True, id="another one, of which no more is told"),
        pytest.param([{"others": 2, "share": None}] * 2, False, id="a desktop, of which no more is told"),
        pytest.param([{"others": None, "computing": None, "share": None}] * 2, False, id="nothing is told"),
    ],
)
def test_use_by_others_is_flagged(looks, busy: bool):
    assert ("gpu-busy-elsewhere" in noise(*looks).flags()) is busy


def test_the_looks_are_recorded_in_numbers():
    found = noise(
        {"clock_mhz": 1900, "temperature_c": 60, "power_w": 100.0, "others": 0, "share": 0.9},
        {"clock_mhz": 1700, "temperature_c": 71, "power_w": 420.0, "others": 3, "share": 0.2, "reasons": POWER_CAP},
        {"clock_mhz": 1800, "temperature_c": 70, "power_w": 430.0, "others": 1, "share": 0.1, "reasons": POWER_CAP},
        {"clock_mhz": 1850, "temperature_c": 70, "power_w": 440.0, "others": 1, "share": 0.0, "reasons": SOFT_HEAT},
    ).summary()
    assert found == pytest.approx(
        {
            "gpu clock MHz": 1825, "gpu clock least MHz": 1700, "gpu clock highest MHz": 1980,
            "gpu memory clock MHz": 2619, "gpu temperature C": 71, "gpu power W": 425, "gpu foreign processes": 3,
            "gpu foreign": 0.1, "gpu thermal slowdown": 0.25, "gpu power brake": 0, "gpu hardware slowdown": 0,
            "gpu power cap": 0.5, "gpu clock setting": 0,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("thermal slowdown", (SOFT_HEAT, HARD_HEAT)),
        ("power brake", (BRAKE,)),
        ("hardware slowdown", (SLOWDOWN,)),
        ("power cap", (POWER_CAP,)),
        ("clock setting", (SETTING, SYNC, DISPLAY)),
    ],
)
def test_every_reason_of_nvml_is_recorded_under_its_name(name: str, bits):
    for bit in bits:
        shares = {reason: share for reason, share in saw(bit, IDLE).summary().items() if share == 0.5}
        assert shares == {f"gpu {name}": 0.5}


def test_what_is_not_told_is_left_out_and_is_not_zero():
    assert GpuNoise((GpuReading(), GpuReading())).summary() == {}
    assert GpuNoise().summary() == {}
    assert GpuNoise((GpuReading(temperature_c=0),)).summary() == {"gpu temperature C": 0.0}
