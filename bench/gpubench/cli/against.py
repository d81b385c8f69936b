"""`gpubench run --against FOLDER|INTERPRETER`: base and head measured in one job, in turns, and compared."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gpubench.cli.closing import FAILED, failures
from gpubench.cli.compare import default_options
from gpubench.cli.progress import Lines
from gpubench.cli.running import SOME_FAILED, Options, announce, finish, refuse_empty, show
from gpubench.cli.streams import say
from gpubench.errors import UsageError
from gpubench.results.writer import FILE_NAME
from gpubench.runner.against import Against, Base, measure_both
from gpubench.runner.estimate import in_words
from gpubench.runner.prepared import Prepared, prepare
from gpubench.runner.progress import Progress, Silent
from gpubench.runner.trees import Trees
from gpubench.selection import Selection

if TYPE_CHECKING:
    from gpubench.cli.comparing import Outcome
    from gpubench.results.results import Results


def against(texts: Sequence[str]) -> Against:
    """What was typed: a folder, an interpreter, or one of each. Raises UsageError for anything else."""
    folders = [text for text in texts if Path(text).expanduser().is_dir()]
    programs = [text for text in texts if text not in folders]
    for kind, found in (("folders", folders), ("interpreters", programs)):
        if len(found) > 1:
            raise UsageError(
                f"--against names {len(found)} {kind}: {', '.join(found)}",
                "BASE is one checkout, one environment, or one of each",
            )
    trees = Trees.of(_checkout(folders[0])) if folders else None
    return Against(trees, _interpreter(programs[0]) if programs else sys.executable)


def _checkout(text: str) -> Path:
    folder = Path(text).expanduser()
    if (folder / "pyvenv.cfg").is_file():
        python = shlex.quote(f"{folder}/bin/python")
        raise UsageError(f"--against {text} is an environment", f"name its Python: --against {python}")
    if (folder / FILE_NAME).is_file():
        raise UsageError(
            f"--against {text} is a run, which was measured before",
            f"to measure its cells anew: gpubench run --baseline {shlex.quote(text)}",
        )
    return folder


def _interpreter(text: str) -> str:
    program = shutil.which(Path(text).expanduser())
    if program is None:
        whole = "; an environment is taken as a whole, without BACKEND=" if "=" in text else ""
        raise UsageError(
            f"--against {text}: there is no such folder, and no such program{whole}",
            "name a checkout of the base (git worktree add ../base origin/main), or the Python of another environment "
            "that has this gpubench, for example ../base-env/bin/python",
        )
    return str(Path(program).absolute())  # a link stays one: it is what makes an environment


@dataclass(frozen=True)
class _Job:
    """All that is known before anything is measured."""

    base: Base
    prepared: Prepared
    how: Options

    @property
    def progress(self) -> tuple[Progress, Progress]:
        """Plain lines, each with the side's name: two tables can't be drawn on one screen."""
        if self.how.quiet or self.how.progress == "none":
            return Silent(), Silent()
        return Lines(self.how.verbose, "BASE "), Lines(self.how.verbose, "NEW ")


def run_against(
    selection: Selection, texts: Sequence[str], out: Path | None, dry_run: bool, command: Sequence[str], how: Options
) -> int:
    """Measure both, compare, and return the exit code: that of `gpubench compare`, or 3 where cells failed."""
    where, comparing = against(texts), default_options()
    moved = where.selection(selection)
    prepared = prepare(selection)
    refuse_empty(prepared)
    with Base(where) as base:
        base.prepare(moved)
        job = _Job(base, prepared, how)
        _announce(job)
        if dry_run:
            show(prepared, how)
            return 0
        old, new = measure_both(base, prepared, out, command, job.progress)

    def outcome(measured: Results) -> Outcome:
        from gpubench.cli.comparing import outcome

        return outcome([old, measured], comparing)

    bad = old.cells()["status"].isin(FAILED).any()
    for line in failures(old, old.cells()):
        say(f"BASE:{line}")
    return finish(new, how, outcome) or (SOME_FAILED if bad else 0)


def _announce(job: _Job) -> None:
    base = job.base
    for words in (base.broken, f"BASE doesn't have {', '.join(base.left_out)}" if base.left_out else ""):
        if words:
            say(f"Left out: {words}")
    if job.how.quiet:
        return
    announce(job.prepared)
    say(
        f"In turns with BASE, {base.against.words}: {len(base.cells)} cells x {base.launches} launches, about "
        f"{in_words(base.about_s)} more"
    )
