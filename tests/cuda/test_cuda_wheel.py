"""What only torch's build for CUDA can show, without a GPU: `nox -s cuda-wheel` installs one and runs this."""

from __future__ import annotations

import importlib.metadata
import re

import pytest

pytestmark = pytest.mark.framework("torch")


@pytest.fixture(autouse=True)
def _build():
    import torch

    if torch.version.cuda is None:
        pytest.skip(f"torch {importlib.metadata.version('torch')} is built without CUDA: nox -s cuda-wheel")


def test_every_operation_of_every_step_has_a_kernel_for_cuda(audit):
    assert audit("fake_tensors")["without a CUDA kernel"] == []


def test_without_a_gpu_it_says_why_and_what_would_hold_on_one(audit):
    said = audit("cuda_build")
    assert said["devices"] == ["cpu"]
    assert re.search(r"Found no NVIDIA driver|No CUDA GPUs are available", said["missing"][0])
    assert "cuDNN autotune: on" in said["settings"]
    assert {"torch", "cuda", "cudnn"} <= set(said["versions"])
