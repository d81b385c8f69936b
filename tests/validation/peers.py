"""The timings of `tests/peers/session.py`, read, and their tables."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown import NOTHING, table

from gpubench.analysis.estimate import Estimate
from gpubench.analysis.numeral import times
from gpubench.analysis.ratio import Ratio, ratio
from gpubench.results.summary import interval, location
from gpubench.results.units import duration

DATA = Path(__file__).parents[1] / "peers" / "data"
CUDA = "cuda"
"""The folder, in that of the CPU's data, of a session on a GPU."""
OURS, TORCH, TIMEIT = "gpubench", "torch.utils.benchmark", "timeit"
PEERS = (TIMEIT, TORCH, "pytest-benchmark")
BLOCK = "gpubench, a block"
_AGREES = {True: "yes", False: "no", None: "no interval"}


@dataclass(frozen=True)
class Closure:
    """What was timed, by every tool. table: `harness`, `shared` or `mnist`. steps: of training in a call."""

    backend: str
    table: str
    name: str
    mode: str
    steps: int


@dataclass(frozen=True)
class Series:
    """One tool's figure of each round, in seconds a call; and its own time until ±1 %, None for never."""

    medians: tuple[float, ...]
    until_s: float | None
    spent_s: float

    @property
    def estimate(self) -> Estimate:
        """The median of the rounds with its 95 % interval."""
        bounds = interval(self.medians)
        return Estimate(location(self.medians), bounds and bounds[0], bounds and bounds[1])


Timings = Mapping[Closure, Mapping[str, Series]]


def read(folder: Path = DATA) -> Timings:
    """In the order they were measured; empty where there is no file."""
    file = folder / "peers.csv"
    rows: dict[Closure, dict[str, list[Mapping[str, str]]]] = defaultdict(lambda: defaultdict(list))
    if file.exists():
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, strict=True):
                closure = Closure(row["backend"], row["table"], row["name"], row["mode"], int(row["steps"]))
                rows[closure][row["tool"]].append(row)
    return {closure: {tool: _series(own) for tool, own in tools.items()} for closure, tools in rows.items()}


def _series(rows: Sequence[Mapping[str, str]]) -> Series:
    until = rows[0]["until_s"]
    medians = tuple(float(row["median_s"]) for row in rows)
    return Series(medians, float(until) if until else None, sum(float(row["spent_s"]) for row in rows))


def facts(folder: Path = DATA) -> dict[str, str]:
    """Machine, date and versions; empty where nothing was measured."""
    file = folder / "session.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def over(ours: Series, theirs: Series) -> Ratio:
    """Our figure over theirs, paired by round."""
    first, second = dict(enumerate(ours.medians)), dict(enumerate(theirs.medians))
    return ratio(first, second, interleaved=True)


def agree(ours: Series, theirs: Series) -> bool | None:
    """Whether the two intervals overlap; None with fewer than three rounds."""
    first, second = ours.estimate, theirs.estimate
    if first.lo is None or first.hi is None or second.lo is None or second.hi is None:
        return None
    return first.lo <= second.hi and second.lo <= first.hi


def of_table(timings: Timings, name: str) -> Iterator[tuple[Closure, Mapping[str, Series]]]:
    """The closures of one table."""
    return ((closure, tools) for closure, tools in timings.items() if closure.table == name)


def tables(timings: Timings) -> dict[str, str]:
    """By their names in the template."""
    return {
        "harness": table(
            ("framework", "mode", OURS, *PEERS, f"{OURS} over {TIMEIT}", "a block beyond its calls"),
            (_harness(closure, tools) for closure, tools in of_table(timings, "harness")),
        ),
        "shared": table(
            ("framework", "closure", OURS, *(f"over {peer}" for peer in PEERS), f"agrees with {TORCH}"),
            (_shared(closure, tools) for closure, tools in of_table(timings, "shared")),
        ),
        "until": table(
            ("framework", "closure", OURS, *PEERS),
            (
                (closure.backend, closure.name, *(_until(tools[tool]) for tool in (OURS, *PEERS)))
                for closure, tools in of_table(timings, "shared")
            ),
        ),
        "mnist": table(
            ("framework", "step", "batch", OURS, TORCH, f"{OURS} over {TORCH}"),
            _mnist(timings),
        ),
    }


