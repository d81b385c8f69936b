"""A look at the GPU through stubs of NVIDIA's libraries, old and new: each figure in its unit, or None."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from gpubench.runner.spawner import ProcessSpawner
from gpubench.worker.gpu_noise import GpuReading
from gpubench.worker.job import Job, Limits, Start
from gpubench.worker.nvml_state import NvmlState

TOLD = GpuReading(
    clock_mhz=1755, highest_mhz=1980, memory_mhz=2619, reasons=0x4, temperature_c=63, power_w=431.25, others=1,
    computing=1, share=None,
)  # fmt: skip


def test_every_figure_is_read_in_its_unit(nvidia):
    load = nvidia(REASONS=0x4, COMPUTE=f"{os.getpid()}:1 7:1")
    assert NvmlState(load).read() == TOLD


def test_a_newer_nvml_is_asked_by_its_newer_names(nvidia):
    """It lacks those that NVIDIA has said it will take away; the stub's thermometer stands a degree higher."""
    load = nvidia("-DNEW_NAMES", REASONS=0x4, COMPUTE=f"{os.getpid()}:1 7:1")
    assert NvmlState(load).read() == replace(TOLD, temperature_c=64)


@pytest.mark.parametrize("flags", [(), ("-DNEW_NAMES",)])
def test_a_gpu_that_tells_nothing_is_no_error(nvidia, flags):
    assert NvmlState(nvidia(*flags, SPARSE=1)).read() == GpuReading()


def test_a_machine_without_nvml_is_looked_at_once_and_tells_nothing():
    asked = []

    def load(name: str):
        asked.append(name)
        raise OSError(f"{name}: cannot open shared object file")

    state = NvmlState(load)
    assert [state.read(), state.read()] == [GpuReading()] * 2
    assert asked == ["libnvidia-ml.so.1"]


def test_nvml_is_not_opened_before_the_first_look(nvidia):
    """By then the framework has opened the device in its own way."""
    opened = []
    load = nvidia()

    def opening(name: str):
        opened.append(name)
        return load(name)

    state = NvmlState(opening)
    assert opened == []
    state.read()
    state.read()
    assert sorted(opened) == ["libcuda.so.1", "libnvidia-ml.so.1"]


def test_a_launch_on_an_nvidia_gpu_records_what_held_it_back(stub, stub_libcuda, toy, toy_file, monkeypatch):
    """A worker of its own, which finds the libraries where a driver puts them."""
    nvml = stub("libnvidia_ml_telemetry.c", "libnvidia-ml.so.1")
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{stub_libcuda}:{nvml}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("STUB_NVML_REASONS", str(0x40))
    start = Start(f"{toy_file}:toy", "cuda:0", 1)
    job = Job(f"{toy_file}:doubling", {"n": 4, "fault": "none"}, "float32", "eager", "resident", 0, 0, Limits(0.05))
    with ProcessSpawner({}) as spawner:
        worker = spawner.spawn(toy, start)
        assert worker.ask(start.message(), 60)["status"] == "ok"
        answer = worker.ask(job.message(), 60)
        worker.close()
    assert answer["status"] == "ok"
    assert (answer["noise"]["gpu clock MHz"], answer["noise"]["gpu thermal slowdown"]) == (1755, 1)
    assert "gpu-throttled" in answer["flags"]
