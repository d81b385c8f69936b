"""What the parent makes of a worker's answer: a record, a row of the frame, a cell of the analysis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import device
import msgspec

from gpubench.analysis.measured import Measured, measured
from gpubench.backends.torch import backend
from gpubench.plan import identified
from gpubench.results.records import Cell, Launch, Run
from gpubench.results.results import Results
from gpubench.worker.job import Job


def cell(answer: dict[str, Any], job: Job, workload: Any) -> Measured:
    """The cell of one launch."""
    params = dict(job.params)
    planned = identified(
        Cell(
            cell_id="", workload=workload.name, version=workload.version, axis=workload.axis,
            size=params.pop(workload.axis), params=params, backend=backend.name, device=f"{device.NAME}:0",
            precision=job.precision, mode=job.mode, data=job.data, variant="", threads=1, item=workload.item, reason="",
        )
    )  # fmt: skip
    identity = {"kind": "launch", "cell_id": planned.cell_id, "device": planned.device, "launch": 0}
    launch = msgspec.convert({**answer, **identity}, Launch)
    run = Run(
        run_id="", created="", gpubench="", command=[], preset="", seed=0, launches=1, max_time_s=0, timeout_s=0,
        selection={}, planned=1, absent={},
    )  # fmt: skip
    results = Results(
        path=Path(), run=run, envs=(), cell_records=(planned,), launch_records=(launch,), events=(), end=None,
        notes=(), whole_bytes=0,
    )  # fmt: skip
    (found,) = measured([results])
    return found
