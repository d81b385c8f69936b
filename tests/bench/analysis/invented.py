"""Runs that nobody measured: made-up results with known answers, for the tests of findings and reports."""

from __future__ import annotations

import math
import random
from collections import Counter
from pathlib import Path
from typing import Any

from gpubench.plan import identified
from gpubench.results.records import Cell, End, Env, Event, Launch, Run, Series
from gpubench.results.results import Results

SPREAD = (0.985, 0.99, 0.995, 1.0, 1.005, 1.01, 1.04)
"""Samples of a launch over its median: a little skewed, as real ones are."""
MODES = {"torch": "eager", "tensorflow": "graph"}
GPU = "Invented GPU 9000"


class Invented:
    """Builds one run cell by cell."""

    def __init__(self, run_id: str = "20260102T030405-abcd", *, launches: int = 3, host: str = "cafe", **fields: Any):
        self.run = Run(
            run_id=run_id, created="2026-01-02T03:04:05+00:00", gpubench="0.1.0", seed=0,
            launches=launches, timeout_s=300.0,
            **{"preset": "quick", "command": ["gpubench", "run"], "planned": 0, "absent": {}, "max_time_s": 0.8,
               "selection": {}, **fields},
        )  # fmt: skip
        self.machine = {"host (hashed)": host, "processor": "Invented CPU", "memory": "16.0 GiB"}
        self.cells: list[Cell] = []
        self.launches: list[Launch] = []
        self.events: list[Event] = []
        self.selftest = "passed 2026-01-01"

    @property
    def seed(self) -> tuple[str, int]:
        """Another one for each cell."""
        return (self.run.run_id, len(self.cells))

    def cell(
        self,
        steps: tuple[float, ...] = (),
        *,
        workload: str = "matmul",
        axis: str = "n",
        size: float | str = 256,
        params: dict[str, Any] | None = None,
        backend: str = "torch",
        device: str = "cpu",
        mode: str | None = None,
        precision: str = "float32",
        data: str = "resident",
        variant: str = "",
        threads: int = 2,
        item: str = "row",
        status: str = "ok",
        reason: str = "",
        flags: tuple[str, ...] = (),
        dispatch: float | None = None,
        work: dict[str, float] | None = None,
        model: str | None = None,
        version: int = 1,
    ) -> Cell:
        """Plan a cell. steps: the median of each launch; none with status `skipped`: it was never to be launched.

        dispatch: seconds; without it as long as a step on the CPU, and a tenth of one elsewhere.
        """
        issuing = 1.0 if device == "cpu" else 0.1
        planned = status == "skipped" and not steps
        cell = identified(
            Cell(
                cell_id="", workload=workload, version=version, axis=axis, size=size, params=params or {},
                backend=backend, device=device, precision=precision, mode=mode or MODES.get(backend, "eager"),
                data=data, variant=variant, threads=threads, item=item, reason=reason if planned else "",
            )
        )  # fmt: skip
        self.cells.append(cell)
        model = model or ("Invented CPU" if device == "cpu" else GPU)
        common = {
            "cell_id": cell.cell_id, "device": device, "status": status, "reason": reason, "device_model": model,
            "backend_version": "1.2.3", "flags": list(flags),
            "work": work or {"flops": 2e9, "bytes": 1e6, "items": 8.0},
        }  # fmt: skip
        for number, step in enumerate(steps):
            quantities = {
                "step": Series(calls=10, seconds=[10 * step * share for share in SPREAD]),
                "latency": Series(calls=1, seconds=[1.1 * step]),
                "dispatch": Series(calls=1, seconds=[issuing * step if dispatch is None else dispatch]),
            }
            self.launches.append(
                Launch(launch=number, quantities=quantities, first_call_s=0.1, checked=True, stopped="interval",
                       errors={"rows": 1e-7}, **common)
            )  # fmt: skip
        if not steps and not planned:
            self.launches.append(Launch(launch=0, **common))
        return cell

    def results(
        self, *, complete: bool = True, path: Path = Path("run/results.jsonl"), notes: tuple[str, ...] = ()
    ) -> Results:
        """The run as it would be loaded."""
        envs = [Env(scope="machine", facts=self.machine)]
        for backend, device in dict.fromkeys((cell.backend, cell.device) for cell in self.cells):
            told = {"selftest": self.selftest} if self.selftest and device != "cpu" else {}
            envs.append(Env(scope=f"{backend}@{device}", facts={backend: "1.2.3", "intra-op threads": "2", **told}))
        end = End(
            at="2026-01-02T03:09:05+00:00",
            seconds={"wall": 300.0},
            statuses=dict(Counter(x.status for x in self.launches)),
        )
        return Results(
            path=path, run=self.run, envs=tuple(envs), cell_records=tuple(self.cells),
            launch_records=tuple(self.launches), events=tuple(self.events), end=end if complete else None,
            notes=notes, whole_bytes=0,
        )  # fmt: skip


