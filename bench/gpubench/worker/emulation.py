"""Precisions that a GPU holds data in and does no arithmetic in: frameworks compute them by way of float32 there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gpubench.backend import Device

FIRST_WITH: Mapping[str, tuple[int, int]] = {"bfloat16": (8, 0), "float16": (5, 3)}
"""The compute capability from which on a GPU computes in a type (CUDA C++ Programming Guide, "Feature Support per
Compute Capability"). Below it PyTorch speaks of emulation (`torch.cuda.is_bf16_supported`), and TensorFlow casts the
operands of an operation to float32 and its result back (`IsBF16SupportedInOps` in its kernels)."""
EMULATED = "emulated"


def emulated(precision: str, device: str, found: Iterable[Device]) -> tuple[str, ...]:
    """The flag of a cell whose precision is emulated on its device; none where that is not known.

    found: the devices that the worker sees, of which the first of a kind is its own.
    """
    kind = device.partition(":")[0]
    capability = next((one.capability for one in found if one.kind == kind), "")
    if kind != "cuda" or not capability or precision not in FIRST_WITH:
        return ()
    major, minor = map(int, capability.split("."))
    return (EMULATED,) if (major, minor) < FIRST_WITH[precision] else ()
