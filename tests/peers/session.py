"""gpubench beside its peers on the same closures: `python tests/peers/session.py` writes tests/peers/data/.

One process for each framework, with the threads and the environment that gpubench gives its workers.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gpubench
from gpubench.machine import processors
from gpubench.machine.environment import environment
from gpubench.plugins import find_backends

HERE = Path(__file__).parent
DATA = HERE / "data"
BACKENDS = ("torch", "tensorflow")
CPU = "cpu"
COLUMNS = (
    "backend", "table", "name", "mode", "steps", "tool", "round", "median_s", "calls", "samples", "spent_s", "until_s",
)  # fmt: skip
FACTS = ("processor", "logical processors", "memory", "operating system", "python", "load average at start")
VERSIONS = ("torch", "cuda", "cudnn", "tensorflow", "keras")


def measured(
    backend: str, device: str, threads: int, rounds: int, seconds: float, only: Sequence[str]
) -> dict[str, Any]:
    """What a child process with that framework answers: `versions`, `model` of the device, and `rows`."""
    declared = find_backends().plugins[backend].value
    with tempfile.TemporaryDirectory(prefix="gpubench-peers-") as scratch:
        out = Path(scratch) / "answer.json"
        command = [sys.executable, HERE / "measure.py", backend, device, threads, out, rounds, seconds, *only]
        subprocess.run(map(str, command), check=True, env={**os.environ, **declared.environment(threads, device)})
        answer: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return answer


def write(folder: Path, rows: Sequence[dict[str, Any]], facts: dict[str, str]) -> None:
    """`peers.csv` and `session.json`, in place of what was there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "peers.csv").open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    (folder / "session.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=BACKENDS, action="append", help="default: both")
    parser.add_argument("--device", default=CPU, help="cpu, or cuda:0 for the first GPU; default: %(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=0.3, help="of samples, a tool and round; default: %(default)s")
    parser.add_argument("--only", action="append", default=[], metavar="CLOSURE", help="default: all")
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help="default: %(default)s")
    asked = parser.parse_args()
    threads = processors.thread_count()
    machine = environment()
    facts = {
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", "gpubench": gpubench.__version__,
        "threads": str(threads), **{name: machine[name] for name in FACTS if name in machine},
        "pytest-benchmark": importlib.metadata.version("pytest-benchmark"),
    }  # fmt: skip
    rows = []
    for backend in asked.backend or BACKENDS:
        answer = measured(backend, asked.device, threads, asked.rounds, asked.seconds, asked.only)
        facts |= {"device": answer["model"]} if asked.device != CPU else {}
        facts |= {name: version for name, version in answer["versions"].items() if name in VERSIONS}
        rows += answer["rows"]
    write(asked.data, rows, facts)


if __name__ == "__main__":
    main()
