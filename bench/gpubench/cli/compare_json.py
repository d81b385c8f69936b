"""A comparison for a program: one object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gpubench.cli.compare_words import place, sentence
from gpubench.results.export import rows

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Compared, Comparison
    from gpubench.analysis.measured import Measured
    from gpubench.analysis.overall import Overall
    from gpubench.analysis.overview import Overview


def as_object(comparison: Comparison, code: int) -> dict[str, Any]:
    """Its keys: by, base, news, runs, counts of verdicts, cells, added, geometric_means, sentence, exit_code.

    cells: the columns of `Comparison.frame`, and the launch medians of both sides in seconds, by launch number.
    What is missing is null.
    """
    cells = zip(rows(comparison.frame), comparison.compared, strict=True)
    return {
        "by": comparison.by or None, "base": comparison.base, "news": list(comparison.news),
        "runs": [_run(run) for run in comparison.runs],
        "counts": {verdict.value: count for verdict, count in comparison.counts.items()},
        "cells": [{**row, **_launches(one)} for row, one in cells],
        "added": {name: [_cell(cell) for cell in added] for name, added in comparison.added.items()},
        "geometric_means": [_mean(one) for one in comparison.overalls],
        "sentence": sentence(comparison), "exit_code": code,
    }  # fmt: skip


def _run(run: Overview) -> dict[str, Any]:
    return {
        "run_id": run.run_id, "path": place(run), "created": run.created, "gpubench": run.gpubench,
        "complete": run.complete, "backends": dict(run.backends), "devices": dict(run.devices),
    }  # fmt: skip


def _launches(one: Compared) -> dict[str, Any]:
    return {"base_launches_s": one.base.medians, "new_launches_s": one.new.medians if one.new else None}


def _cell(cell: Measured) -> dict[str, Any]:
    return {
        "cell_id": cell.cell_id, "workload": cell.case.workload, "size": cell.case.size,
        "params": json.dumps(dict(cell.case.params)), "backend": cell.backend, "device": cell.device,
        "precision": cell.case.precision, "mode": cell.mode, "data": cell.case.data, "status": cell.status,
        "step_s": cell.step.value if cell.step else None,
    }  # fmt: skip


def _mean(one: Overall) -> dict[str, Any]:
    ratio = one.ratio
    return {
        "new": one.new, "cells": one.cells, "ratio": ratio and ratio.value, "ratio_lo": ratio and ratio.lo,
        "ratio_hi": ratio and ratio.hi,
    }  # fmt: skip
