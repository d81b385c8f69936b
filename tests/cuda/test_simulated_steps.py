"""Every torch step on a simulated asynchronous device with real arithmetic: the numbers are the CPU's."""

from __future__ import annotations

import json

import pytest

from gpubench.backends.torch import backend

pytestmark = pytest.mark.framework("torch")

_SESSION = "gpubench/backends/torch/session.py"
_MATMUL = "gpubench_workloads/matmul.py"
_CONV = "gpubench_workloads/conv2d.py"
_MNIST = "gpubench_workloads/mnist_torch.py"


@pytest.fixture(scope="module")
def right(audit):
    return audit("numerics")


def test_every_step_gives_the_cpu_s_numbers_on_the_device_and_its_wait_waits(right):
    assert right["found"] == []


def test_every_workload_is_tried_in_every_precision(right, declared):
    eager = [name for name in declared(backend) if json.loads(name)[2] == backend.default_mode]
    assert right["audited"] == eager


_ONE_BUFFER = (
    "buffer = self.__dict__.setdefault(host.shape, self.staged(host)) if self.asynchronous else host\n"
    "        return buffer.copy_(host).to(self.device, non_blocking=True)"
)
_PLANTED = {
    # mistake: file, what is there, what is planted, cells that are looked at, what is said of them
    "a tensor is left behind": (
        _MATMUL, "torch.matmul(a, b)", "torch.matmul(a, b).cpu()", "square float32", "output is not on the device",
    ),
    "a convolution falls back to the CPU": (
        _CONV, "convolve(x, w,", "convolve(x.cpu(), w.cpu(),",
        "seed-conv2 forward native float32", "output is not on the device",
    ),
    "the optimiser's moments are left behind": (
        _MNIST, "tensor for slots", "tensor.cpu() for slots",
        "raw native synthetic float32", "weight or optimiser state is not on the device",
    ),
    "a result is read before it has arrived": (
        _SESSION, "torch.Tensor.cpu, outputs", "lambda leaf: leaf.to('cpu', non_blocking=True), outputs",
        "square float32", "host: c differs",
    ),
    "one page-locked buffer is filled anew before the copy from it ended": (
        _SESSION, "return host.to(self.device, non_blocking=True)",
        _ONE_BUFFER,
        "square float32", "host: c differs",
    ),
    "feeds are left in pageable memory": (
        _SESSION, "return host.pin_memory() if self.asynchronous else host", "return host",
        "square float32", "host: a feed is copied from pageable memory",
    ),
    "the wait is none": (
        _SESSION, "self.complete = lambda: module.synchronize(device)", "pass",
        "square float32", "go on after the wait",
    ),
    "only CUDA is waited for": (
        _SESSION, 'self.asynchronous = device.type != "cpu"', 'self.asynchronous = device.type == "cuda"',
        "dispatch bfloat16", "go on after the wait",
    ),
    "mixed precision is not mixed on the device": (
        _SESSION, "enabled=self.mixed,", "enabled=self.mixed and self.device.type in ('cpu', 'cuda'),",
        "raw native synthetic float16", "Input type (c10::Half) and bias type (float)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_is_found(mistake: str, audit, planted):
    file, old, new, only, says = _PLANTED[mistake]
    answer = audit("numerics", only, planted(file, old, new))
    assert answer["audited"]
    assert says in "\n".join(answer["found"])
