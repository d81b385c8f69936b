"""A precision that a GPU only stores is flagged, whatever framework computes it by other means."""

from __future__ import annotations

import pytest

from gpubench.backend import Device
from gpubench.worker.emulation import emulated
from gpubench.workload import PRECISIONS

CPU = Device("cpu", "")


def of(capability: str, device: str = "cuda:0", kind: str = "cuda") -> list[str]:
    """The precisions that are emulated on a GPU."""
    found = (CPU, Device(f"{kind}:0", "", None, capability))
    return [name for name in PRECISIONS if emulated(name, device, found)]


@pytest.mark.parametrize(
    ("capability", "expected"),
    [
        ("5.2", ["bfloat16", "float16"]),
        ("5.3", ["bfloat16"]),
        ("7.0", ["bfloat16"]),  # V100
        ("7.5", ["bfloat16"]),  # T4
        ("8.0", []),
        ("8.9", []),
        ("10.0", []),  # no text that sorts before 8.0
        ("12.0", []),
        ("", []),
    ],
)
def test_what_a_gpu_does_no_arithmetic_in(capability: str, expected: list[str]) -> None:
    assert of(capability) == expected
    assert of(capability, device="cuda:3") == expected  # its worker sees that one as the first


def test_a_cpu_and_another_kind_of_device_have_no_compute_capability() -> None:
    assert of("7.5", device="cpu") == []
    assert of("7.5", device="toy:0", kind="toy") == []
    assert emulated("bfloat16", "cuda:0", (CPU,)) == ()
