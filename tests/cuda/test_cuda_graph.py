"""Every torch step as one CUDA graph, on a simulated device that records and replays: right, whole, and one launch."""

from __future__ import annotations

import json

import pytest

from gpubench.backends.torch import CUDA_GRAPH, backend

pytestmark = [pytest.mark.framework("torch"), pytest.mark.long]

_GRAPH = "gpubench/backends/torch/cuda_graph.py"
_SESSION = "gpubench/backends/torch/session.py"
_PREPARED = "gpubench/worker/prepared.py"
_MATMUL = "gpubench_workloads/matmul.py"
_MNIST = "gpubench_workloads/mnist_torch.py"
_TRAINING = "mnist_cnn_train raw native synthetic"


@pytest.fixture(scope="module")
def right(audit):
    return audit("captured")


def test_every_step_is_right_whole_and_one_launch(right):
    assert right["found"] == []


def test_every_workload_with_work_is_tried_in_every_precision_that_the_device_has(right, declared):
    names = [json.loads(name) for name in declared(backend)]
    assert [json.loads(name) for name in right["audited"]] == [
        name for name in names if name[2] == CUDA_GRAPH and name[1] != "tf32" and name[0] != "noop"
    ]


_PLANTED = {
    # mistake: file, what is there, what is planted, cells that are looked at, what is said of them
    "warming up is left to train the weights": (
        _GRAPH, "        session.restore(before, copies)\n", "", f"{_TRAINING} float32", "is wrong",
    ),
    "warming up is left in the moments": (
        _GRAPH, "tensor.zero_()", "tensor.detach()", f"{_TRAINING} float32", "is wrong",
    ),
    "other data goes where the graph does not look": (
        _GRAPH, "self.feeds[index].copy_(host)", "self.feeds[index] = self._session.place(host)",
        "square float32", "the work was folded away",
    ),
    "data from the host is not copied in": (
        _GRAPH, "feed.copy_(host, non_blocking=True)", "pass", "square float32", "host: a call launches 1 times, not 3",
    ),
    "data from the host goes to another place first": (
        _GRAPH, "feed.copy_(host, non_blocking=True)", "feed.copy_(host.to(feed.device))",
        "square float32", "host: a call launches 5 times, not 3",
    ),
    "warming up does not wait for the weights": (
        _GRAPH, "        side.wait_stream(current)\n", "", f"{_TRAINING} float32", "a stream does not wait",
    ),
    "nothing is recorded": (
        _GRAPH, "stream=side):\n                    output = call()",
        "stream=side):\n                    pass\n                output = call()",
        "square float32", "nothing was recorded: the step puts no work",
    ),
    "what is recorded is not replayed": (
        _GRAPH, "return graph.replay, output", "return call, output", "square float32", "is wrong",
    ),
    "the step is not handed over to be recorded": (
        _PREPARED, "if isinstance(self.session, StepCapture):", "if False:",
        "square float32", "nothing was compiled: mode cuda-graph",
    ),
    "a step that waits for the device": (
        _MATMUL, "return torch.matmul(a, b)", "return torch.matmul(a, b) * (a.sum() != 0).item()",
        "square float32", "the step can't be recorded: CUDA error: operation not permitted when stream is capturing",
    ),
    "Adam counts its steps in Python": (
        _MNIST, "capturable=session.capturable", "capturable=False", f"{_TRAINING} float32", "is wrong",
    ),
    "Adam counts its steps in float32 beside weights in float64": (
        _SESSION, "        torch.set_default_dtype(self.weights)\n", "", f"{_TRAINING} float64", "is wrong",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_is_found(mistake: str, audit, planted):
    file, old, new, only, says = _PLANTED[mistake]
    answer = audit("captured", only, planted(file, old, new))
    assert answer["audited"]
    assert says in "\n".join(answer["found"])
