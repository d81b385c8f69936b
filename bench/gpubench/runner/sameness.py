"""Is this where the run began? Launches of two machines, or of two versions of a framework, make no cell."""

from __future__ import annotations

import shlex
from collections.abc import Container, Iterator, Mapping

import gpubench
from gpubench.errors import UsageError
from gpubench.machine.environment import environment, unlike
from gpubench.plugins import Catalogue
from gpubench.results.results import Results
from gpubench.runner.survey import installed_version


def refuse_elsewhere(
    stored: Results, known: Catalogue, foreign: Container[str], here: Mapping[str, str] | None = None
) -> None:
    """Raise UsageError where the machine, gpubench or a framework is not what the run was begun with.

    foreign: backends with an interpreter of their own, whose version only a worker knows.
    """
    for what, then, now in _differences(stored, known, foreign, environment() if here is None else here):
        raise UsageError(
            f"the run was begun with another {what}: {then} then, {now} now",
            "resume it there, or measure its cells here: "
            f"gpubench run --baseline {shlex.quote(str(stored.path.parent))}",
        )


def _differences(
    stored: Results, known: Catalogue, foreign: Container[str], here: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    began = next((env.facts for env in stored.envs if env.scope == "machine"), {})
    for fact in unlike(began, here):
        yield fact, began[fact], here[fact]
    if stored.run.gpubench != gpubench.__version__:
        yield "gpubench", stored.run.gpubench, gpubench.__version__
    backend_of = {cell.identity: cell.backend for cell in stored.cell_records}
    versions = {backend_of[launch.identity]: launch.backend_version for launch in stored.launch_records}
    for name, then in versions.items():
        if name in known.backends and name not in foreign and then:
            now = installed_version(known.backends[name].value)
            if _public(now) != _public(then):  # packaging may leave out the label of a build
                yield f"version of {name}", then, now or "none"


def _public(version: str) -> str:
    return version.partition("+")[0]