def scattered(middle: float, launches: int = 3) -> tuple[float, ...]:
    """Launch medians about a middle, which is their median and geometric mean, 1 % apart."""
    return tuple(middle * 1.01 ** (number - (launches - 1) / 2) for number in range(launches))


def cpu_run() -> Results:
    """A machine without a GPU: both frameworks, an A/A pair each, and one of everything that can go wrong."""
    made = Invented(absent={"cuda": "torch 1.2.3+cpu is built without CUDA; tensorflow 1.2.3 is built without CUDA"})
    _cpu_cells(made)
    made.cell(
        workload="matmul",
        size=65536,
        status="oom",
        reason="DefaultCPUAllocator: can't allocate memory: you tried to allocate 17179869184 bytes",
    )
    made.cell(
        workload="conv2d",
        axis="batch",
        size=8,
        params={"layer": "vgg16-conv1_2"},
        status="timeout",
        reason="no answer within 300 s (--timeout): the worker was killed",
    )
    made.cell(
        workload="conv2d",
        axis="batch",
        size=8,
        params={"layer": "vgg16-conv1_2"},
        backend="tensorflow",
        status="failed",
        reason="wrong answer: y errs by 1.3 of the reference's root mean square, at most 1.2e-05 is allowed",
    )
    made.cell(
        unquiet(2e-3, 3, made.seed),
        workload="conv2d",
        axis="batch",
        size=1,
        params={"layer": "seed-conv2"},
        status="unverified",
        reason="work went on after the clock stopped: 0.001 s of it",
    )
    made.cell(
        workload="matmul",
        size=256,
        precision="tf32",
        status="skipped",
        reason="tf32 is a product of NVIDIA GPUs; cpu has none",
    )
    _copies(made, 3)
    return made.results()


def gpu_run() -> Results:
    """A machine with a GPU, all of it invented."""
    made = Invented(
        "20260203T040506-beef", launches=5, host="f00d", command=["gpubench", "run", "--preset", "standard"]
    )
    _cpu_cells(made, launches=5)
    factors = {"torch": 1.0, "tensorflow": 1.25}
    for backend, factor in factors.items():
        at = {"backend": backend, "device": "cuda:0"}
        for n in (64, 256, 1024, 2048):
            made.cell(
                unquiet(factor * (9e-6 + 2 * n**3 / 4e13), 5, made.seed),
                size=n,
                work=_matmul(n),
                dispatch=8e-6 * factor,
                **at,
            )
        for batch in (32, 128, 512):
            made.cell(unquiet(factor * (4e-4 + batch * 1.5e-6), 5, made.seed), **_mnist(batch), **at)
        made.cell(
            unquiet(factor * 4e-6, 5, made.seed),
            workload="dispatch",
            size=1,
            work={"flops": 1, "bytes": 12, "items": 1},
            dispatch=4e-6 * factor,
            item="call",
            **at,
        )
        made.cell(
            unquiet(3.1e-8, 5, made.seed),
            workload="noop",
            size=1,
            work={"flops": 0, "bytes": 0, "items": 1},
            item="call",
            **at,
        )
        made.cell(
            unquiet(factor * (9e-6 + 2 * 1024**3 / 4e13) * 1.004, 5, made.seed),
            size=1024,
            variant="aa",
            work=_matmul(1024),
            dispatch=8e-6,
            **at,
        )
    made.cell(size=65536, device="cuda:0", status="oom", reason="CUDA out of memory. Tried to allocate 16.00 GiB")
    _copies(made, 5)
    _copies(made, 5, rate=1.5e12, device="cuda:0", dispatch=8e-6)
    return made.results()


