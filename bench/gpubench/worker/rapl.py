"""The energy counter of the processors, as Linux shows it: RAPL, by package (kernel's powercap documentation)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gpubench.errors import Unsupported

_POWERCAP = Path("/sys/class/powercap")
MICRO = 1e-6


@dataclass
class Domain:
    """One package. `energy_uj` counts up to `range_uj` and begins again at 0."""

    file: Path
    range_uj: int
    last_uj: int
    joules: float = 0.0

    def read(self) -> float:
        """Joules since this was made; at least once in every turn of the counter, which takes minutes."""
        now = int(self.file.read_text(encoding="ascii"))
        step = now - self.last_uj if now >= self.last_uj else self.range_uj - self.last_uj + now
        self.last_uj, self.joules = now, self.joules + step * MICRO
        return self.joules


@dataclass
class Rapl:
    """All packages together. Their parts (`core`, `dram`) and the whole platform (`psys`) would count twice."""

    domains: list[Domain] = field(default_factory=list)

    @property
    def name(self) -> str:
        """For the record."""
        return f"RAPL, {len(self.domains)} package{'s' if len(self.domains) > 1 else ''}"

    def read(self) -> float:
        """Joules since it was opened."""
        return sum(domain.read() for domain in self.domains)


def open_rapl(powercap: Path = _POWERCAP) -> Rapl:
    """The counter. Raises Unsupported with the reason where there is none."""
    packages = [zone for zone in sorted(powercap.glob("intel-rapl:*")) if _text(zone / "name").startswith("package")]
    if not packages:
        raise Unsupported(f"{powercap} has no intel-rapl package")
    domains = []
    for zone in packages:
        counter, most = zone / "energy_uj", zone / "max_energy_range_uj"
        try:
            domains.append(Domain(counter, int(most.read_text("ascii")), int(counter.read_text("ascii"))))
        except OSError as error:
            who = ": most systems let root alone" if isinstance(error, PermissionError) else ""
            raise Unsupported(f"{error.filename}: {error.strerror}{who}") from error
    return Rapl(domains)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return ""
