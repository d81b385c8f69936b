"""Records to pandas frames. Column names are a contract with users; their order is too."""

from __future__ import annotations

import json
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from gpubench.results.dispersion import dispersion
from gpubench.results.flags import flags_of, with_harness_cost
from gpubench.results.records import Cell, Launch, Series
from gpubench.results.results import Results
from gpubench.results.summary import interval, location

_TEXT = "string"
_NUMBER = "Float64"
_COUNT = "Int64"

CELLS = {
    "run_id": _TEXT, "cell_id": _TEXT, "workload": _TEXT, "size": "object", "params": _TEXT,
    "backend": _TEXT, "backend_version": _TEXT, "device": _TEXT, "device_name": _TEXT, "precision": _TEXT,
    "mode": _TEXT, "data": _TEXT, "variant": _TEXT, "threads": _COUNT,
    "status": _TEXT, "reason": _TEXT, "launches": _COUNT, "samples": _COUNT,
    "step_s": _NUMBER, "step_lo_s": _NUMBER, "step_hi_s": _NUMBER, "latency_s": _NUMBER, "dispatch_s": _NUMBER,
    "device_s": _NUMBER, "first_call_s": _NUMBER,
    "flops": _NUMBER, "bytes": _NUMBER, "items": _NUMBER,
    "flop_per_s": _NUMBER, "bytes_per_s": _NUMBER, "items_per_s": _NUMBER,
    "peak_host_bytes": _COUNT, "peak_device_bytes": _COUNT, "energy_j": _NUMBER,
    "checked": "boolean", "max_error": _NUMBER, "flags": _TEXT,
}  # fmt: skip
"""Columns of `cells()` and their pandas types."""

LAUNCHES = {
    "run_id": _TEXT, "cell_id": _TEXT, "device": _TEXT, "launch": _COUNT, "status": _TEXT, "reason": _TEXT,
    "step_s": _NUMBER, "latency_s": _NUMBER, "dispatch_s": _NUMBER, "device_s": _NUMBER, "first_call_s": _NUMBER,
    "build_s": _NUMBER, "startup_s": _NUMBER, "warmup_s": _NUMBER, "fixed_cost_s": _NUMBER, "idle_wait_s": _NUMBER,
    "residual_s": _NUMBER, "samples": _COUNT, "checked": "boolean", "max_error": _NUMBER, "stopped": _TEXT,
    "flags": _TEXT, "backend_version": _TEXT, "device_model": _TEXT,
    "slope_s": _NUMBER, "p10_s": _NUMBER, "p90_s": _NUMBER, "p99_s": _NUMBER, "outliers": _COUNT,
}  # fmt: skip

SAMPLES = {
    "run_id": _TEXT, "cell_id": _TEXT, "launch": _COUNT, "block": _COUNT, "calls": _COUNT, "seconds": _NUMBER,
    "quantity": _TEXT, "device": _TEXT,
}  # fmt: skip


_PASSES = {"memory": ("peak_host_bytes", "peak_device_bytes"), "energy": ("energy_j",)}
"""What each pass fills."""


def cells(results: Results) -> pd.DataFrame:
    """A row per planned cell."""
    by_cell: dict[tuple[str, str], list[Launch]] = defaultdict(list)
    for launch in results.launch_records:
        by_cell[launch.identity].append(launch)
    passes: dict[tuple[str, str], dict[str, float | None]] = defaultdict(dict)
    for one in results.pass_records:
        passes[one.identity] |= {name: getattr(one, name) for name in _PASSES.get(one.measures, ())}
    rows = (_cell_row(results, cell, by_cell[cell.identity]) | passes[cell.identity] for cell in results.cell_records)
    return _frame(with_harness_cost(rows), CELLS)


def launches(results: Results) -> pd.DataFrame:
    """A row per launch of a cell."""
    return _frame((_launch_row(results.run.run_id, launch) for launch in results.launch_records), LAUNCHES)


def samples(results: Results) -> pd.DataFrame:
    """A row per raw sample, blocks numbered from 0 within a launch and quantity."""
    rows = (
        (results.run.run_id, launch.cell_id, launch.launch, block, series.calls, seconds, quantity, launch.device)
        for launch in results.launch_records
        for quantity, series in launch.quantities.items()
        for block, seconds in enumerate(series.seconds)
    )
    return pd.DataFrame(list(rows), columns=list(SAMPLES)).astype(SAMPLES)


