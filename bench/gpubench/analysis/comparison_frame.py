"""A comparison as a pandas frame: a row for each cell of the base and each NEW."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from gpubench.analysis.comparison import Compared, Comparison
from gpubench.analysis.measured import Measured

_TEXT, _NUMBER, _COUNT, _TRUTH = "string", "Float64", "Int64", "boolean"

COLUMNS = {
    "base": _TEXT, "new": _TEXT, "cell_id": _TEXT, "workload": _TEXT, "size": "object", "params": _TEXT,
    "backend": _TEXT, "device": _TEXT, "precision": _TEXT, "mode": _TEXT, "data": _TEXT,
    "verdict": _TEXT, "reason": _TEXT, "ratio": _NUMBER, "ratio_lo": _NUMBER, "ratio_hi": _NUMBER,
    "base_s": _NUMBER, "new_s": _NUMBER, "base_launches": _COUNT, "new_launches": _COUNT, "paired": _TRUTH,
    "log_difference": _NUMBER, "standard_error": _NUMBER, "degrees": _NUMBER, "p": _NUMBER, "level": _NUMBER,
    "margin": _NUMBER, "margin_origin": _TEXT, "launches_needed": _COUNT,
}  # fmt: skip
"""Columns and their pandas types. base, new: what the sides are called. backend, device and mode are the base's.

ratio: the base's time over NEW's. launches_needed: of an INCONCLUSIVE cell; missing for more than a hundred.
"""


def frame(comparison: Comparison) -> pd.DataFrame:
    """In plan order. Times in seconds a call; what is missing is null."""
    rows = [_row(one) for one in comparison.compared]
    # As objects first, as in `results.frames`.
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).astype(COLUMNS)


def _row(one: Compared) -> dict[str, Any]:
    base, new, ratio = one.base, one.new, one.ratio
    return {
        "base": one.names.base, "new": one.names.new, "cell_id": base.cell_id, "workload": base.case.workload,
        "size": base.case.size, "params": json.dumps(dict(base.case.params)), "backend": base.backend,
        "device": base.device, "precision": base.case.precision, "mode": base.mode, "data": base.case.data,
        "verdict": one.verdict.value, "reason": one.obstacle.text if one.obstacle else "",
        "ratio": ratio and ratio.value, "ratio_lo": ratio and ratio.lo, "ratio_hi": ratio and ratio.hi,
        "base_s": _step(base), "new_s": _step(new), "base_launches": len(base.medians),
        "new_launches": len(new.medians) if new else None, **_judged(one),
    }  # fmt: skip


def _judged(one: Compared) -> dict[str, Any]:
    judgement = one.judgement
    if judgement is None:
        return {}
    apart, margin = judgement.question.difference, judgement.question.margin
    found: dict[str, Any] = {
        "p": judgement.p, "level": judgement.level, "launches_needed": judgement.needed,
        "margin": margin.fraction, "margin_origin": margin.origin,
    }  # fmt: skip
    if apart is not None:
        found |= {
            "log_difference": apart.log, "standard_error": apart.standard_error, "degrees": apart.degrees,
            "paired": apart.paired,
        }  # fmt: skip
    return found


def _step(cell: Measured | None) -> float | None:
    return cell.step.value if cell is not None and cell.step is not None else None
