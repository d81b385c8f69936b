"""Files of pytest-benchmark, ours and strangers': the latencies in them, as records.

Their form is what pytest-benchmark's `pytest_benchmark_generate_json` and `Metadata.as_dict` write (3.1 to 5.3): times
in seconds a call, one for each round; `--benchmark-save` leaves the rounds out unless `--benchmark-save-data` is given.
One process measured everything, so there are no launches and no intervals, and no step time: each call was waited for.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gpubench.results.records import Cell, End, Env, Launch, Run, Series

MADE_BY = "pytest-benchmark"
_LARGEST = 2**53
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)")


class Identity(msgspec.Struct, frozen=True):
    """What a test says under `extra_info` of the cell that it measured: columns of `Results.cells()`, as they are.

    Only a test that says all those without a default is taken for one of gpubench's own cells.
    """

    cell_id: str
    workload: str
    size: int | float | str
    params: str
    backend: str
    device: str
    precision: str
    mode: str
    data: str
    variant: str = ""
    threads: int = 0
    backend_version: str = ""
    device_name: str = ""
    flops: float | None = None
    bytes: float | None = None
    items: float | None = None
    checked: bool = False
    max_error: float | None = None


class _Stats(msgspec.Struct):
    """Seconds a call. data: each round's; iterations: calls in a round."""

    median: float
    iterations: int = 1
    data: list[float] = []

    @property
    def rounds(self) -> list[float]:
        """The rounds, or their median where they were left out."""
        return self.data or [self.median]


class _Test(msgspec.Struct):
    """One test. params: the values that it was parametrised with."""

    name: str
    fullname: str
    stats: _Stats
    group: str | None = None
    params: dict[str, Any] | None = None
    extra_info: dict[str, Any] = {}


class _File(msgspec.Struct):
    """What is used of a file; `datetime` is when it was written."""

    benchmarks: list[_Test]
    machine_info: dict[str, Any]
    datetime: str = ""
    version: str = ""


@dataclass(frozen=True)
class Contents:
    """A file as records. made_by: program and version. notes: what is missing in it, in words."""

    made_by: str
    run: Run
    env: Env
    cells: tuple[Cell, ...]
    launches: tuple[Launch, ...]
    end: End
    notes: tuple[str, ...]


def parsed(text: bytes) -> Contents | None:
    """What a file of pytest-benchmark holds; None for the text of anything else."""
    try:
        # by Python's own parser: msgspec's refuses the NaN that Python writes
        file = msgspec.convert(json.loads(text, object_hook=_readable), _File)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return None
    names = _names(file.benchmarks)
    cells: dict[tuple[str, str], Cell] = {}
    launches: dict[tuple[str, str], list[Launch]] = defaultdict(list)
    for test in file.benchmarks:
        known = _identity(test)
        cell = _strangers(test, names[test.fullname]) if known is None else _own(known)
        cells.setdefault(cell.identity, cell)
        own = launches[cell.identity]
        own.append(_launch(test, cell, known, len(own)))
    ended = tuple(launch for found in launches.values() for launch in found)
    statuses = dict(Counter(launch.status for launch in ended))
    return Contents(
        made_by=f"{MADE_BY} {file.version}".strip(), run=_run(file, text, len(cells)), env=_env(file.machine_info),
        cells=tuple(cells.values()), launches=ended, end=End(at=file.datetime, seconds={}, statuses=statuses),
        notes=tuple(_notes(file)),
    )  # fmt: skip


def _identity(test: _Test) -> Identity | None:
    try:
        return msgspec.convert(test.extra_info, Identity)
    except msgspec.MsgspecError:
        return None


def _own(known: Identity) -> Cell:
    """A cell of ours; the name of its axis is not told."""
    return Cell(
        cell_id=known.cell_id, workload=known.workload, version=0, axis="size", size=known.size,
        params=_object(known.params), backend=known.backend, device=known.device, precision=known.precision,
        mode=known.mode, data=known.data, variant=known.variant, threads=known.threads, item="item", reason="",
    )  # fmt: skip


