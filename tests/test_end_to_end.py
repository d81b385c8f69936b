"""The whole program as real processes: measured, killed, interrupted, out of disk, and gone on with."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from gpubench.results.results import load

PATIENCE_S = 180.0
QUICK = ["--launches", "1", "--max-time", "0.05", "--no-report"]

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Ours, without what the command listens to, and with the command on the path as a user has it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GPUBENCH_", "TOY_"))}
    for name in ("NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED"):
        kept.pop(name, None)
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}", "COUNTED_LOG": str(tmp_path / "log"),
    }  # fmt: skip


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Started]:
    """Starts `gpubench ARGUMENTS` in an empty folder; none outlives its test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, prepare: Callable[[], object] | None = None, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "gpubench", *map(str, arguments)], cwd=tmp_path, env=environment | more, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=prepare or _listen,  # noqa: PLW1509  this process has no other thread
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()
    log = tmp_path / "log"
    for pid in map(int, log.read_text().split() if log.exists() else []):  # none is left unless a test failed
        with contextlib.suppress(psutil.NoSuchProcess):
            if "gpubench.worker" in psutil.Process(pid).cmdline():
                psutil.Process(pid).kill()


def _listen() -> None:
    """To Ctrl-C, which a shell lets its background jobs ignore."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err


@pytest.fixture
def doubling(repository: Path) -> list[object]:
    return ["run", "doubling", "--plugin", repository / "tests/bench/plugins/toy.py", "-b", "toy", "-d", "cpu", *QUICK]


@pytest.fixture
def counted(repository: Path) -> list[object]:
    """Three cells, each of which writes a line to the log when it is built."""
    plugins = repository / "tests" / "bench" / "plugins"
    files = ["--plugin", plugins / "toy.py", "--plugin", plugins / "counted.py"]
    return ["run", "counted", *files, "-b", "toy", "-d", "cpu", "-s", "smoke,small", *QUICK]


def built(log: Path, number: int) -> list[int]:
    """The processes that built a cell, as soon as there were so many."""
    deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while time.monotonic() < deadline:
        lines = log.read_text().splitlines() if log.exists() else []
        if len(lines) >= number:
            return [int(line) for line in lines]
        pause.wait(0.005)
    raise TimeoutError(f"{number} cells were not built in time")


def vanished(pid: int) -> bool:
    """Whether a process ends; one that nobody has reaped yet has ended."""
    try:
        process = psutil.Process(pid)
        gone, _ = psutil.wait_procs([process], timeout=PATIENCE_S / 18)
        return bool(gone) or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def measured_once(folder: Path) -> bool:
    """Whether every cell was measured, and none twice."""
    results = load(folder)
    launches = Counter((*launch.identity, launch.launch) for launch in results.launch_records)
    return set(launches.values()) == {1} and {cell.identity for cell in results.cell_records} == {
        launch.identity for launch in results.launch_records
    }


def test_a_killed_run_takes_its_worker_along_and_is_gone_on_with(start: Started, counted, tmp_path: Path) -> None:
    process = start(*counted, "--out", "run", COUNTED_HANG="2")
    *_, worker = built(tmp_path / "log", 2)
    process.kill()
    process.wait()
    assert vanished(worker)
    code, _, err = ended(start("validate", "run"))
    assert code == 6
    assert "is readable (3 cells, 1 launches) but not whole" in err
    code, out, err = ended(start("run", "--resume", "run", "--no-report"))
    assert (code, out) == (0, "run\n")
    assert [line[:3] for line in err.splitlines() if re.match("[0-9]/", line)] == ["2/3", "3/3"]
    assert measured_once(tmp_path / "run")
    assert len(built(tmp_path / "log", 4)) == 4  # three cells, and the one that was killed
    assert ended(start("validate", "run"))[0] == 0


def test_what_ctrl_c_prints_can_be_copied_and_goes_on(
    start: Started, counted, tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = tmp_path / "my 'ünï' run"
    process = start(*counted, "--out", folder.name, COUNTED_HANG="2")
    *_, worker = built(tmp_path / "log", 2)
    process.send_signal(signal.SIGINT)
    code, out, err = ended(process)
    assert (code, out) == (130, "")
    assert f"interrupted; what was measured is in {folder.name}" in err
    assert "Traceback" not in err
    assert vanished(worker)
    typed = err.splitlines()[-1].strip()
    assert shlex.split(typed)[:3] == ["gpubench", "run", "--resume"]
    subprocess.run(typed, shell=True, cwd=tmp_path, env=environment, timeout=PATIENCE_S, check=True)
    assert measured_once(folder)
    assert [event.what for event in load(folder).events] == ["interrupted", "resumed"]
    assert (folder / "report.html").is_file()


def test_sigterm_ends_a_run_as_ctrl_c_does(start: Started, counted, tmp_path: Path) -> None:
    process = start(*counted, COUNTED_HANG="1")
    (worker,) = built(tmp_path / "log", 1)
    process.terminate()
    code, _, err = ended(process)
    assert code == 130
    (folder,) = (tmp_path / "gpubench-results").iterdir()
    assert f"gpubench run --resume gpubench-results/{folder.name}" in err
    assert vanished(worker)
    assert load(folder).launch_records == ()


def test_a_killed_worker_costs_its_cell_alone(start: Started, counted, tmp_path: Path) -> None:
    process = start(*counted, "--json", COUNTED_HANG="2")
    *_, worker = built(tmp_path / "log", 2)
    os.kill(worker, signal.SIGKILL)
    code, out, err = ended(process)
    assert code == 3
    cells = json.loads(out)["cells"]
    assert sorted(cell["status"] for cell in cells) == ["crashed", "ok", "ok"]
    assert "the worker was ended by SIGKILL" in err
    assert len(set(built(tmp_path / "log", 3))) >= 2  # the rest was measured by another worker


def test_every_way_to_fail_is_a_result(start: Started, doubling) -> None:
    faults = {
        "none": "ok", "raise": "failed", "sticky": "failed", "wrong": "failed", "nan": "failed", "folded": "failed",
        "oom": "oom", "unsupported": "skipped", "abort": "crashed", "kill": "crashed", "exit": "crashed",
    }  # fmt: skip
    process = start(*doubling, "-s", "smoke", "--param", f"fault={','.join(faults)}", "--json")
    code, out, err = ended(process)
    assert code == 3
    cells = [cell for cell in json.loads(out)["cells"] if not cell["variant"]]
    assert {json.loads(cell["params"])["fault"]: cell["status"] for cell in cells} == faults
    assert all(bool(cell["reason"]) == (cell["status"] != "ok") for cell in cells)
    assert "Traceback" not in err


def test_a_cell_that_hangs_is_killed_in_time(start: Started, doubling) -> None:
    code, out, err = ended(start(*doubling, "-s", "smoke", "--timeout", "0.5", "--param", "fault=hang", "--json"))
    assert code == 3
    assert {cell["status"] for cell in json.loads(out)["cells"]} == {"timeout"}
    assert "no answer within 0.5 s (--timeout): the worker was killed" in err


def test_a_full_disk_keeps_what_was_measured_and_the_run_goes_on_later(
    start: Started, doubling, tmp_path: Path
) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    many = ["-s", ",".join(str(size) for size in range(1, 31)), "--param", "fault=raise", "--out", "a run"]
    code, out, err = ended(start(*doubling, *many, prepare=small_disk))
    assert (code, out) == (74, "")
    assert "cannot write a run/results.jsonl: File too large" in err
    assert "`gpubench run --resume 'a run'` goes on with it" in err
    assert (tmp_path / "a run" / "results.jsonl").read_bytes().endswith(b"}\n")  # no torn line
    kept = len(load(tmp_path / "a run").launch_records)
    assert 0 < kept < 31
    assert f"\n{kept}/31 " in err
    assert f"\n{kept + 1}/31 " not in err
    code, _, err = ended(start("run", "--resume", "a run", "--no-report"))
    assert code == 3
    assert f"{kept + 1}/31 " in err
    assert measured_once(tmp_path / "a run")
    assert load(tmp_path / "a run").complete


@pytest.mark.parametrize("variables", [{}, {"FORCE_COLOR": "1"}], ids=["plain", "coloured"])
def test_no_terminal_gets_lines_and_no_escape_codes_but_the_colours_that_are_asked_for(
    start: Started, doubling, variables: dict[str, str]
) -> None:
    code, out, err = ended(start(*doubling, "-s", "smoke", "--param", "fault=raise", **variables))
    assert code == 3
    assert "\x1b" not in out
    assert ("\x1b[" in err) == bool(variables)
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", err)
    assert [line.split(":")[0] for line in err.splitlines()[1:3]] == [
        "1/2 doubling n=4 fault=raise toy cpu float32 eager again",
        "2/2 doubling n=4 fault=raise toy cpu float32 eager",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_written_is_said(start: Started, doubling) -> None:
    code, _, err = ended(start(*doubling, "-s", "smoke", "--param", "fault=raise", "--out", "/proc/1/run"))
    assert code == 74
    assert "cannot write /proc/1/run/results.jsonl" in err
    assert "choose another folder with --out" in err


def test_the_module_is_the_command(tmp_path: Path, environment: dict[str, str], start: Started) -> None:
    command = subprocess.run(
        ["gpubench", "--version"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert ended(start("--version")) == (0, command.stdout, "")


@pytest.mark.framework("torch", "tensorflow")
def test_both_frameworks_are_measured_and_compared(start: Started, tmp_path: Path) -> None:
    code, out, err = ended(
        start("run", "matmul", "-s", "smoke", "-d", "cpu,cuda:99", "--launches", "1", "--max-time", "0.05", "--json")
    )
    assert code == 0
    answer = json.loads(out)
    cells = answer["cells"]
    assert {(cell["backend"], cell["variant"]) for cell in cells} == {
        ("torch", ""), ("torch", "aa"), ("tensorflow", ""), ("tensorflow", "aa"),
    }  # fmt: skip
    assert all(cell["status"] == "ok" and cell["checked"] for cell in cells)
    assert all(0 < cell["step_s"] < 1 for cell in cells)
    assert "No cuda:99 was measured: " in err
    assert "So no speed-up over the CPU can be reported." in " ".join(err.split())
    told = err.splitlines()[-1].replace(" --max-time 0.05", "")  # which isn't said again where samples were few
    assert told == "    gpubench run matmul -s smoke --launches 1"
    assert (tmp_path / answer["path"] / "report.html").stat().st_size > 10_000


@pytest.mark.framework("torch")
@pytest.mark.parametrize("wanted", [["-d", "cuda:99"], ["--require", "cuda:99"]])
def test_a_gpu_that_is_not_there_is_refused_at_once(start: Started, wanted: list[str], tmp_path: Path) -> None:
    code, out, err = ended(start("run", "matmul", "-b", "torch", *wanted))
    assert (code, out) == (5, "")
    assert "there is no device 'cuda:99' here: " in err
    assert "`gpubench list devices`" in err
    assert list(tmp_path.iterdir()) == []
