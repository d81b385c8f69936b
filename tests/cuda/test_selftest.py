"""The self-test on the simulated device: it passes, and each mistake in the product fails the check that is for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.framework("torch"), pytest.mark.long]

_SESSION = "gpubench/backends/torch/session.py"
_MATMUL = "gpubench_workloads/matmul.py"
_CONV = "gpubench_workloads/conv2d.py"
_MNIST = "gpubench_workloads/mnist_torch.py"
_TF32 = 'matmul.allow_tf32 = convolution.allow_tf32 = self.precision == "tf32"'


def test_every_check_that_applies_passes_on_a_right_device(audit):
    assert audit("selftest") == {
        "audited": [
            "answers: pass",
            "placement: pass",
            "numerics-float32: pass",
            "numerics-tf32: pass",
            "numerics-float64: pass",
            "numerics-bfloat16: pass",
            "numerics-float16: pass",
            "tf32-switch: pass",
            "residual-wait: pass",
            "negative-control: pass",
            "events-against-wall: pass",
            "calls-doubled: pass",
            "rate-below-peak: not-applicable",
            "telemetry: not-applicable",
        ],
        "found": [],
    }


_PLANTED = {
    # mistake: file, what is there, what is planted, the checks that fail
    "nothing is waited for": (
        _SESSION, "self.complete = lambda: module.synchronize(device)", "pass", {"residual-wait", "negative-control"},
    ),
    "the current device is waited for": (
        _SESSION, "module.synchronize(device)", "module.synchronize()", {"residual-wait", "negative-control"},
    ),
    "events are of the current device": (
        _SESSION, "module.current_stream(self.device)", "module.current_stream()", {"events-against-wall"},
    ),
    "milliseconds are taken for seconds": (
        _SESSION, "return milliseconds * _MILLI", "return milliseconds", {"events-against-wall"},
    ),
    "TF32 is never on": (_SESSION, _TF32, "matmul.allow_tf32 = False", {"tf32-switch", "numerics-tf32"}),
    "TF32 is always on": (_SESSION, _TF32, "matmul.allow_tf32 = True", {"tf32-switch", "numerics-float32"}),
    "a product is computed on the host and brought back": (
        _MATMUL, "return torch.matmul(a, b)", "return torch.matmul(a.cpu(), b.cpu()).to(a.device)", {"placement"},
    ),
    "a result is left on the host": (
        _MATMUL, "return torch.matmul(a, b)", "return torch.matmul(a, b).cpu()", {"placement"},
    ),
    "the step asks for the loss as a number": (
        _MNIST, "        adam.step()\n", "        adam.step()\n        loss.item()\n", {"placement"},
    ),
    "a convolution is padded": (_CONV, "padding=layer.padding)", "padding=layer.padding + 1)", {"answers"}),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_fails_the_check_that_is_for_it(mistake: str, audit, planted):
    file, old, new, named = _PLANTED[mistake]
    said = audit("selftest", "", planted(file, old, new))["audited"]
    assert named <= {line.removesuffix(": fail") for line in said if line.endswith(": fail")}, said


def _gpubench(state, *arguments: object):
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "XDG_STATE_HOME": str(state)}
    return subprocess.run(
        [sys.executable, "-m", "gpubench", *map(str, arguments)],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


@pytest.mark.alone
def test_a_run_says_whether_its_simulated_device_has_passed(simulated_plugin, tmp_path):
    chosen = ("--plugin", simulated_plugin, "--backend", "torch-simulated", "--device", "simulated")

    def run(name: str):
        limits = ("--size", "smoke", "--launches", 1, "--max-time", 0.05, "--threads", 1, "--no-report")
        done = _gpubench(tmp_path, "run", "dispatch-simulated", *chosen, *limits, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
        return " ".join(done.stderr.split())  # it is wrapped at the width of a terminal

    told = "torch-simulated on simulated:0: timings on this device not verified by selftest."
    assert told in run("before")
    tested = _gpubench(tmp_path, "selftest", *chosen, "--json")
    assert tested.returncode == 0, tested.stderr + tested.stdout
    (one,) = json.loads(tested.stdout)["examined"]
    assert one["model"] == "simulated device: no GPU, the CPU computes"
    assert told not in run("after")
    envs = map(json.loads, (tmp_path / "after" / "results.jsonl").read_text(encoding="utf-8").splitlines())
    facts = next(env["facts"] for env in envs if env.get("scope") == "torch-simulated@simulated:0")
    assert facts["selftest"].startswith("passed 20")
