"""Is the device no faster than it can be, and what does its own telemetry say while it works?"""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat

from gpubench.worker.gpu_noise import GpuNoise, GpuReading
from gpubench.worker.peak import EXCESS, TERA, Peak
from gpubench.worker.selftest.check import Band, Check, Outcome, judged, not_applicable
from gpubench.worker.selftest.load import Load

GIGA = 1e9
RATE, TELEMETRY = "rate-below-peak", "telemetry"
FLOP_PER_S = "flop per s"
"""The figure of the rate, whether the peak is known or not."""
FASTEST_OF = 5
LONG_LOAD = 10
"""Blocks of 50 ms in a row: long enough for two looks at the GPU while it computes."""

_SHARE = Band(good=(0.2, EXCESS), bearable=(0.0, EXCESS))
_IMPOSSIBLE = "no device computes faster than its theoretical peak: the time is too short, or the work was not done"
_FAR_BELOW = (
    "a large product comes nearer to the peak on a GPU that is free and cool: see `telemetry`, and what else runs"
)
_HELD_BACK = "the GPU is held back while it works: times are right, but of a slower GPU than it could be"
_DOUBTS = ("gpu-throttled", "gpu-clock-low", "gpu-busy-elsewhere")


def rate(load: Load, peak: Peak | None) -> Check:
    """The rate of a large product in float32, against the device's theoretical peak."""
    seconds = min(load.repeated(lambda: load.block(load.calls).waited_s, FASTEST_OF)) / load.calls
    done = load.flops / seconds
    figures = {FLOP_PER_S: done, "flops": load.flops}
    most = peak.flop_per_s("float32") if peak else None
    if most is None:
        return Check(RATE, Outcome.NOT_APPLICABLE, f"{in_words(done)}; the peak is not known", figures=figures)
    share = done / most
    return judged(
        RATE, _SHARE.judge(share), f"{in_words(done)}, {share:.1%} of the peak of {in_words(most)}",
        f"20 % to {EXCESS:.0%} of it", _IMPOSSIBLE if share > EXCESS else _FAR_BELOW,
        {**figures, "peak flop per s": most, "share": share},
    )  # fmt: skip


def telemetry(load: Load, look: Callable[[], GpuReading] | None) -> Check:
    """Clock, heat and power, read while the GPU works."""
    if look is None:
        return not_applicable(TELEMETRY, "NVML tells of NVIDIA GPUs alone")
    load.probe()
    for _ in repeat(None, LONG_LOAD * load.calls):
        load.call()
    noise = GpuNoise((look(), look()))
    load.session.complete()
    told = noise.summary()
    if "gpu clock MHz" not in told:
        return Check(TELEMETRY, Outcome.NOT_APPLICABLE, "NVML tells no clock of this GPU", figures=told)
    doubts = [flag for flag in noise.flags() if flag in _DOUBTS]
    return judged(
        TELEMETRY, Outcome.WARN if doubts else Outcome.PASS, ", ".join([*_words(told), *doubts]),
        "free, cool, and near its highest clock", _HELD_BACK, told,
    )  # fmt: skip


def in_words(flop_per_s: float) -> str:
    """`51.2 TFLOP/s`, `189 GFLOP/s`."""
    unit, scale = ("T", TERA) if flop_per_s >= TERA else ("G", GIGA)
    return f"{flop_per_s / scale:.3g} {unit}FLOP/s"


def _words(told: dict[str, float]) -> list[str]:
    highest = told.get("gpu clock highest MHz")
    words = [f"{told['gpu clock MHz']:.0f}" + (f" of {highest:.0f}" if highest else "") + " MHz"]
    words += [f"{told['gpu temperature C']:.0f} °C"] if "gpu temperature C" in told else []
    return words + ([f"{told['gpu power W']:.0f} W"] if "gpu power W" in told else [])
