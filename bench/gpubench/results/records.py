"""The records of a results file: frozen, schema-versioned, one JSON object a line.

    run      what was asked: command, preset, seed, launches, limits. The first line.
    env      the machine (`scope` "machine") or one worker's interpreter and framework (`scope` backend@device).
    cell     one planned cell, with its reason where it cannot run.
    launch   one worker's measurement of one cell: raw samples, check, status; or one of its memory or energy.
    event    something that happened to the run as a whole (interrupted, resumed, a worker restarted).
    end      closes a whole run.

All times are seconds, sizes bytes; what is missing is null. NaN and infinities are never written.
"""

from __future__ import annotations

from typing import Any

import msgspec

SCHEMA = 1

STATUSES = ("ok", "unverified", "skipped", "failed", "oom", "timeout", "crashed")
"""Every status of a cell or launch; only `ok` enters ratios."""


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """Base of the lines; `kind` is the tag, `schema` the version of the format."""

    schema: int = SCHEMA


class Run(Record, frozen=True, kw_only=True, tag="run"):
    """What was asked.

    created: UTC, ISO 8601. selection: the command's resolved options, enough to plan and resume.
    planned: how many cells follow; a file that holds fewer was cut off before its plan was whole.
    absent: device class or backend that was looked for and not found, with its reason.
    turns_with: the run_id of the run that this one took turns with, launch by launch; empty for a run alone.
    summaries: workload, to its author's line on what it is.
    accelerators: backend, to the device classes that it knows beside the CPU, whether one was there or not.
    """

    run_id: str
    created: str
    gpubench: str
    command: list[str]
    preset: str
    seed: int
    launches: int
    max_time_s: float
    timeout_s: float
    selection: dict[str, Any]
    planned: int
    absent: dict[str, str]
    turns_with: str = ""
    summaries: dict[str, str] = {}
    accelerators: dict[str, list[str]] = {}

    @property
    def ended(self) -> tuple[str, str] | None:
        """Why no `--resume` can go on with it though it is incomplete, and what to do instead; None where one can."""
        if self.turns_with:
            return "took turns with another run, which it can't go on doing alone", "measure both anew"
        if self.command[:1] == ["pytest"]:
            return "was measured by pytest, which can't go on with it", "measure it anew, into another folder"
        return None


class Env(Record, frozen=True, kw_only=True, tag="env"):
    """Facts about the machine or about one worker's framework, from an allow-list."""

    scope: str
    facts: dict[str, str]


class Cell(Record, frozen=True, kw_only=True, tag="cell"):
    """One planned cell. `reason` says why it cannot run, and is empty where it can.

    size: the value of the workload's axis. params: the other resolved parameters. item: what `items` counts.
    """

    cell_id: str
    workload: str
    version: int
    axis: str
    size: int | float | str
    params: dict[str, Any]
    backend: str
    device: str
    precision: str
    mode: str
    data: str
    variant: str
    threads: int
    item: str
    reason: str

    @property
    def identity(self) -> tuple[str, str]:
        """A cell of a run: machines share `cell_id`, a run may hold it on several devices of a class."""
        return (self.cell_id, self.device)


class Series(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Raw samples of one quantity: each is `seconds` for `calls` calls in a row."""

    calls: int
    seconds: list[float]


class Launch(Record, frozen=True, kw_only=True, tag="launch"):
    """One worker's measurement of one cell.

    measures: `time`, or the pass that it belongs to: `memory`, `energy`. A pass has no quantities, and fills
    peak_host_bytes: growth of the worker's resident set, from before anything of the cell was there to the peak of
    three calls. peak_device_bytes: the framework's own count of an accelerator, likewise.
    energy_j: a call's, above idle. counters: the readings that these come from, by name.
    quantities: `step`, `latency`, `dispatch`, `device` to raw samples; what was not measured is absent. `device`: the
    span between two marks in the device's queue, by its own clock.
    first_call_s: trace, compile and autotune included. build_s: the builder. startup_s: the worker's, until ready.
    errors: name to size of the check's errors; null where the output held NaN. tolerance: what they were held to.
    fixed_cost_s: per block, from calibration. slope_s: step time there, by the difference of two blocks.
    idle_wait_s: a completion wait with nothing to wait for.
    residual_s: the largest second wait after a block, less the idle wait.
    stopped: what ended the sampling, `interval` or `time`.
    noise: what else went on while sampling, by name (`gpubench.worker.noise.Noise`, of a GPU what begins with `gpu`:
    `gpubench.worker.gpu_noise.GpuNoise`); what is not told is absent. foreign: the load of others, in
    processors, for each sample of `step`.
    """

    cell_id: str
    device: str
    launch: int
    status: str
    reason: str = ""
    quantities: dict[str, Series] = {}
    device_model: str = ""
    backend_version: str = ""
    work: dict[str, float] = {}
    startup_s: float | None = None
    build_s: float | None = None
    first_call_s: float | None = None
    warmup_s: float | None = None
    fixed_cost_s: float | None = None
    slope_s: float | None = None
    idle_wait_s: float | None = None
    residual_s: float | None = None
    seconds: dict[str, float] = {}
    checked: bool = False
    errors: dict[str, float | None] = {}
    tolerance: float | None = None
    stopped: str = ""
    noise: dict[str, float] = {}
    foreign: list[float] = []
    facts: dict[str, str] = {}
    flags: list[str] = []
    stderr: str = ""
    measures: str = "time"
    peak_host_bytes: int | None = None
    peak_device_bytes: int | None = None
    energy_j: float | None = None
    counters: dict[str, float] = {}

    @property
    def identity(self) -> tuple[str, str]:
        """That of the cell."""
        return (self.cell_id, self.device)


class Event(Record, frozen=True, kw_only=True, tag="event"):
    """Something that happened to the run as a whole, at a UTC time."""

    at: str
    what: str
    detail: str = ""


class End(Record, frozen=True, kw_only=True, tag="end"):
    """Closes a whole run: wall seconds of the sitting that ended it, and launches by status."""

    at: str
    seconds: dict[str, float]
    statuses: dict[str, int]


Line = Run | Env | Cell | Launch | Event | End
