"""gpubench: how much faster is the GPU than the CPU, under PyTorch and under TensorFlow, and how sure are we.

    import gpubench

    run = gpubench.run(["matmul"], backends=["torch"], devices=["cpu"], sizes=["smoke"])
    run.cells()                                # a pandas frame, a row per cell
    gpubench.load("latest").samples()          # the raw samples of a run measured before
    gpubench.report(run, "out")                # report.html and PNGs
    gpubench.findings(run).speedups            # what the report draws, as plain values
    gpubench.compare("a-run", run).frame       # a verdict for each cell

Names are loaded when they are first used: importing gpubench imports no pandas and no framework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gpubench.addition import Addition
    from gpubench.api import compare, findings, report, run
    from gpubench.backend import Backend, Device, Fault, Runtime
    from gpubench.errors import GpubenchError, Unsupported
    from gpubench.interface import INTERFACE
    from gpubench.renderer import Renderer
    from gpubench.results.results import Results, load
    from gpubench.session import Session
    from gpubench.workload import Builder, Grid, Inputs, Observed, Step, Work, Workload

_HOMES = {
    "gpubench.addition": ("Addition",),
    "gpubench.api": ("compare", "findings", "report", "run"),
    "gpubench.backend": ("Backend", "Device", "Fault", "Runtime"),
    "gpubench.errors": ("GpubenchError", "Unsupported"),
    "gpubench.interface": ("INTERFACE",),
    "gpubench.renderer": ("Renderer",),
    "gpubench.results.results": ("Results", "load"),
    "gpubench.session": ("Session",),
    "gpubench.workload": ("Builder", "Grid", "Inputs", "Observed", "Step", "Work", "Workload"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "INTERFACE",
    "Addition",
    "Backend",
    "Builder",
    "Device",
    "Fault",
    "GpubenchError",
    "Grid",
    "Inputs",
    "Observed",
    "Renderer",
    "Results",
    "Runtime",
    "Session",
    "Step",
    "Unsupported",
    "Work",
    "Workload",
    "__version__",
    "compare",
    "findings",
    "load",
    "report",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'gpubench' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
