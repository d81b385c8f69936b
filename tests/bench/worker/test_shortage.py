"""What a record says of memory when it ran out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement
from gpubench.worker.shortage import host_memory, shortage

GIB = 2**30
JOB = Job("doubling", {"n": 3 * 2**26, "fault": "none"}, "float32", "eager", "resident", 0, 0, Limits(0.1))


@pytest.fixture
def measurement(toy):
    """Of the toy on its accelerator, which has 1.5 of 8 GiB free."""
    runtime = toy.start(1, "toy:0")
    runtime.device_memory = lambda: (3 * GIB // 2, 8 * GIB)
    return Measurement("toy", "toy:0", runtime, 1)


def without_host(text: str) -> str:
    return re.sub(r"[\d.]+ GiB of host", "many GiB of host", text)


def test_on_a_device_it_tells_the_need_and_what_was_free_on_device_and_host(measurement, doubling):
    """2 x 4 bytes for each number, of which there are 3 x 2^26."""
    assert without_host(shortage(measurement, JOB, doubling)) == (
        "the work reads and writes 1.5 GiB at least; 1.5 of 8.0 GiB of device memory were free; "
        "many GiB of host memory were free"
    )


def test_less_than_a_gibibyte_of_data_is_told_in_mebibytes(measurement, doubling):
    job = replace(JOB, params={"n": 2**17, "fault": "none"})
    assert shortage(measurement, job, doubling).startswith("the work reads and writes 1.0 MiB at least; ")


def test_on_the_cpu_host_memory_is_all_there_is(measurement, doubling):
    measurement.device = "cpu"
    assert without_host(shortage(measurement, JOB, doubling)) == "many GiB of host memory were free"


def test_without_a_workload_nothing_is_said_of_its_need(measurement):
    assert shortage(measurement).startswith("1.5 of 8.0 GiB of device memory were free; ")


def test_a_device_past_telling_is_no_second_failure(measurement):
    def broken():
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    measurement.runtime.device_memory = broken
    assert shortage(measurement).startswith("free device memory unknown; ")
    measurement.runtime.device_memory = lambda: None
    assert shortage(measurement).startswith("free device memory unknown; ")
    del measurement.runtime.device_memory
    assert shortage(measurement).startswith("free device memory unknown; ")


def test_work_whose_size_can_not_be_told_is_no_second_failure(measurement, doubling):
    measurement.runtime.open = lambda *_: (_ for _ in ()).throw(RuntimeError("out of memory"))
    assert shortage(measurement, JOB, doubling).startswith("how much data the work has is unknown; 1.5 of")


def test_free_host_memory_is_told_in_gibibytes():
    amount = float(host_memory().split()[0])
    total = int(Path("/proc/meminfo").read_text(encoding="ascii").split()[1]) / 2**20
    assert 0 < amount < total