def _strangers(test: _Test, name: str) -> Cell:
    """A test whose only number, if it has just one, is its size."""
    params = {key: _plain(value) for key, value in (test.params or {}).items()}
    if test.params is None and "[" in test.name:
        params["param"] = test.name.partition("[")[2].removesuffix("]")
    numbers = [key for key, value in params.items() if isinstance(value, (int, float)) and not isinstance(value, bool)]
    axis = numbers[0] if len(numbers) == 1 else ""
    size = params.pop(axis) if axis else ""
    if test.group:
        params["group"] = test.group
    return Cell(
        cell_id=_hashed(f"{test.fullname} {test.group}")[:16], workload=name, version=0, axis=axis, size=size,
        params=params, backend="", device="", precision="", mode="", data="", variant="", threads=0, item="call",
        reason="",
    )  # fmt: skip


def _launch(test: _Test, cell: Cell, known: Identity | None, number: int) -> Launch:
    told = {name: getattr(known, name, None) for name in ("flops", "bytes", "items")}
    seconds = test.stats.rounds
    right = all(math.isfinite(one) and one > 0 for one in seconds)
    return Launch(
        cell_id=cell.cell_id, device=cell.device, launch=number, status="ok" if right else "failed",
        reason="" if right else "the file holds no valid time of it",
        quantities={"latency": Series(calls=1, seconds=seconds)} if right else {},
        device_model=known.device_name if known else "", backend_version=known.backend_version if known else "",
        work={name: amount for name, amount in told.items() if amount is not None},
        checked=known is not None and known.checked,
        errors={"told": known.max_error} if known and known.max_error is not None else {},
        facts={"calls in a round": str(test.stats.iterations)},
    )  # fmt: skip


def _run(file: _File, text: bytes, planned: int) -> Run:
    found = _TIME.match(file.datetime)
    day = "{}{}{}T{}{}{}".format(*found.groups()) if found else "undated"
    return Run(
        run_id=f"{day}-{_hashed(text)[:8]}", created=file.datetime, gpubench="", command=[], preset="", seed=0,
        launches=1, max_time_s=0.0, timeout_s=0.0, selection={}, planned=planned, absent={},
    )  # fmt: skip


def _env(machine: Mapping[str, Any]) -> Env:
    """The facts under the names that a run of ours has for them; the host's name as a hash, as there."""
    cpu = machine.get("cpu") if isinstance(machine.get("cpu"), dict) else {}
    assert isinstance(cpu, dict)
    told = {
        "host (hashed)": _hashed(str(machine["node"]))[:12] if machine.get("node") else None,
        "processor": cpu.get("brand_raw") or machine.get("processor"),
        "logical processors": cpu.get("count"),
        "operating system": " ".join(str(machine[name]) for name in ("system", "release") if machine.get(name)),
        "python": machine.get("python_version"),
    }
    return Env(scope="machine", facts={name: str(fact) for name, fact in told.items() if fact})


def _notes(file: _File) -> Iterator[str]:
    tests = file.benchmarks
    found = {
        "tests don't say on what they ran": sum(_identity(test) is None for test in tests),
        "tests timed several calls as one, so theirs are means": sum(test.stats.iterations > 1 for test in tests),
        "tests have no rounds (--benchmark-save-data), so a median": sum(not test.stats.data for test in tests),
    }
    yield from (f"{count} of {len(tests)} {what}" for what, count in found.items() if count)


def _names(tests: Sequence[_Test]) -> dict[str, str]:
    """Of each test by its full name: its function's name, with the file in front where several files have one of it."""
    files: dict[str, set[str]] = defaultdict(set)
    for test in tests:
        files[_bare(test.name)].add(_bare(test.fullname))
    return {test.fullname: _bare(test.name if len(files[_bare(test.name)]) == 1 else test.fullname) for test in tests}


def _bare(name: str) -> str:
    """Without its parameters."""
    return name.partition("[")[0]


def _plain(value: Any) -> Any:
    """A parameter as results hold it: a number that a float can hold too, true, false or a text."""
    if isinstance(value, (bool, str)) or (isinstance(value, (int, float)) and abs(value) <= _LARGEST):
        return value
    return str(value) if isinstance(value, float) else json.dumps(value, sort_keys=True)


def _readable(found: dict[str, Any]) -> dict[str, Any]:
    """An object of the file without halves of characters, which JSON may hold and UTF-8 can't."""
    return {_utf8(key): _utf8(value) if isinstance(value, str) else value for key, value in found.items()}


def _utf8(text: str) -> str:
    return text.encode(errors="replace").decode()


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(key): _plain(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _hashed(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()
