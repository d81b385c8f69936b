"""The product's whole measurement of a torch step on a simulated device, by the device's clock: the times are right.

The device under test is not the current one, so a wait has to name it.
"""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.framework("torch")

_METER = "gpubench/worker/meter.py"
_DEVICE_TIME = "gpubench/worker/device_time.py"
_SESSION = "gpubench/backends/torch/session.py"
_FLAGS = "gpubench/results/flags.py"


@pytest.fixture(scope="module")
def right(audit):
    return audit("timing")


def test_step_dispatch_latency_and_device_time_are_the_device_s_in_both_regimes(right):
    """By the host's clock and by events; `dispatch-bound` is what is launch-bound, and nothing else."""
    assert right["audited"] == [
        "compute-bound matmul",
        "compute-bound mnist_cnn_train",
        "launch-bound matmul",
        "launch-bound mnist_cnn_train",
    ]
    assert right["found"] == []


_PLANTED = {
    # mistake: file, what is there, what is planted, the case, what is said of it
    "no wait before the start": (
        _METER, "        complete()\n        start = clock()\n        for", "        start = clock()\n        for",
        "compute-bound mnist_cnn_train", "step is",
    ),
    "one call too few": (
        _METER, "repeat(None, calls)", "repeat(None, calls - 1)", "launch-bound matmul", "by the wrong count",
    ),
    "one call too many": (
        _METER, "repeat(None, calls)", "repeat(None, calls + 1)", "compute-bound matmul", "by the wrong count",
    ),
    "a single call is not waited for": (
        _METER, "        returned = clock()\n        complete()\n", "        returned = clock()\n",
        "launch-bound matmul", "latency is",
    ),
    "the current device is waited for": (
        _SESSION, "module.synchronize(device)", "module.synchronize()", "compute-bound matmul", "dispatch is",
    ),
    "nothing is waited for": (
        _SESSION, "self.complete = lambda: module.synchronize(device)", "pass", "compute-bound matmul", "dispatch is",
    ),
    "nothing is waited for, by the result": (
        _SESSION, "self.complete = lambda: module.synchronize(device)", "pass", "compute-bound mnist_cnn_train",
        "unverified: the wait returned after",
    ),
    "events are read early": (
        _DEVICE_TIME, "    last = timer.mark()\n    complete()\n", "    last = timer.mark()\n",
        "compute-bound matmul", "unverified: the device's clock was read before the device had passed both marks",
    ),
    "events are of the current device": (
        _SESSION, "module.current_stream(self.device)", "module.current_stream()", "compute-bound mnist_cnn_train",
        "did not hold the work",
    ),
    "milliseconds are taken for seconds": (
        _SESSION, "return milliseconds * _MILLI", "return milliseconds", "launch-bound matmul",
        "the one is within the other",
    ),
    "device time is divided by another count": (
        _DEVICE_TIME, "self.spans[0].calls", "self.spans[0].calls + 1", "launch-bound matmul", "device is",
    ),
    "a call too few between events": (
        _DEVICE_TIME, "repeat(None, calls)", "repeat(None, calls - 1)", "compute-bound matmul", "by the wrong count",
    ),
    "device time is lost on the way to the frame": (
        "gpubench/results/frames.py", '("dispatch", "device")', '("dispatch",)',
        "launch-bound matmul", "the frame has no device time",
    ),
    "what is launch-bound is not told": (
        _FLAGS, "_DISPATCH_SHARE = 1.1", "_DISPATCH_SHARE = 0.9", "launch-bound mnist_cnn_train",
        "flags: []",
    ),
    "what is compute-bound is called launch-bound": (
        _FLAGS, "_DISPATCH_SHARE = 1.1", "_DISPATCH_SHARE = 110.0", "compute-bound matmul",
        "flags: ['dispatch-bound']",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_is_found(mistake: str, audit, planted):
    file, old, new, only, says = _PLANTED[mistake]
    answer = audit("timing", only, planted(file, old, new))
    assert answer["audited"] == [only]
    assert says in "\n".join(answer["found"])


def test_without_the_wait_a_step_reads_far_too_fast_and_is_not_believed(audit, planted):
    """The negative control: if this were right too, the device would not be asynchronous."""
    wait = "            call()\n        complete()\n        stop"
    found = audit("timing", "compute-bound matmul", planted(_METER, wait, "            call()\n        stop"))["found"]
    (share,) = [match[1] for match in map(re.compile(r"step is ([\d.]+) of the truth").search, found) if match]
    assert float(share) < 0.05
    assert any("unverified: work went on after the clock stopped" in said for said in found)
