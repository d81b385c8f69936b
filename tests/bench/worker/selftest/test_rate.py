"""The rate against the theoretical peak, and the GPU's own telemetry while it works."""

from __future__ import annotations

import pytest

from gpubench.worker.gpu_noise import GpuReading
from gpubench.worker.peak import Peak
from gpubench.worker.selftest.check import Outcome
from gpubench.worker.selftest.rate import rate, telemetry

HOPPER = Peak("9.0", 100, 1e9)  # 256 operations a cycle in float32: 25.6 TFLOP/s


def at(virtual, load, flop_per_s):
    """A load of 1 GFLOP a call at such a rate."""
    return load(virtual(issue=1_000, work=round(1e9 / flop_per_s * 1e9)))


@pytest.mark.parametrize(
    ("tera", "outcome", "meaning"),
    [
        (20.0, Outcome.PASS, ""),
        (26.5, Outcome.PASS, ""),
        (27.5, Outcome.FAIL, "no device computes faster"),
        (3.0, Outcome.WARN, "see `telemetry`"),
    ],
)
def test_a_rate_is_held_to_the_theoretical_peak(virtual, load, tera, outcome, meaning):
    check = rate(at(virtual, load, tera * 1e12), HOPPER)
    assert check.outcome is outcome
    assert meaning in check.meaning
    assert check.figures["flop per s"] == pytest.approx(tera * 1e12, rel=0.01)
    assert "25.6 TFLOP/s" in check.found


@pytest.mark.parametrize("peak", [None, Peak("99.0", 100, 1e9)])
def test_an_unknown_peak_refuses_nothing_and_the_rate_is_told(virtual, load, peak):
    check = rate(at(virtual, load, 2e12), peak)
    assert check.outcome is Outcome.NOT_APPLICABLE
    assert check.found == "2 TFLOP/s; the peak is not known"
    assert check.figures["flop per s"] == pytest.approx(2e12, rel=0.01)


@pytest.fixture
def told(virtual, load):
    """Telemetry of a GPU that tells this; seen: whether it had work when it was looked at."""

    def made(**reading):
        device = virtual(issue=1_000, work=5_000_000)
        made.busy = []

        def look():
            made.busy.append(device.free_at > device.now)
            return GpuReading(**reading)

        return telemetry(load(device), look)

    return made


def test_a_free_and_cool_gpu_passes_and_is_looked_at_while_it_works(told):
    check = told(clock_mhz=1900, highest_mhz=1980, temperature_c=55, power_w=402.4, reasons=0, others=0, computing=0)
    assert (check.outcome, check.found) == (Outcome.PASS, "1900 of 1980 MHz, 55 °C, 402 W")
    assert told.busy == [True, True]


@pytest.mark.parametrize(
    ("reading", "flag"),
    [
        ({"reasons": 0x40}, "gpu-throttled"),
        ({"clock_mhz": 600, "reasons": 0}, "gpu-clock-low"),
        ({"computing": 1}, "gpu-busy-elsewhere"),
    ],
)
def test_a_gpu_that_is_held_back_is_warned_of(told, reading, flag):
    check = told(**{"clock_mhz": 1900, "highest_mhz": 1980, **reading})
    assert check.outcome is Outcome.WARN
    assert check.found.endswith(flag)


def test_a_power_cap_is_usual_under_load(told):
    assert told(clock_mhz=1600, highest_mhz=1980, reasons=0x4).outcome is Outcome.PASS


def test_where_nothing_is_told_it_does_not_apply(told, virtual, load):
    assert told().outcome is Outcome.NOT_APPLICABLE
    assert telemetry(load(virtual(work=1)), None).outcome is Outcome.NOT_APPLICABLE
