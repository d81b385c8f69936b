"""Real runs of the gate: `python tests/validation/gate.py`: ten of identical code, and ten with a fifth more work.

Each is `gpubench run --against`, typed in a folder that stands for a checkout of a head, as docs/ci.md has it. What was
run is kept in a CSV file and counted; `--budget` ends a sitting between two runs.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import chain
import pools
from collect import facts_of, say
from markdown import bounded, table
from share import Share

from gpubench.results.results import load

FILE = "gate.csv"
RUNS, LAUNCHES, MARGIN, PLANTED = 10, 10, "5%", 20
WORDS = (
    "run", "chain", "--plugin", "chain.py", "--backend", "torch", "--device", "cpu", "--size", "16", "--threads",
    "1", "--launches", str(LAUNCHES), "--max-time", "0.2", "--against", "../base", "--out", "gate", "--no-report",
    "--json", "--quiet",
)  # fmt: skip


@dataclass(frozen=True)
class Gated:
    """One run of the gate. extra: work planted in head, in per cent. code: what it ended with. spent_s: all of it.

    verdict, ratio, lo, hi: of its one cell; no interval with fewer than three launches.
    """

    sitting: str
    extra: int
    code: int
    verdict: str
    ratio: float
    lo: float | None
    hi: float | None
    spent_s: float


def read(folder: Path) -> list[Gated]:
    """The runs that were made, in order; none where there is no file."""
    file = folder / FILE
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            Gated(
                row["sitting"], int(row["extra"]), int(row["code"]), row["verdict"], float(row["ratio"]),
                *(float(row[name]) if row[name] else None for name in ("lo", "hi")), float(row["spent_s"]),
            )
            for row in csv.DictReader(lines, strict=True)
        ]  # fmt: skip


def append(folder: Path, runs: Iterable[Gated]) -> None:
    """Add rows, and the heading where the file is new."""
    file = folder / FILE
    new = not file.exists()
    with file.open("a", encoding="utf-8", newline="") as out:
        rows = csv.DictWriter(out, [field.name for field in fields(Gated)], lineterminator="\n")
        if new:
            rows.writeheader()
        rows.writerows(asdict(run) for run in runs)


def tabled(runs: Sequence[Gated]) -> str:
    """For the page; empty where nothing was run."""
    headings = ("head does", "runs", "red", "verdicts", "median ratio", "a run takes")
    kinds = {extra: [run for run in runs if run.extra == extra] for extra in sorted({run.extra for run in runs})}
    return table(headings, (_row(extra, found) for extra, found in kinds.items())) if runs else ""


def _row(extra: int, runs: Sequence[Gated]) -> tuple[str, ...]:
    verdicts = Counter(run.verdict for run in runs)
    return (
        f"+{extra} %", str(len(runs)), bounded(Share.of(run.code == 1 for run in runs)),
        ", ".join(f"{verdict} {count}" for verdict, count in sorted(verdicts.items())),
        f"{statistics.median(run.ratio for run in runs):.3f}×",
        f"{statistics.median(run.spent_s for run in runs):.0f} s",
    )  # fmt: skip


def planned(done: Iterable[Gated], each: int) -> list[int]:
    """What is still to be planted: identical code and slower code by turns, each so many times."""
    left = {extra: each - sum(run.extra == extra for run in done) for extra in (0, PLANTED)}
    return [extra for number in range(each) for extra in left if number < left[extra]]


def checkouts(place: Path, extra: int) -> Path:
    """A base and a head, each with the workload; head's does so many per cent more. Returns head."""
    text = Path(chain.__file__).read_text(encoding="utf-8")
    plain = f"LINKS = {chain.LINKS}\n"
    assert plain in text
    for name, links in (("base", chain.LINKS), ("head", chain.LINKS + extra)):
        (place / name).mkdir()
        (place / name / "chain.py").write_text(text.replace(plain, f"LINKS = {links}\n"), encoding="utf-8")
    return place / "head"


def gated(sitting: str, extra: int, folder: Path, words: Iterable[str] = WORDS) -> Gated:
    """Run the gate once. folder: where the facts of a sitting are noted."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gpubench-gate-") as place:
        head = checkouts(Path(place), extra)
        done = subprocess.run(
            [sys.executable, "-P", "-m", "gpubench", *words], cwd=head, stdout=subprocess.PIPE, text=True, check=False,
            env={**os.environ, "GPUBENCH_COMPARE_MARGIN": MARGIN},
        )  # fmt: skip
        (cell,) = json.loads(done.stdout)["comparison"]["cells"]
        pools.note(folder, sitting, facts_of(load(head / "gate" / "new")))
    figures = [cell[name] if cell[name] is None else round(cell[name], 4) for name in ("ratio", "ratio_lo", "ratio_hi")]
    return Gated(sitting, extra, done.returncode, cell["verdict"], *figures, round(time.monotonic() - began, 1))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS, metavar="N", help="of each kind; default: %(default)s")
    parser.add_argument("--budget", type=float, default=2400.0, metavar="SECONDS", help="default: %(default)s")
    parser.add_argument("--data", type=Path, default=pools.DATA, metavar="FOLDER", help="default: %(default)s")
    asked = parser.parse_args()
    end = time.monotonic() + asked.budget
    done = read(asked.data)
    sitting = f"gate-{len({run.sitting for run in done}) + 1}"
    for extra in planned(done, asked.runs):
        if time.monotonic() >= end:
            say("not complete: the same command goes on with it")
            return
        append(asked.data, [one := gated(sitting, extra, asked.data)])
        say(f"+{extra} %: {one.verdict}, exit {one.code}, {one.ratio} [{one.lo} to {one.hi}]")
    counts = Counter((run.extra, run.code) for run in read(asked.data))
    say(", ".join(f"+{extra} %: exit {code} {count} times" for (extra, code), count in sorted(counts.items())))


if __name__ == "__main__":
    main()
