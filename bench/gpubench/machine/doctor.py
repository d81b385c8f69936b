"""What the machine and each framework can do, and what to do about what is missing: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gpubench.backend import CUDA
from gpubench.machine.cuda import Cuda
from gpubench.machine.doctor_build import build_obstacle
from gpubench.machine.doctor_driver import driver_obstacle
from gpubench.machine.doctor_environment import installation
from gpubench.machine.doctor_match import mismatches
from gpubench.machine.finding import MACHINE, Finding, Weight
from gpubench.machine.framework import Framework
from gpubench.machine.host import Host, disturbances


@dataclass(frozen=True)
class Examination:
    """Everything that was found out.

    plugins: `workloads`, `backends` and `reports` to the names of those that loaded. broken: the origin of a plug-in
    to why it didn't.
    """

    host: Host
    cuda: Cuda
    frameworks: Sequence[Framework]
    plugins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """What is not as it could be, the worst first."""
        found = [*self._cuda(), *self._frameworks(), *self._plugins(), *disturbances(self.host)]
        once: dict[tuple[str, str], Finding] = {}
        for finding in found:  # frameworks that share an environment find the same in it
            once.setdefault((finding.state, finding.reason), finding)
        return sorted(once.values(), key=lambda finding: list(Weight).index(finding.weight))

    def _cuda(self) -> Iterator[Finding]:
        """Why there is no CUDA device: the driver's reason once for all, else each framework's own."""
        asking = [framework for framework in self.frameworks if framework.wants_cuda and not framework.cuda_devices]
        if not asking:
            return
        obstacle = driver_obstacle(self.cuda)
        if obstacle:
            yield obstacle
            return
        yield from (build_obstacle(self.cuda, framework, self._beside(framework)) for framework in asking)

    def _frameworks(self) -> Iterator[Finding]:
        for framework in self.frameworks:
            if framework.absent:
                yield self._absent(framework)
            else:
                yield from mismatches(self.cuda, framework, self._beside(framework))

    def _absent(self, framework: Framework) -> Finding:
        name = framework.backend.name
        if framework.installed:
            return Finding("not-started", name, framework.absent, f"{framework.hint}.")
        gpu = bool(self.cuda.driver.visible) and CUDA in framework.backend.accelerators
        install = installation(framework, self._beside(framework), self.cuda.driver.cuda) if gpu else ()
        return Finding("not-installed", name, framework.absent, "", install or (framework.hint,), Weight.NOTE)

    def _plugins(self) -> Iterator[Finding]:
        for origin, reason in self.broken.items():
            yield Finding("broken-plugin", MACHINE, f"plug-in {origin} is broken: {reason}", "Mend or uninstall it.")

    def _beside(self, framework: Framework) -> list[Framework]:
        return [other for other in self.frameworks if other is not framework]
