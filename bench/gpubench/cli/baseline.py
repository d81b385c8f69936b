"""`gpubench run --baseline RUN`: the same selection measured anew, and compared with what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gpubench.cli.compare import default_options
from gpubench.results.results import Results, load
from gpubench.selection import Selection

if TYPE_CHECKING:
    from gpubench.cli.comparing import Options, Outcome


@dataclass(frozen=True)
class Baseline:
    """A run to compare with. how: as `gpubench compare` would by its configuration and environment."""

    results: Results
    how: Options

    @classmethod
    def of(cls, run: str) -> Baseline:
        """Read before anything is measured, so that what can't be read or compared costs nobody a run.

        Raises ResultsError, or UsageError where the configuration of `compare` is wrong.
        """
        how = default_options()
        results = load(run)
        results.refuse_foreign("it does not say how to measure its tests anew")
        return cls(results, how)

    def selection(self, measuring: Mapping[str, Any]) -> Selection:
        """What the run measured. measuring: fields of a Selection that say how to measure it this time."""
        return replace(self.results.selection(), **measuring)

    def outcome(self, new: Results) -> Outcome:
        """The new run against this one."""
        from gpubench.cli.comparing import outcome

        return outcome([self.results, new], self.how)
