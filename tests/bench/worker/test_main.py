"""The worker as a process of its own: one answer a line, and nothing else on its standard output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from gpubench.worker.job import Job, Limits, Start

_NOISY = """
import os, subprocess, sys
from pathlib import Path
print("at import")
os.write(1, b"raw bytes\\n")
exec(Path({toy!r}).read_text())

def loud(params, inputs, session):
    print("a library speaks")
    subprocess.run([sys.executable, "-c", "print('and its child')"], check=True)
    return toy_step(params, inputs, session)

noisy = Workload(**{{**vars(doubling), "builders": {{"toy": loud}}}})
"""


@pytest.fixture
def worker(tmp_path):
    """A worker process that is asked by hand."""
    stderr = (tmp_path / "stderr").open("w+b")
    command = [sys.executable, "-P", "-m", "gpubench.worker", str(os.getpid())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
        yield process
        process.kill()
    stderr.close()


def ask(process, message):
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def job(workload: str, fault="wrong"):
    """A cell that is over as soon as it was checked."""
    return Job(workload, {"n": 4, "fault": fault}, "float32", "eager", "resident", 0, 0, Limits(0.1)).message()


def test_it_answers_line_by_line_and_ends_with_its_input(worker, toy_file):
    assert ask(worker, Start(f"{toy_file}:toy", "cpu", 1).message())["status"] == "ok"
    assert ask(worker, job(f"{toy_file}:doubling"))["status"] == "failed"
    assert ask(worker, job(f"{toy_file}:nothing"))["status"] == "failed"
    worker.stdin.close()
    assert worker.wait() == 0
    assert worker.stdout.read() == ""


def test_what_libraries_print_does_not_reach_the_answers(worker, toy_file, tmp_path):
    plugin = tmp_path / "noisy.py"
    plugin.write_text(_NOISY.format(toy=str(toy_file)))
    assert ask(worker, Start(f"{plugin}:toy", "cpu", 1).message())["status"] == "ok"
    assert ask(worker, job(f"{plugin}:noisy"))["status"] == "failed"
    worker.stdin.close()
    assert worker.wait() == 0
    printed = (tmp_path / "stderr").read_text()
    for text in ("at import", "raw bytes", "a library speaks", "and its child"):
        assert text in printed


def test_an_interrupt_is_left_to_the_parent(worker, toy_file):
    """A terminal sends Ctrl-C to everybody."""
    ask(worker, Start(f"{toy_file}:toy", "cpu", 1).message())
    os.kill(worker.pid, signal.SIGINT)
    assert ask(worker, job(f"{toy_file}:doubling"))["status"] == "failed"


def test_a_worker_whose_parent_is_gone_before_it_began_does_not_begin():
    done = subprocess.run(
        [sys.executable, "-P", "-m", "gpubench.worker", "0"], input="", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "gpubench: the process that started this worker is gone\n"


def test_it_needs_numpy_and_the_standard_library_alone(worker, toy_file, tmp_path):
    """In a foreign interpreter there is nothing else: this reads what a whole measurement has imported."""
    plugin = tmp_path / "watch.py"
    plugin.write_text(
        f"from pathlib import Path\nexec(Path({str(toy_file)!r}).read_text())\nimport sys\n"
        "def watch(params, inputs, session):\n"
        "    names = {name.partition('.')[0] for name in sys.modules}\n"
        "    raise RuntimeError(' '.join(sorted(names - set(sys.stdlib_module_names))))\n"
        "watched = Workload(**{**vars(doubling), 'builders': {'toy': watch}})\n"
    )
    ask(worker, Start(f"{plugin}:toy", "cpu", 1).message())
    names = ask(worker, job(f"{plugin}:watched"))["reason"].split()[1:]
    assert {"gpubench", "numpy"} <= set(names)
    assert set(names) & {"click", "msgspec", "pandas", "scipy", "psutil", "rich", "torch", "tensorflow"} == set()
