"""What `gpubench compare` does with runs: how to show a comparison, and what to exit with."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpubench.analysis.comparison import Compared, Comparison, compare
from gpubench.analysis.judgement import Verdict
from gpubench.analysis.margin import Margins
from gpubench.analysis.obstacle import Why
from gpubench.cli.compare_explain import explanations
from gpubench.cli.compare_json import as_object
from gpubench.cli.compare_junit import junit
from gpubench.cli.compare_markdown import markdown
from gpubench.cli.compare_table import table
from gpubench.cli.compare_words import advice
from gpubench.cli.incomplete import warn_of_incomplete
from gpubench.cli.streams import say
from gpubench.errors import StorageError, UsageError
from gpubench.results.results import Results

SLOWER, STRICT = 1, 4
_SUMMARY = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True)
class Options:
    """How to compare and how to show it.

    typed: those of the margins that were named for these very runs, where a workload that they lack is a mistake.
    missing, inconclusive: `fail` or `warn`.
    """

    by: str
    margins: Margins
    typed: Margins
    missing: str
    inconclusive: str
    any_machine: bool
    explain: bool
    kind: str
    github: bool

    def fails(self, one: Compared) -> bool:
        """Whether the cell ends the command with a code of its own."""
        if one.verdict is Verdict.INCONCLUSIVE:
            return self.inconclusive == "fail"
        if one.obstacle is not None:
            return self.missing == "fail" and one.obstacle.why is not Why.FAILED_IN_BASE
        return one.verdict is Verdict.SLOWER

    def check(self) -> None:
        """Raise UsageError where the summary of a job is asked for outside of one."""
        if self.github and not os.environ.get(_SUMMARY):
            raise UsageError(
                f"--github appends to the file that ${_SUMMARY} names, which is not set",
                "it is set in a job of GitHub Actions; elsewhere: gpubench compare ... --format markdown > FILE",
            )


@dataclass(frozen=True)
class Outcome:
    """A comparison, and how it was asked to be shown."""

    comparison: Comparison
    how: Options

    @property
    def code(self) -> int:
        """What the process exits with. A comparison of nothing is never a success."""
        if self.comparison.counts[Verdict.SLOWER]:
            return SLOWER
        return STRICT if not self.comparison.judged or any(map(self.how.fails, self.comparison.compared)) else 0

    @property
    def text(self) -> str:
        """The comparison in the format that was asked for."""
        if self.how.kind == "json":
            return json.dumps(self.as_object, indent=1, allow_nan=False)
        if self.how.kind == "junit":
            return junit(self.comparison, self.how.fails, self.how.explain)
        return self._markdown if self.how.kind == "markdown" else table(self.comparison, self._why)

    @property
    def as_object(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return as_object(self.comparison, self.code)

    def close(self, *, quiet: bool = False) -> None:
        """The advice, unless quiet, and the summary of the job where one was asked for. Raises StorageError."""
        for line in () if quiet else advice(self.comparison):
            say(line)
        if self.how.github:
            _append(Path(os.environ[_SUMMARY]), self._markdown)

    @property
    def _markdown(self) -> str:
        return markdown(self.comparison, self._why)

    @property
    def _why(self) -> str:
        return explanations(self.comparison) if self.how.explain else ""


def outcome(results: Sequence[Results], how: Options) -> Outcome:
    """Compare runs, the first being the base; what is wrong with them is said on standard error."""
    how.typed.refuse_unknown(cell.workload for run in results for cell in run.cell_records)
    warn_of_incomplete(results)
    return Outcome(compare(results, by=how.by, margins=how.margins, any_machine=how.any_machine), how)


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text + "\n\n")
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror or error}", f"check what ${_SUMMARY} names, or leave --github out"
        ) from error
