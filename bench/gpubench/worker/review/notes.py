"""The findings of one cell while they are made, and what an author's mistake is turned into."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from gpubench.backend import Fault
from gpubench.errors import GpubenchError, Unsupported
from gpubench.worker.review.finding import FAIL, PASS, SKIP, WARN, Finding
from gpubench.worker.review.line import line_of, line_raised

_LONGEST = 500


class Ended(Exception):
    """Nothing more can be looked at; a finding says why."""


@dataclass
class Notes:
    """builder: of the cell. methods: of its parameters. fault: what the framework's exceptions mean.

    sticky: whether the process can't be used any more.
    """

    builder: object
    methods: Sequence[object]
    fault: Callable[[BaseException], Fault]
    findings: list[Finding] = field(default_factory=list)
    sticky: bool = False

    def passed(self, check: str) -> None:
        """Nothing was wrong."""
        self.findings.append(Finding(check, PASS))

    def judge(self, check: str, wrong: str, hint: str, at: object = None) -> None:
        """Passed where nothing is wrong. at: what of the author's it is about, the builder by default."""
        if wrong:
            self.findings.append(Finding(check, FAIL, wrong, self._line(at), hint))
        else:
            self.passed(check)

    def warn(self, check: str, says: str, hint: str, at: object = None) -> None:
        """What can be measured, and is likely not what was meant."""
        self.findings.append(Finding(check, WARN, says, self._line(at), hint))

    def skip(self, check: str, why: str) -> None:
        """What could not be looked at here."""
        self.findings.append(Finding(check, SKIP, why[:_LONGEST]))

    def end_if_failed(self) -> None:
        """Raise Ended where the last finding is that something failed."""
        if self.findings and self.findings[-1].level == FAIL:
            raise Ended

    @contextlib.contextmanager
    def stage(self, check: str, hint: str, at: object = None) -> Iterator[None]:
        """Whatever is raised within becomes a finding, and ends the review: raises Ended."""
        try:
            yield
        except Ended:
            raise
        except Exception as error:  # a framework and a workload may raise anything
            self._raised(check, error, hint, at)
            raise Ended from error

    def _raised(self, check: str, error: Exception, hint: str, at: object) -> None:
        fault = Fault.UNSUPPORTED if isinstance(error, Unsupported) else self.fault(error)
        self.sticky = fault is Fault.STICKY
        plain = isinstance(error, (Unsupported, GpubenchError))
        said = " ".join((str(error) if plain else f"{type(error).__name__}: {error}").split())[:_LONGEST]
        if fault is Fault.UNSUPPORTED:
            self.skip(check, f"not supported here: {said}")
        elif fault is Fault.OUT_OF_MEMORY:
            self.skip(check, f"out of memory: {said}")
        else:
            beside = [line_of(thing) for thing in (self.builder, *self.methods)]
            line = line_raised(error, beside) or self._line(at)
            self.findings.append(Finding(check, FAIL, said, line, hint))

    def _line(self, at: object) -> str:
        return line_of(self.builder if at is None else at)