def _frame(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    # As objects first: pandas would make a whole column of sizes floats where one is.
    return pd.DataFrame(list(rows), columns=list(columns), dtype=object).astype(dict(columns))


def per_call(series: Series | None) -> float | None:
    """The median of a series in seconds a call; None for no samples."""
    if series is None or not series.seconds:
        return None
    return statistics.median(series.seconds) / series.calls


def _cell_row(results: Results, cell: Cell, launches_: Sequence[Launch]) -> dict[str, Any]:
    status, reason = _status(results, cell, launches_)
    good = [launch for launch in launches_ if launch.status == status] if launches_ else []
    steps, latencies = _medians(good, "step"), _medians(good, "latency")
    bounds = interval(steps)
    work: Mapping[str, float] = next((launch.work for launch in launches_ if launch.work), {})
    step = location(steps) if steps else None
    row = {
        "run_id": results.run.run_id, "cell_id": cell.cell_id, "workload": cell.workload, "size": cell.size,
        "params": json.dumps(cell.params, sort_keys=True), "backend": cell.backend or None,
        "backend_version": _first(launches_, "backend_version"), "device": cell.device or None,
        "device_name": _first(launches_, "device_model"), "precision": cell.precision or None,
        "mode": cell.mode or None, "data": cell.data or None, "variant": cell.variant,
        "threads": cell.threads or None, "status": status, "reason": reason,
        "launches": len(steps) or len(latencies), "samples": sum(_samples(launch) for launch in good),
        "step_s": step, "step_lo_s": bounds and bounds[0], "step_hi_s": bounds and bounds[1],
        "latency_s": _location(latencies),
        **{f"{name}_s": _location(_medians(good, name)) for name in ("dispatch", "device")},
        "first_call_s": _location([launch.first_call_s for launch in good if launch.first_call_s is not None]),
        **{name: work.get(name) for name in ("flops", "bytes", "items")},
        **{rate: _rate(work.get(name), step) for name, rate in _RATES.items()},
        "checked": _checked(results, launches_),
        "max_error": _worst(launches_),
    }  # fmt: skip
    return row | {"flags": flags_of(good, steps, row)}


_RATES = {"flops": "flop_per_s", "bytes": "bytes_per_s", "items": "items_per_s"}


def _status(results: Results, cell: Cell, launches_: Sequence[Launch]) -> tuple[str, str]:
    """The worst that happened to a cell; a cell that was never reached is skipped with that reason."""
    if cell.reason:
        return "skipped", cell.reason
    if not launches_:
        return "skipped", "not measured: the run is incomplete" if not results.complete else "not measured"
    worst = max(launches_, key=lambda launch: _SEVERITY[launch.status])
    return worst.status, worst.reason


_SEVERITY = {
    name: rank for rank, name in enumerate(("ok", "unverified", "skipped", "timeout", "oom", "crashed", "failed"))
}


def _launch_row(run_id: str, launch: Launch) -> dict[str, Any]:
    plain = (
        "cell_id", "device", "launch", "status", "reason", "first_call_s", "build_s", "startup_s", "warmup_s",
        "fixed_cost_s", "slope_s", "idle_wait_s", "residual_s", "checked", "stopped", "backend_version", "device_model",
    )  # fmt: skip
    spread = dispersion(step_times(launch))
    return {
        "run_id": run_id,
        **{name: getattr(launch, name) for name in plain},
        **{f"{name}_s": getattr(spread, name) for name in ("p10", "p90", "p99")},
        "outliers": spread.outliers,
        **{f"{name}_s": per_call(launch.quantities.get(name)) for name in ("step", "latency", "dispatch", "device")},
        "samples": _samples(launch),
        "max_error": _worst([launch]),
        "flags": ";".join(launch.flags),
    }


def step_times(launch: Launch) -> tuple[float, ...]:
    """Its samples of the step time, in seconds a call, as they ran."""
    step = launch.quantities.get("step")
    return tuple(seconds / step.calls for seconds in step.seconds) if step else ()


def _samples(launch: Launch) -> int:
    """Of the step time; of the latency where another program has measured that alone."""
    series = launch.quantities.get("step") or launch.quantities.get("latency")
    return len(series.seconds) if series else 0


def _checked(results: Results, launches_: Sequence[Launch]) -> bool | None:
    """Whether every answer was; another program that doesn't say so may or may not have looked."""
    found = all(launch.checked for launch in launches_) if launches_ else None
    return found or None if results.made_by else found


def _medians(launches_: Iterable[Launch], quantity: str) -> list[float]:
    found = (per_call(launch.quantities.get(quantity)) for launch in launches_)
    return [value for value in found if value is not None]


def _location(values: Sequence[float]) -> float | None:
    return location(values) if values else None


def _worst(launches_: Iterable[Launch]) -> float | None:
    errors = [error for launch in launches_ for error in launch.errors.values()]
    finite = [error for error in errors if error is not None and math.isfinite(error)]
    return max(finite) if finite and len(finite) == len(errors) else None


def _rate(amount: float | None, step: float | None) -> float | None:
    return amount / step if amount and step else None


def _first(launches_: Iterable[Launch], name: str) -> str | None:
    return next((getattr(launch, name) for launch in launches_ if getattr(launch, name)), None)
