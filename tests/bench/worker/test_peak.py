"""What a GPU can do by theory: figures from libraries that answer as told, and the peaks that NVIDIA publishes."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from gpubench.worker.flop_per_cycle import FLOP_PER_CYCLE
from gpubench.worker.peak import Peak, peak_of
from gpubench.workload import PRECISIONS

ATTRIBUTES = {16: 132, 75: 9, 76: 0}


def put(pointer, value: int, kind: type = ctypes.c_int) -> None:
    ctypes.cast(pointer, ctypes.POINTER(kind))[0] = value


class Libraries:
    """libcuda and NVML of one GPU. broken: a function to what it answers; missing: libraries that are not there."""

    def __init__(self, missing: tuple[str, ...] = (), megahertz: int = 1980, **broken: int) -> None:
        self.missing, self.megahertz, self.broken = missing, megahertz, broken

    def __call__(self, name: str) -> SimpleNamespace:
        if name in self.missing:
            raise OSError(f"{name}: cannot open shared object file")
        functions = {
            "libcuda.so.1": {
                "cuInit": None, "cuDeviceGet": None, "cuDeviceGetPCIBusId": None,
                "cuDeviceGetAttribute": self._attribute,
            },
            "libnvidia-ml.so.1": {
                "nvmlInit_v2": None, "nvmlDeviceGetHandleByPciBusId_v2": None,
                "nvmlDeviceGetMaxClockInfo": self._clock,
            },
        }[name]  # fmt: skip
        return SimpleNamespace(**{what: self._answering(what, do) for what, do in functions.items()})

    def _answering(self, what, do):
        def answer(*given):
            if what not in self.broken and do is not None:
                do(*given)
            return self.broken.get(what, 0)

        return answer

    def _attribute(self, value, which, device):
        put(value, ATTRIBUTES[which])

    def _clock(self, gpu, kind, value):
        assert kind == 1  # NVML_CLOCK_SM
        put(value, self.megahertz, ctypes.c_uint)


def test_the_figures_are_the_first_visible_gpus():
    assert peak_of("cuda:0", Libraries()) == peak_of("cuda:3", Libraries()) == Peak("9.0", 132, 1.98e9)


@pytest.mark.parametrize("device", ["cpu", "toy:0", "all"])
def test_other_devices_have_none_and_no_library_is_opened(device: str):
    def load(name: str):
        raise AssertionError(name)

    assert peak_of(device, load) is None


@pytest.mark.parametrize(
    "libraries",
    [
        Libraries(missing=("libcuda.so.1",)),
        Libraries(missing=("libnvidia-ml.so.1",)),
        Libraries(nvmlDeviceGetMaxClockInfo=3),
        Libraries(nvmlInit_v2=9),
        Libraries(cuInit=100),
        Libraries(cuDeviceGetAttribute=1),
        Libraries(megahertz=0),
    ],
    ids=["no driver", "no NVML", "no clock", "NVML is not loaded", "no device", "no attribute", "a clock of 0"],
)
def test_a_figure_that_is_not_told_leaves_the_peak_unknown(libraries):
    assert peak_of("cuda:0", libraries) is None


# NVIDIA's published peaks, dense, and the multiprocessors and clock that they are for.
PUBLISHED = [
    pytest.param("6.0", 56, 1.48e9, {"float64": 5.3, "float32": 10.6, "float16": 21.2}, id="P100, Pascal whitepaper"),
    pytest.param("7.0", 80, 1.53e9, {"float64": 7.8, "float32": 15.7, "float16": 125}, id="V100, Volta whitepaper"),
    pytest.param("7.5", 68, 1.635e9, {"float32": 14.2, "float16": 113.8}, id="RTX 2080 Ti, Turing whitepaper"),
    pytest.param(
        "8.0", 108, 1.41e9,
        {"float64": 19.5, "float32": 19.5, "tf32": 156, "bfloat16": 312, "float16": 312}, id="A100 whitepaper",
    ),
    pytest.param(
        "8.6", 84, 1.74e9, {"float32": 37.4, "tf32": 74.8, "bfloat16": 149.7, "float16": 149.7}, id="A40 data sheet"
    ),
    pytest.param("8.9", 128, 2.52e9, {"float32": 82.6, "float16": 330.3}, id="RTX 4090, Ada whitepaper"),
    pytest.param(
        "9.0", 132, 1.83e9, {"tf32": 494.7, "bfloat16": 989.4, "float16": 989.4}, id="H100 SXM5 whitepaper, tensors"
    ),
    pytest.param("9.0", 132, 1.98e9, {"float64": 66.9, "float32": 66.9}, id="H100 SXM5 whitepaper"),
    pytest.param(
        "12.0", 188, 2.617e9, {"float32": 126.0, "tf32": 251.9, "bfloat16": 503.8, "float16": 503.8},
        id="RTX PRO 6000, RTX Blackwell PRO architecture",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("capability", "multiprocessors", "clock_hz", "tera"), PUBLISHED)
def test_the_table_gives_the_published_peaks(capability: str, multiprocessors: int, clock_hz: float, tera):
    peak = Peak(capability, multiprocessors, clock_hz)
    assert {name: peak.flop_per_s(name) for name in tera} == pytest.approx(
        {name: rate * 1e12 for name, rate in tera.items()}, rel=0.01
    )


def test_narrower_types_are_never_slower_and_every_name_is_a_precision():
    for capability, rates in FLOP_PER_CYCLE.items():
        assert set(rates) <= set(PRECISIONS), capability
        ladder = [rates[name] for name in ("float64", "float32", "tf32", "bfloat16", "float16") if name in rates]
        assert ladder == sorted(ladder), capability


def test_the_facts_are_the_peak_of_each_precision_and_where_it_comes_from():
    assert Peak("9.0", 132, 1.98e9).facts() == {
        "theoretical peak float32": "66.91 TFLOP/s",
        "theoretical peak tf32": "535.3 TFLOP/s",
        "theoretical peak float64": "66.91 TFLOP/s",
        "theoretical peak bfloat16": "1071 TFLOP/s",
        "theoretical peak float16": "1071 TFLOP/s",
        "theoretical peak from": "132 multiprocessors at no more than 1980 MHz (NVML), compute capability 9.0",
    }


def test_an_unknown_architecture_has_no_facts_and_refuses_nothing():
    unknown = Peak("99.0", 132, 1.98e9)
    assert unknown.facts() == {}
    assert unknown.exceeded(1e30, "float32") == ""


def test_a_precision_without_a_figure_refuses_nothing():
    """GeForce-like parts in float64: sources differ."""
    assert Peak("8.6", 84, 1.74e9).exceeded(1e30, "float64") == ""


@pytest.mark.parametrize(("share", "refused"), [(0.9, False), (1.04, False), (1.06, True)])
def test_more_than_a_twentieth_above_is_refused(share: float, refused: bool):
    peak = Peak("8.0", 108, 1.41e9)
    assert bool(peak.exceeded(share * 19.49e12, "float32")) is refused


def test_the_figures_are_read_from_the_drivers_own_libraries(nvidia):
    assert peak_of("cuda:0", nvidia()) == Peak("9.0", 132, 1.98e9)
    assert peak_of("cuda:0", nvidia(SPARSE=1)) is None
