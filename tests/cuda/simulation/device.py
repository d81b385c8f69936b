"""A device called `simulated`, on the key that PyTorch keeps for foreign backends: its name, its module, its autocast.

A process has one such device for good, so this is imported in processes of its own only.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._pytree import tree_map
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

NAME = "simulated"

_NARROWED = ("conv2d", "linear", "matmul")
"""What CUDA's autocast casts (AT_FORALL_LOWER_PRECISION_FP in PyTorch's autocast_mode.h), as far as it is used here."""

_libraries: list[torch.library.Library] = []
"""Kept: a library that is collected takes its kernels along."""


class DeviceModule(_DummyBackendModule):
    """What `torch.get_device_module` gives, as `torch.cuda` is for CUDA."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


def page_locked(tensor: torch.Tensor) -> bool:
    """Whether `Tensor.pin_memory` gave it: a copy from it that does not block reads it when the device comes to it."""
    return getattr(tensor, "page_locked", False)


def _lock(tensor: torch.Tensor, device: torch.device | None = None) -> torch.Tensor:
    copy = tensor.clone()
    copy.page_locked = True
    return copy


def register(module: DeviceModule, kernels: dict[str, Callable[..., Any]]) -> None:
    """Make the device known to PyTorch, with its first kernels and the rules of mixed precision that CUDA has."""
    if _libraries:
        return
    _setup_privateuseone_for_python_backend(NAME, backend_module=module)
    others = torch.library.Library("_", "IMPL")
    others.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    rules = torch.library.Library("aten", "IMPL")
    for name in _NARROWED:
        rules.impl(name, _narrowed(getattr(torch.ops.aten, name)), "AutocastPrivateUse1")
    rules.impl("_pin_memory", _lock, "CPU")
    for name, kernel in kernels.items():
        rules.impl(name, kernel, "PrivateUse1")
    _libraries.extend((others, rules))


def _narrowed(operation: Callable[..., Any]) -> Callable[..., Any]:
    autocast = torch._C.DispatchKeySet(torch._C.DispatchKey.AutocastPrivateUse1)

    def cast(value: Any) -> Any:
        floating = isinstance(value, torch.Tensor) and value.is_floating_point() and value.device.type == NAME
        return value.to(torch.get_autocast_dtype(NAME)) if floating else value

    @functools.wraps(operation)
    def kernel(*arguments: Any, **options: Any) -> Any:
        with torch._C._ExcludeDispatchKeyGuard(autocast):
            return operation(*tree_map(cast, arguments), **tree_map(cast, options))

    return kernel
