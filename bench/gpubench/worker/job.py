"""What the parent asks of a worker, and how it travels: one JSON object a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

TIME, MEMORY, ENERGY = "time", "memory", "energy"
"""What a launch measures; all but the first are passes of their own, after every timed launch."""
REVIEW, REVIEW_OF_SIZE, REVIEW_OF_VARIANT = "review", "review of a size", "review of a variant"
"""What `gpubench check` asks for in place of a launch: everything, or what depends on the size, or on the variant."""
HOLD = "hold"
"""A cell is built, checked and kept, so that messages of the kind `burst` may ask for timed calls."""
NO_COUNTER = "no counter: "
"""In front of a fact of a pass that says why something could not be measured on this machine."""


@dataclass(frozen=True)
class Start:
    """The first message. backend: a target. device: `cpu`, `cuda:N`.

    apart: a tree of which no code may be loaded, and the one that is measured; nothing where there is only one.
    """

    backend: str
    device: str
    threads: int
    apart: Sequence[str] = ()

    def message(self) -> dict[str, Any]:
        """As JSON values."""
        return {"kind": "start", **asdict(self)}


@dataclass(frozen=True)
class Limits:
    """Bounds of one cell in one launch.

    max_time_s: sampling ends then, whatever its interval. target: half width of the interval of the launch's
    median that ends the sampling, as a share of the median.
    """

    max_time_s: float
    target: float = 0.01

    @property
    def settling_s(self) -> float:
        """Seconds after which warm-up ends, whether it is steady or not; calibration after twice that."""
        return max(2.0, 2 * self.max_time_s)


@dataclass(frozen=True)
class Job:
    """Measure one cell once. measures: what; `calls` and `limits` are for times.

    workload: a target. params: every parameter that makes the cell's identity, the axis included.
    calls: calls in a block, as an earlier launch calibrated them; 0 to calibrate.
    data_dir: where the user's data lies, empty for none.
    """

    workload: str
    params: Mapping[str, Any]
    precision: str
    mode: str
    data: str
    seed: int
    calls: int
    limits: Limits
    data_dir: str = ""
    measures: str = TIME

    def message(self) -> dict[str, Any]:
        """As JSON values."""
        return {"kind": "measure", **asdict(self)}

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Job:
        """The job of a message."""
        fields = {name: value for name, value in message.items() if name not in ("kind", "limits")}
        return cls(**fields, limits=Limits(**message["limits"]))
