"""Wheels that write the same files, told by their names."""

from __future__ import annotations

from importlib.metadata import Distribution

import pytest

from gpubench.backends.nvidia_wheels import clashing_wheels


class Wheel(Distribution):
    """One that is installed nowhere."""

    def __init__(self, name: str, version: str) -> None:
        self._text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path):
        raise NotImplementedError


def clash(*names: str) -> str:
    return clashing_wheels(lambda: [Wheel(*name.split("==")) for name in names])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("nvidia-cudnn-cu12==9.1", "nvidia-cudnn-cu13==9.2"), "nvidia-cudnn-cu12 9.1, nvidia-cudnn-cu13 9.2"),
        (("nvidia_cudnn_cu13==9.2", "NVIDIA-cudnn-cu12==9.1"), "nvidia-cudnn-cu12 9.1, nvidia-cudnn-cu13 9.2"),
        (("nvidia-cudnn-cu12==9.1", "nvidia-nccl-cu13==2.3"), ""),
        (("nvidia-cudnn-cu12==9.1", "nvidia-cudnn-cu12==9.1"), ""),
        (("nvidia-cublas==13.1", "nvidia-cublas-cu12==12.5"), ""),  # a folder of its own from CUDA 13 on
        (("torch==2", "numpy==2"), ""),
    ],
)
def test_wheels_clash_that_are_there_for_two_cudas(names, expected):
    assert clash(*names) == expected


def test_every_clash_is_told():
    found = clash("nvidia-a-cu12==1", "nvidia-b-cu12==1", "nvidia-a-cu13==1", "nvidia-b-cu13==1")
    assert found == "nvidia-a-cu12 1, nvidia-a-cu13 1, nvidia-b-cu12 1, nvidia-b-cu13 1"
