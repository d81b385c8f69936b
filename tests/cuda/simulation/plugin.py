"""`--plugin`: the backend `torch-simulated`, PyTorch on a device that is none, and the workloads that ship for it.

It is the product's own torch backend but for the device; the workloads are those that ship with their torch builders.
They say `simulated` in their names, for nobody to take their numbers for a GPU's.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpubench.backend import Runtime
from gpubench.backends.torch import backend as torch_backend
from gpubench.workload import Workload
from gpubench_workloads.conv2d import conv2d
from gpubench_workloads.copy import copy
from gpubench_workloads.dispatch import dispatch
from gpubench_workloads.matmul import matmul
from gpubench_workloads.mnist_cnn_train import mnist_cnn_train

NAME = "torch-simulated"


def _start(threads: int, device: str) -> Runtime:
    sys.path.insert(0, str(Path(__file__).parent))
    from runtime import SimulatedRuntime

    runtime = SimulatedRuntime(threads, device)
    runtime.accelerator.real = time.perf_counter_ns
    return runtime


def _simulated(workload: Workload[Any]) -> Workload[Any]:
    return replace(
        workload,
        name=f"{workload.name}-simulated",
        builders={NAME: workload.builders[torch_backend.name]},
        limits={NAME: workload.limits.get(torch_backend.name, {})},
    )


torch_simulated = replace(torch_backend, name=NAME, accelerators=("simulated",), start=_start)
conv2d_simulated, copy_simulated, dispatch_simulated, matmul_simulated, mnist_simulated = map(
    _simulated, (conv2d, copy, dispatch, matmul, mnist_cnn_train)
)
