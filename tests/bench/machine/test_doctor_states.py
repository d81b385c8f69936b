"""Each state of the table told apart by what the real frameworks and the real NVML bindings said in it.

recorded/ holds what `gpubench doctor --json` saw in each, with its `origin`: the frameworks of the package index on the
stub libraries in ../stubs. A wording that a new version changes is found here once its record is made anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gpubench.backend import Device
from gpubench.machine.cuda import Cuda, look_at_cuda
from gpubench.machine.doctor import Examination
from gpubench.machine.doctor_build import absence
from gpubench.machine.framework import Framework
from gpubench.machine.host import Host
from gpubench.plugins import find_backends

RECORDED = Path(__file__).parent / "recorded"
STATES = {
    "torch-no-driver": "no-driver",
    "torch-no-device": "masked",
    "torch-driver-too-old": "driver-too-old",
    "torch-driver-mismatch": "driver-mismatch",
    "torch-driver-fails": "driver-broken",
    "tensorflow-no-driver": "no-driver",
    "tensorflow-no-device": "masked",
    "tensorflow-no-libraries": "no-cuda-libraries",
    "tensorflow-no-nvml": "driver-incomplete",
    "tensorflow-driver-mismatch": "driver-mismatch",
    "tensorflow-nvml-mismatch": "driver-mismatch",
}
REASONS = {
    "torch-no-driver": "no NVIDIA driver on this machine (libcuda.so.1 was not found)",
    "torch-no-device": "CUDA_VISIBLE_DEVICES='' hides the NVIDIA GPU",
    "torch-driver-too-old": (
        "torch 2.14.1+cu130 is built for CUDA 13.0, and the NVIDIA driver 580.65.06 serves CUDA 12.4 at most"
    ),
    "torch-driver-mismatch": "the NVIDIA driver was updated, and the kernel still runs the old one",
    "torch-driver-fails": "the NVIDIA driver does not start: CUDA_ERROR_UNKNOWN",
    "tensorflow-no-libraries": (
        "tensorflow 2.21.0 does not find the CUDA libraries that it needs (libcudnn.so.9, libcudart.so.12, "
        "libcublas.so.12, libcublasLt.so.12, libcufft.so.11, libcusolver.so.11, libcusparse.so.12)"
    ),
    "tensorflow-no-nvml": ("tensorflow 2.21.0 does not find libnvidia-ml.so.1, which belongs to the NVIDIA driver"),
}
QUIET = Host({}, "performance", 0.0, 4, 2**40)


def record(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def cuda_of(said: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Cuda:
    """As it was read then; place and PCI bus are of this machine and decide no state of these."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if said["mask"] is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", said["mask"])
    return look_at_cuda(lambda: said)


def framework_of(said: Mapping[str, Any]) -> Framework:
    backend = find_backends().plugins[said["backend"]].value
    return Framework(
        backend, "/env/bin/python", said["version"], said["versions"], said["settings"], (Device("cpu", ""),),
        said["missing"], said["log"],
    )  # fmt: skip


@pytest.fixture
def findings(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Of a record: by their state."""

    def found(name: str) -> dict[str, Any]:
        said = record(name)
        examination = Examination(QUIET, cuda_of(said["cuda"], monkeypatch), [framework_of(said)])
        return {finding.state: finding for finding in examination.findings()}

    return found


@pytest.mark.parametrize(("name", "state"), STATES.items())
def test_a_state_is_told_by_its_name(findings, name: str, state: str):
    assert list(findings(name)) == [state]


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_a_state_is_told_in_words_with_what_to_do(findings, name: str, reason: str):
    finding = findings(name)[STATES[name]]
    assert finding.reason == reason
    assert finding.advice


@pytest.mark.parametrize("name", STATES)
def test_what_a_run_says_is_what_the_doctor_says(findings, monkeypatch, name: str):
    said = record(name)
    (finding,) = findings(name).values()
    assert absence(cuda_of(said["cuda"], monkeypatch), framework_of(said)) == finding


def test_wheels_for_two_cudas_are_told_with_the_cudnn_that_came_of_it(findings):
    """torch itself accepts that cuDNN: its version is right, and only the CUDA that it was made for is not."""
    found = findings("torch-clashing-wheels")
    assert found["clashing-wheels"].reason == (
        "/env/bin/python holds CUDA libraries that overwrite each other "
        "(nvidia-cudnn-cu12 9.28.0.42, nvidia-cudnn-cu13 9.24.0.43)"
    )
    assert found["wrong-cudnn"].reason == (
        "torch 2.14.1+cu130 is made for CUDA 13.0 and has loaded a cuDNN for CUDA 12.9"
    )


def test_every_record_is_used_and_says_where_it_is_from():
    names = {path.stem for path in RECORDED.iterdir()}
    assert names == {*STATES, "torch-clashing-wheels"}
    assert all(record(name)["origin"] for name in names)
