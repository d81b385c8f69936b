"""A workload for the toy backend that writes down each time it is built, and can hang then.

COUNTED_LOG: a file that gets the worker's process id, a line each time. COUNTED_HANG: the how-manieth build hangs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gpubench.workload import Inputs, Observed, Step, Work, Workload


@dataclass(frozen=True)
class Counted:
    """y = x + 1 over n numbers."""

    n: int

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        return Inputs(data={"x": rng.standard_normal(self.n)})

    def work(self, width: int, /) -> Work:
        return Work(flops=self.n, bytes=2.0 * self.n * width, items=self.n)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        return {"y": float(np.abs(observed.calls[-1]["y"] - inputs.data["x"] - 1).max())}

    def tolerance(self, unit: float, /) -> float:
        return 8 * unit


def counted_step(params: Counted, inputs: Inputs, session: Any, /) -> Step:
    """Writes its line first."""
    log = Path(os.environ["COUNTED_LOG"])
    with log.open("a", encoding="ascii") as lines:
        lines.write(f"{os.getpid()}\n")
    if len(log.read_text(encoding="ascii").splitlines()) == int(os.environ.get("COUNTED_HANG", "0")):
        threading.Event().wait()
    return Step(lambda x: x + 1, (inputs.data["x"],), lambda y: {"y": session.fetch(y)})


counted = Workload(
    name="counted", sizes={"smoke": Counted(1), "small": Counted(2)}, axis="n", builders={"toy": counted_step},
    summary="one more, and counted",
)  # fmt: skip
