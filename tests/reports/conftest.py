"""Made-up runs, and the reports of them."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.findings import Findings
from gpubench.results.records import Env, Event, Launch
from gpubench.results.results import Results
from gpubench_reports.html import render

HOSTILE = (
    '</style></script><script>window.struck = 1; alert(1)</script>"\'><img src=x onerror="window.struck = 2">'
    "<svg onload=alert(3)><a href='javascript:alert(4)'>=HYPERLINK(\"http://127.0.0.1:9/\")</a>"
    "\u202egnp.exe\u2066\x00\x07\x1b[31m\x1b]0;owned\x07{{ 7 * 7 }}{% raw %}$x_1$\\alpha"
)
"""Markup, attribute breaks, links, formulas, right-to-left marks, control characters, escapes, template syntax."""


@pytest.fixture(scope="session")
def invented() -> ModuleType:
    """The module `invented` of the analysis tests: every number in it is made up, its GPU too."""
    spec = importlib.util.spec_from_file_location(
        "gpubench_invented", Path(__file__).parents[1] / "bench" / "analysis" / "invented.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cpu_findings(invented: ModuleType) -> Findings:
    """A made-up run without a GPU, in which several cells went wrong."""
    return analyse([invented.cpu_run()])


@pytest.fixture(scope="session")
def gpu_findings(invented: ModuleType) -> Findings:
    """A made-up run with a GPU that does not exist."""
    return analyse([invented.gpu_run()])


@pytest.fixture(scope="session")
def with_passes() -> Callable[[Results], Results]:
    """Gives a run what passes of memory and energy would have measured of each of its cells."""

    def add(results: Results) -> Results:
        timed = {launch.identity: launch for launch in results.launch_records if launch.status == "ok"}
        passes = [
            Launch(cell_id=cell_id, device=device, launch=0, status="ok", **amounts)
            for number, (cell_id, device) in enumerate(timed, start=1)
            for amounts in (
                {
                    "measures": "memory",
                    "peak_host_bytes": number * 2**20,
                    "peak_device_bytes": None if device == "cpu" else number * 2**21,
                },
                {"measures": "energy", "energy_j": 0.001 * number},
            )
        ]
        return replace(results, pass_records=tuple(passes))

    return add


@pytest.fixture(scope="session")
def hostile(invented: ModuleType) -> Results:
    """A run with the same evil text wherever a text can stand, and one name of 5,000 letters."""
    made = invented.Invented(
        HOSTILE, absent={HOSTILE: HOSTILE}, command=["gpubench", HOSTILE], preset=HOSTILE, summaries={HOSTILE: HOSTILE}
    )
    made.run = msgspec.structs.replace(made.run, created=HOSTILE, gpubench=HOSTILE)
    made.machine = {HOSTILE: HOSTILE, "host (hashed)": HOSTILE}
    about = {"workload": HOSTILE, "axis": HOSTILE, "mode": HOSTILE, "precision": HOSTILE, "item": HOSTILE,
             "flags": (HOSTILE,), "model": HOSTILE}  # fmt: skip
    for size in (1, 2):
        for backend in (HOSTILE, "b" * 300):
            for device in ("cpu", "cuda:0"):
                for data in ("resident", HOSTILE):
                    made.cell(
                        invented.scattered(1.0 * size), size=size, backend=backend, device=device, data=data,
                        params={HOSTILE: data + "x"}, **about,
                    )  # fmt: skip
    made.cell((1.0,) * 3, device=HOSTILE, variant=HOSTILE, size=HOSTILE, **about)
    made.cell((1.0,) * 3, **{**about, "workload": "w" * 5000})
    made.cell(workload="漢字 " * 50, status="failed", reason=HOSTILE)
    made.launches = [msgspec.structs.replace(one, backend_version=HOSTILE) for one in made.launches]
    made.events.append(Event(at=HOSTILE, what=HOSTILE, detail=HOSTILE))
    results: Results = made.results(notes=(HOSTILE,))
    return replace(results, envs=(*results.envs, Env(scope=HOSTILE, facts={HOSTILE: HOSTILE})))


@pytest.fixture(scope="session")
def big_findings(invented: ModuleType) -> Findings:
    """600 cells of five workloads."""
    made = invented.Invented()
    for layer in range(100):
        for backend in ("torch", "tensorflow"):
            for size in (1, 2, 4):
                made.cell(
                    invented.scattered(1e-3 * size * (1 + layer)), workload=f"w{layer % 5}", size=size,
                    backend=backend, params={"layer": f"l{layer}"},
                )  # fmt: skip
    return analyse([made.results()])


@pytest.fixture(scope="session")
def cpu_page(cpu_findings: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the run without a GPU."""
    return render(cpu_findings, tmp_path_factory.mktemp("cpu"))[0]


