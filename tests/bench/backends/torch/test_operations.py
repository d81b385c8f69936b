"""Operations that work elsewhere than on the device, on torch's `meta` device, which has no values."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.framework("torch")


def strays(call):
    import torch

    from gpubench.backends.torch.operations import stray_operations

    return stray_operations(torch.device("meta"), call)


def test_what_stays_on_the_device_is_no_stray():
    import torch

    x = torch.ones(3, device="meta", requires_grad=True)
    assert strays(lambda: (x * 2 + 1).sum().backward()) == []


def test_a_scalar_of_the_host_is_an_argument():
    import torch

    count = torch.tensor(0.0)
    assert strays(lambda: (torch.ones(3, device="meta") * torch.tensor(2.0), count.add_(1))) == []


def test_a_tensor_of_the_host_is_found_with_its_operation_and_each_kind_once():
    import torch

    def call():
        for _ in range(3):
            torch.zeros(2, 3).add_(1)

    assert strays(call) == [
        "aten::zeros has a tensor of (2, 3) on cpu",
        "aten::add_ has a tensor of (2, 3) on cpu",
    ]


def test_one_of_the_backward_pass_is_found_too():
    import torch

    class Leak(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            return x * 2

        @staticmethod
        def backward(context, gradient):
            torch.zeros(4)
            return gradient

    x = torch.ones(3, device="meta", requires_grad=True)
    assert strays(lambda: Leak.apply(x).sum().backward()) == ["aten::zeros has a tensor of (4,) on cpu"]


def test_only_in_eager_mode_a_session_looks_on():
    """What is compiled might be compiled anew for a watch."""
    import torch

    from gpubench.backends.torch.session import TorchSession

    made = []
    session = TorchSession(torch.device("cpu"), "float32", "compile")
    assert session.stray_operations(lambda: made.append("called")) == []
    assert made == []
    assert TorchSession(torch.device("cpu"), "float32", "eager").stray_operations(lambda: made.append("called")) == []
    assert made == ["called"]


_WATCHED = """
import sys, torch
from gpubench.backends.torch.operations import stray_operations

x = torch.ones(3)
stray_operations(torch.device("cpu"), lambda: x * 2)
print("torch._dynamo" in sys.modules)
"""


def test_looking_does_not_load_torch_s_compiler():
    """It takes seconds on a slow disk, in every worker."""
    done = subprocess.run([sys.executable, "-c", _WATCHED], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
