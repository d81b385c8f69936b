"""The doctor's rounds: the machine looked at, every framework asked in a process of its own, plug-ins counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpubench.machine.cuda import Cuda, look_at_cuda
from gpubench.machine.doctor import Examination
from gpubench.machine.host import Host, look_at_host
from gpubench.plugins import Catalogue, catalogue, find_reports
from gpubench.presence import require
from gpubench.runner.spawner import ProcessSpawner, Spawner
from gpubench.runner.survey import framework, presence, require_backends


@dataclass(frozen=True)
class Rounds:
    """How to look: tests hand in a machine. known: the plug-ins; interpreters: backend to a Python of its own."""

    known: Catalogue
    interpreters: Mapping[str, str]
    spawner: Spawner
    host: Callable[[], Host] = look_at_host
    cuda: Callable[[], Cuda] = look_at_cuda

    def examine(self) -> Examination:
        """Everything that can be found out; the load is read first, before our own workers are one."""
        host = self.host()
        reports = find_reports()
        frameworks = [
            framework(plugin, self.interpreters.get(name), self.spawner) for name, plugin in self.known.backends.items()
        ]
        plugins = {
            "workloads": list(self.known.workloads),
            "backends": list(self.known.backends),
            "reports": list(reports.plugins),
        }
        return Examination(host, self.cuda(), frameworks, plugins, {**self.known.broken, **reports.broken})


def examine(files: Sequence[str], interpreters: Mapping[str, str]) -> Examination:
    """Look at this machine. Raises UsageError for a plug-in file or a backend that isn't there."""
    known = catalogue([Path(file) for file in files])
    require_backends(interpreters, known.backends)
    with ProcessSpawner(interpreters) as spawner:
        return Rounds(known, interpreters, spawner).examine()


def require_of(examination: Examination, names: Sequence[str]) -> None:
    """Raise UnavailableError unless every named backend and device class was found, as `gpubench run` does."""
    backends = tuple(told.backend.name for told in examination.frameworks)
    found = {told.backend.name: presence(told, lambda: examination.cuda) for told in examination.frameworks}
    require(tuple(names), backends, found)