def _matmul(n: int) -> dict[str, float]:
    return {"flops": 2.0 * n**3, "bytes": 12.0 * n**2, "items": float(n)}


def _copies(made: Invented, launches: int, rate: float = 1.2e10, **at: Any) -> None:
    """Of 128 MiB, at so many bytes a second."""
    work = {"flops": 0.0, "bytes": 2.0**28, "items": 2.0**25}
    for backend, share in (("torch", 1.0), ("tensorflow", 0.9)):
        step = work["bytes"] / (share * rate)
        made.cell(
            unquiet(step, launches, made.seed),
            workload="copy",
            size=2**25,
            backend=backend,
            work=work,
            item="element",
            **at,
        )


def _mnist(batch: int, style: str = "raw") -> dict[str, Any]:
    return {
        "workload": "mnist_cnn_train", "axis": "batch", "size": batch, "item": "image",
        "params": {"dataset": "synthetic", "layout": "native", "style": style},
        "work": {"flops": 14256384.0 * batch, "bytes": 1e6 * batch, "items": float(batch)},
    }  # fmt: skip


def _cpu_cells(made: Invented, launches: int = 3) -> None:
    speeds = {"torch": (1.9e11, 3.5e-4), "tensorflow": (2.1e11, 1.35e-4)}
    for backend, (rate, image) in speeds.items():
        call = 1.2e-6 if backend == "torch" else 9e-6
        for n in (64, 256, 1024, 2048):
            made.cell(unquiet(call + 2 * n**3 / rate, launches, made.seed), size=n, backend=backend, work=_matmul(n))
        for layer, seconds in (("seed-conv2", 7e-4), ("resnet50-conv2-reduce", 2.3e-3), ("vgg16-conv5_1", 4.1e-3)):
            made.cell(
                unquiet(seconds * image / 2e-4, launches, made.seed), workload="conv2d", axis="batch", size=8,
                backend=backend, flags=("no-steady-state",) if layer == "seed-conv2" else (),
                params={"layer": layer, "layout": "native", "pass": "forward"}, item="image",
                work={"flops": 1e9, "bytes": 1e6, "items": 8.0},
            )  # fmt: skip
        for batch in (32, 128, 512):
            made.cell(unquiet(1e-3 + image * batch, launches, made.seed), backend=backend, **_mnist(batch))
        made.cell(
            unquiet(call, launches, made.seed),
            workload="dispatch",
            size=1,
            backend=backend,
            item="call",
            work={"flops": 1, "bytes": 12, "items": 1},
        )
        made.cell(
            unquiet(3.1e-8, launches, made.seed),
            workload="noop",
            size=1,
            backend=backend,
            item="call",
            work={"flops": 0, "bytes": 0, "items": 1},
        )
        made.cell(
            unquiet(1.012 * (call + 2 * 1024**3 / rate), launches, made.seed),
            size=1024,
            backend=backend,
            variant="aa",
            work=_matmul(1024),
        )
    made.cell(unquiet(1.2e-3 + 1.4e-4 * 128, launches, made.seed), backend="tensorflow", **_mnist(128, "keras"))


def unquiet(middle: float, launches: int, name: object) -> tuple[float, ...]:
    """Launch medians with a spread of 2 %, seeded by the cell's name."""
    draw = random.Random(repr(name))
    return tuple(middle * math.exp(draw.gauss(0, 0.02)) for _ in range(launches))
