"""Every torch step on a device of fake tensors: nothing of it is left on the host, pulled to it, or too wide.

A fake tensor has a device and a type but no values: every precision and mode can be tried, compiled ones as far as the
compiler captures them, and whatever would need a value, or a tensor that is elsewhere, raises.
"""

from __future__ import annotations

import pytest

from gpubench.backends.torch import backend

pytestmark = pytest.mark.framework("torch")

_SESSION = "gpubench/backends/torch/session.py"
_MATMUL = "gpubench_workloads/matmul.py"
_COPY = "gpubench_workloads/copy.py"
_CONV = "gpubench_workloads/conv2d.py"
_MNIST = "gpubench_workloads/mnist_torch.py"
_TRAINING = "mnist_cnn_train raw native synthetic"


@pytest.fixture(scope="module")
def right(audit):
    return audit("fake_tensors")


def test_no_step_leaves_its_device_its_precision_or_its_graph(right):
    assert right["found"] == []


def test_every_workload_is_tried_in_every_precision_and_mode(right, declared):
    assert right["audited"] == declared(backend)


def test_every_operation_of_every_step_has_a_kernel_for_the_cpu(right):
    """What test_cuda_wheel.py asks of a build for CUDA, asked of any build: composite operations are no false alarm."""
    assert right["without a CPU kernel"] == []


def test_an_operation_without_a_kernel_is_found(audit, planted):
    """One that PyTorch has for GPUs alone; a fake tensor takes it for all that."""
    product, attention = "return torch.matmul(a, b)", "torch.ops.aten._scaled_dot_product_efficient_attention"
    instead = f"c = a.expand(1, 1, *a.shape); return {attention}(c, c, c, None, False)[0]"
    answer = audit("fake_tensors", "square float32 eager", planted(_MATMUL, product, instead))
    assert answer["without a CPU kernel"] == ["aten::_scaled_dot_product_efficient_attention"]


_TWO_DEVICES = "on the same device|two different devices"  # in torch 2.13, and in 2.11
_PLANTED = {
    # mistake: file, what is there, what is planted, cells that are looked at, what is said of them
    "feeds stay on the host": (
        _SESSION, "host.to(self.device, non_blocking=True)", "host",
        "dispatch float32 eager", "has a tensor on the host",
    ),
    "labels are brought back in the step": (
        _MNIST, "loss = forward(images, labels)", "loss = forward(images, labels.cpu())",
        f"{_TRAINING} float32 eager", _TWO_DEVICES,
    ),
    "the model stays on the host": (
        _MNIST, "model.to(session.device, session.weights)", "model.to(session.weights)",
        f"{_TRAINING} float32 eager", _TWO_DEVICES,
    ),
    "the loss comes back as a number": (
        _MNIST, "return loss.detach()", "return loss.item()", f"{_TRAINING} float32 eager", "_local_scalar_dense",
    ),
    "the loss comes back as a tensor": (
        _MNIST, "return loss.detach()", "return loss.detach().cpu()", f"{_TRAINING} bfloat16 eager", "output () on cpu",
    ),
    "gradients are divided on the host": (
        _MNIST, "parameter.grad.div_(scale)", "parameter.grad.copy_(parameter.grad.cpu().div_(scale))",
        f"{_TRAINING} float16 eager", "pulls from the device",
    ),
    "a moment of Adam lives on the host": (
        _MNIST, "        adam.step()\n", (
            "        adam.step()\n"
            "        adam.state[parameters[0]]['exp_avg'] = torch.zeros(32, 1, 3, 3)\n"
        ),
        f"{_TRAINING} float32 eager", "state: (32, 1, 3, 3)",
    ),
    "Adam counts its steps where a graph does not reach": (
        _MNIST, "capturable=session.capturable", "capturable=False",
        f"{_TRAINING} float32 cuda-graph", "on the host, which a graph does not reach",
    ),
    "a sum is kept on the host": (
        _MNIST, "        adam.step()\n", "        adam.step()\n        torch.zeros(()).add_(loss.detach())\n",
        f"{_TRAINING} tf32 eager", "wrong device",
    ),
    "a convolution falls back to the CPU and its result returns": (
        _CONV, "convolve(x, w,", "convolve(x.cpu(), w.cpu(),",
        "seed-conv2 forward native float32", "pulls from the device",
    ),
    "a copy goes through the host": (
        _COPY, "torch.neg(x, out=kept)", "torch.neg(x.cpu()).to(x.device)",
        "copy new float32 eager", "pulls from the device",
    ),
    "an operand is made on the host in the step": (
        _MATMUL, "torch.matmul(a, b)", "torch.matmul(a, torch.ones(b.shape))",
        "square float32 eager", _TWO_DEVICES,
    ),
    "autocast is that of the CPU": (
        _SESSION, "            self.device.type,\n", "            'cpu',\n",
        f"{_TRAINING} bfloat16", "bias type (float)",
    ),
    "autocast is always bfloat16's": (
        _SESSION, "dtype=self.compute if self.mixed else torch.bfloat16", "dtype=torch.bfloat16",
        f"{_TRAINING} float16 eager", "convolution in torch.bfloat16",
    ),
    "feeds are not narrowed": (
        _SESSION, "tensor.to(self.compute) if tensor.is_floating_point() else tensor", "tensor",
        "square bfloat16", "mm in torch.float64",
    ),
    "TF32 stays on for convolutions": (
        _SESSION, "matmul.allow_tf32 = convolution.allow_tf32 = self", "matmul.allow_tf32 = self",
        "seed-conv2 forward native float32 eager", "TF32 switched (False, True)",
    ),
    "TF32 is never on": (
        _SESSION, 'convolution.allow_tf32 = self.precision == "tf32"', "convolution.allow_tf32 = False",
        "square tf32", "TF32 switched (False, False)",
    ),
    "the whole step is compiled": (
        _MNIST, "return Step(step,", "return Step(session.compile(step),", f"{_TRAINING} float32 compile", "graphs",
    ),
    "what is compiled is thrown away": (
        _CONV, "forward = session.compile(forward)", "session.compile(forward)",
        "forward+backward native float32 compile", "0 graphs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_is_found(mistake: str, audit, planted):
    file, old, new, only, says = _PLANTED[mistake]
    answer = audit("fake_tensors", only, planted(file, old, new))
    assert answer["audited"]
    found = "\n".join(answer["found"])
    assert any(one in found for one in says.split("|"))
