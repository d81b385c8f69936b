"""Which GPU a worker sees: asked of stand-ins for the driver's libraries, and of stubs in a real process."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from gpubench.worker.identity import identity

BYTES = bytes(range(16))
TEXT = "GPU-00010203-0405-0607-0809-0a0b0c0d0e0f"


def given(pointer, value):
    ctypes.memmove(pointer, value, len(value))
    return 0


def libraries(cuda=None, nvml=None):
    """A loader of these; None: the loader does not find it."""
    there = {"libcuda.so.1": cuda, "libnvidia-ml.so.1": nvml}

    def load(name):
        if there[name] is None:
            raise OSError(f"{name}: cannot open shared object file")
        return SimpleNamespace(**there[name])

    return load


CUDA = {
    "cuInit": lambda flags: 0,
    "cuDeviceGet": lambda device, index: 0,
    "cuDeviceGetUuid_v2": lambda told, device: given(told, BYTES),
}
NVML = {
    "nvmlInit_v2": lambda: 0,
    "nvmlSystemGetDriverVersion": lambda told, size: given(told, b"580.65.06\0"),
}


def test_a_gpu_is_known_by_a_hash_of_its_uuid_and_by_its_driver():
    uuid = hashlib.sha256(TEXT.encode()).hexdigest()[:12]  # as the doctor hashes what NVML tells
    assert identity("cuda:3", libraries(CUDA, NVML)) == {"uuid": uuid, "driver": "580.65.06"}


@pytest.mark.parametrize(
    ("cuda", "nvml", "told"),
    [
        (None, NVML, {"driver"}),
        (CUDA, None, {"uuid"}),
        (None, None, set()),
        ({**CUDA, "cuInit": lambda flags: 999}, NVML, {"driver"}),
        ({**CUDA, "cuDeviceGet": lambda device, index: 101}, NVML, {"driver"}),
        ({name: CUDA[name] for name in ("cuInit", "cuDeviceGet")}, NVML, {"driver"}),  # before CUDA 11.4
        (CUDA, {**NVML, "nvmlInit_v2": lambda: 9}, {"uuid"}),
    ],
)
def test_what_is_not_told_is_left_out(cuda, nvml, told):
    assert set(identity("cuda:0", libraries(cuda, nvml))) == told


def test_a_cpu_and_foreign_devices_are_not_asked():
    def load(name):
        raise AssertionError(name)

    assert identity("cpu", load) == {}
    assert identity("toy:0", load) == {}


def test_the_libraries_of_a_driver_tell_it(stub_libcuda, stub_nvml):
    script = "import json; from gpubench.worker.identity import identity; print(json.dumps(identity('cuda:0')))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "LD_LIBRARY_PATH": f"{stub_libcuda}:{stub_nvml}", "CUDA_VISIBLE_DEVICES": "0"},
    )  # fmt: skip
    zero = hashlib.sha256(b"GPU-00000000-0000-0000-0000-000000000000").hexdigest()[:12]
    assert json.loads(done.stdout) == {"uuid": zero, "driver": "580.65.06"}
