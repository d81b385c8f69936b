"""PyTorch's TF32 switches, read back through both of its families; TensorFlow's are seen in test_kernels.py."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.framework("torch")

_SESSION = "gpubench/backends/torch/session.py"
_SET = 'matmul.allow_tf32 = convolution.allow_tf32 = self.precision == "tf32"'


@pytest.fixture(scope="module")
def right(audit):
    return audit("switches")


def test_the_switches_are_set_read_back_and_put_back_through_either_family(right):
    assert right["audited"] == ["bfloat16", "float16", "float32", "float64", "tf32"]
    assert right["found"] == []


def test_pytorch_refuses_who_mixes_its_two_families(right):
    """Why the session uses one of them only."""
    assert "mix of the legacy and new APIs" in right["mixing"][0]


_PLANTED = {
    # mistake: what is there, what is planted, precision, what is said of it
    "the other family is mixed in": (
        _SET, 'matmul.fp32_precision = "tf32" if self.precision == "tf32" else "ieee"',
        "tf32", "mix of the legacy and new APIs",
    ),
    "convolutions are forgotten": (
        _SET, 'matmul.allow_tf32 = self.precision == "tf32"', "float32", "convolutions are in tf32",
    ),
    "products are forgotten": (
        _SET, 'convolution.allow_tf32 = self.precision == "tf32"', "tf32", "products are in",
    ),
    "the switches are left": (
        "matmul.allow_tf32, convolution.allow_tf32 = before\n", "pass\n", "float32", "is left as",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_is_found(mistake: str, audit, planted):
    old, new, precision, says = _PLANTED[mistake]
    answer = audit("switches", precision, planted(_SESSION, old, new))
    assert says in "\n".join(answer["found"])