def on_a_gpu(timings: Timings) -> str:
    """Of a session on a GPU, where only PyTorch's own tool waits as we do."""
    return table(
        ("framework", "closure", OURS, TORCH, f"{OURS} over {TORCH}", "intervals overlap"),
        (
            (
                f"{closure.backend} ({closure.mode})", closure.name, _bounded(tools[OURS]), _bounded(tools[TORCH]),
                _times(over(tools[OURS], tools[TORCH])), _AGREES[agree(tools[OURS], tools[TORCH])],
            )
            for closure, tools in timings.items()
        ),
    )  # fmt: skip


def _harness(closure: Closure, tools: Mapping[str, Series]) -> tuple[str, ...]:
    shown = (duration(tools[tool].estimate.value) if tool in tools else NOTHING for tool in (OURS, *PEERS))
    compared = _times(over(tools[OURS], tools[TIMEIT])) if TIMEIT in tools else NOTHING
    return closure.backend, closure.mode, *shown, compared, duration(tools[BLOCK].estimate.value)


def _shared(closure: Closure, tools: Mapping[str, Series]) -> tuple[str, ...]:
    told = _AGREES[agree(tools[OURS], tools[TORCH])]
    ratios = (_times(over(tools[OURS], tools[peer])) for peer in PEERS)
    return f"{closure.backend} ({closure.mode})", closure.name, _bounded(tools[OURS]), *ratios, told


def _until(series: Series) -> str:
    return f"not in {duration(series.spent_s)}" if series.until_s is None else duration(series.until_s)


def _mnist(timings: Timings) -> Iterator[tuple[str, ...]]:
    """Raw steps first, in the order of modes, then Keras's, then what a step and a call of `fit` take."""
    mnist = [one for one in timings if one.name.startswith(("MNIST", "train_on_batch"))]
    for one in sorted(mnist, key=_by_step):
        tools = timings[one]
        ours, theirs = tools[OURS], tools[TORCH]
        what, batch = one.name.rsplit(maxsplit=1)
        yield (
            f"{one.backend} ({one.mode})", what, batch, _bounded(ours), _bounded(theirs), _times(over(ours, theirs)),
        )  # fmt: skip
    yield from _fit({one: tools for one, tools in timings.items() if one.name.startswith("fit")})


def _by_step(closure: Closure) -> tuple[str, bool, str, int]:
    return closure.backend, not closure.name.startswith("MNIST"), closure.mode, int(closure.name.split()[-1])


def _fit(timings: Timings) -> Iterator[tuple[str, ...]]:
    """From a short and a long call, T(2S) and T(S): a step takes their difference over S, a call 2 T(S) - T(2S)."""
    by_batch: dict[str, list[Closure]] = defaultdict(list)
    for closure in timings:
        by_batch[closure.name.partition(",")[0]].append(closure)
    for name, lengths in by_batch.items():
        if len(lengths) < 2:
            continue
        short, long = lengths
        what, batch = name.split()
        step, call = {}, {}
        for tool in (OURS, TORCH):
            less, more = (timings[one][tool].estimate.value for one in (short, long))
            step[tool], call[tool] = (more - less) / (long.steps - short.steps), 2 * less - more
        shown = f"{short.backend} ({short.mode})"
        yield shown, f"{what}, a step", batch, *(_positive(step[tool]) for tool in (OURS, TORCH)), NOTHING
        yield shown, f"{what}, beyond its steps", batch, *(_positive(call[tool]) for tool in (OURS, TORCH)), NOTHING


def _positive(seconds: float) -> str:
    """A difference of two noisy times may come out below nothing."""
    return duration(seconds) if seconds > 0 else "not told"


def _times(found: Ratio) -> str:
    return " ".join(filter(None, times(found)))


def _bounded(series: Series) -> str:
    """`2.01 ms ±1.2 %`."""
    one = series.estimate
    if one.lo is None or one.hi is None:
        return duration(one.value)
    return f"{duration(one.value)} ±{100 * (one.hi - one.lo) / 2 / one.value:.1f} %"
