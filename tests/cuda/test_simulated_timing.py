"""The product's whole measurement of a torch step on a simulated device, by the device's clock: the times are right.

The device under test is not the current one, so a wait has to name it.
"""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.framework("torch")

_METER = "gpubench/worker/meter.py"
_SESSION = "gpubench/backends/torch/session.py"


@pytest.fixture(scope="module")
def right(audit):
    return audit("timing")


def test_step_dispatch_and_latency_are_the_device_s_in_both_regimes(right):
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