@pytest.fixture(scope="session")
def gpu_page(
    invented: ModuleType, with_passes: Callable[[Results], Results], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The page of the run with a GPU, with memory and energy: every section and every picture."""
    return render(analyse([with_passes(invented.gpu_run())]), tmp_path_factory.mktemp("gpu"))[0]


@pytest.fixture(scope="session")
def small_page(
    invented: ModuleType, with_passes: Callable[[Results], Results], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Every section in a few rows."""
    made, scattered = invented.Invented(), invented.scattered
    for backend in ("torch", "tensorflow"):
        for device, factor in (("cpu", 9.0), ("cuda:0", 1.0)):
            for size in (1, 2):
                made.cell(scattered(factor * size), size=size, backend=backend, device=device, flags=("drift",))
        made.cell(scattered(9.0), size=1, backend=backend, variant="aa")
        made.cell(scattered(3.0), size=2, backend=backend, device="cuda:0", data="host")
        made.cell((1e-8,) * 3, workload="noop", size=1, backend=backend)
    made.cell(status="oom", size=3, reason="no memory is left")
    return render(analyse([with_passes(made.results())]), tmp_path_factory.mktemp("small"))[0]


@pytest.fixture(scope="session")
def crowded_page(
    invented: ModuleType, with_passes: Callable[[Results], Results], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Tables with every column that there is: parameters, precisions, data, modes, memory, energy and device time."""
    made = invented.Invented(launches=5)
    train = {"workload": "mnist_cnn_train", "axis": "batch", "item": "image"}
    product = {"flops": 1.4e11, "bytes": 2e8, "items": 4096.0}
    copied = {"flops": 0.0, "bytes": 2.0**28, "items": 2.0**25}
    for backend, mode, layout in (("torch", "cuda-graph", "channels_last"), ("tensorflow", "xla", "native")):
        for device, seconds in (("cpu", 0.1234), ("cuda:0", 0.01234)):
            nothing = {"flops": 0.0, "bytes": 0.0, "items": 7.0}
            cells = [{"work": product}, {"work": product, "mode": mode}, {"work": nothing, "precision": "float64"}]
            cells.append({"workload": "copy", "work": copied, "params": {"into": "kept"}, "item": "element"})
            for precision, data in itertools.product(("float32", "bfloat16"), ("resident", "host")):
                params = {"layout": layout, "style": f"a style of {device}"}
                cells.append({"work": product, "params": params, "precision": precision, "data": data, **train})
            for what in cells:
                steps = invented.unquiet(seconds, 5, made.seed)
                made.cell(steps, size=33554432, backend=backend, device=device, **what)
    findings = analyse([with_passes(made.results())])
    timed = tuple(replace(cell, device_s=cell.step and cell.step.value) for cell in findings.cells)
    return render(replace(findings, cells=timed), tmp_path_factory.mktemp("crowded"))[0]


@pytest.fixture(scope="session")
def hostile_page(hostile: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the hostile run."""
    return render(analyse([hostile]), tmp_path_factory.mktemp("hostile"))[0]


@pytest.fixture(scope="session")
def big_page(big_findings: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 600 cells."""
    return render(big_findings, tmp_path_factory.mktemp("big"))[0]
