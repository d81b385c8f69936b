"""PyTorch's TF32 switches around a session: set, read back through both of their families, put back, not mixed."""

from __future__ import annotations

import itertools

import torch

from gpubench.backends.torch.session import TorchSession

_PRECISIONS = ("float32", "tf32", "float64", "bfloat16", "float16")
_MATMUL, _CUDNN = torch.backends.cuda.matmul, torch.backends.cudnn


def _problems(precision: str, before: tuple[bool, bool]) -> list[str]:
    found = []
    _MATMUL.allow_tf32, _CUDNN.allow_tf32 = before
    session = TorchSession(torch.device("cpu"), precision, "eager")
    wanted = precision == "tf32"
    try:
        with session.scope():
            if (_MATMUL.allow_tf32, _CUDNN.allow_tf32) != (wanted, wanted):
                found.append(f"the switches are {_MATMUL.allow_tf32, _CUDNN.allow_tf32}")
            newer = {"products": _MATMUL.fp32_precision, "convolutions": _CUDNN.conv.fp32_precision}
            found += [f"{kind} are in {value}" for kind, value in newer.items() if (value == "tf32") != wanted]
        if (_MATMUL.allow_tf32, _CUDNN.allow_tf32) != before:
            found.append(f"{before} is left as {_MATMUL.allow_tf32, _CUDNN.allow_tf32}")
    except RuntimeError as error:
        found.append(f"{error}")
    return [f"{precision} {before}: {problem}" for problem in found]


def mixing() -> str:
    """What PyTorch says to one who reads a switch after it was set through the other family."""
    _MATMUL.allow_tf32 = False
    _MATMUL.fp32_precision = "tf32"
    try:
        return f"nothing: {_MATMUL.allow_tf32}"
    except RuntimeError as error:
        return str(error)


def audit(only: str) -> dict[str, list[str]]:
    """only: a precision, or empty for all."""
    default = _MATMUL.allow_tf32, _CUDNN.allow_tf32
    chosen = [name for name in _PRECISIONS if only in name]
    cases = itertools.product(chosen, itertools.product((False, True), repeat=2))
    try:
        found = [problem for name, pair in cases for problem in _problems(name, pair)]
        return {"audited": sorted(chosen), "found": found, "mixing": [mixing()]}
    finally:
        _MATMUL.allow_tf32, _CUDNN.allow_tf32 = default
