"""The verbs for scripts and notebooks: run, report and compare; `load` stands in `gpubench.results.results`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpubench.errors import UsageError
from gpubench.rendering import rendering
from gpubench.results.results import Results, load
from gpubench.runner.prepared import prepare
from gpubench.runner.progress import Progress, Silent
from gpubench.runner.run import measure
from gpubench.selection import Selection

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Comparison
    from gpubench.analysis.findings import Findings


def run(
    workloads: Sequence[str] = (),
    *,
    backends: Sequence[str] = (),
    devices: Sequence[str] = (),
    sizes: Sequence[str | int] = (),
    params: Mapping[str, Sequence[Any]] | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Results:
    """Measure, and return the results; everything is in the run folder too.

    Empty sequences mean what they mean on the command line: everything, or the default. `options` are further
    fields of `gpubench.selection.Selection` (preset, precisions, modes, data, launches, max_time_s, seed ...).
    Raises UsageError, UnavailableError or StorageError.
    """
    selection = Selection(
        workloads=_texts(workloads),
        backends=_texts(backends),
        devices=_texts(devices),
        sizes=_texts(sizes),
        params={name: _texts(values) for name, values in (params or {}).items()},
        **options,
    )
    return measure(prepare(selection), Path(out) if out else None, ["gpubench.run"], progress or Silent())


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    """As typed on a command line. One text alone is one value, not its letters."""
    return (values,) if isinstance(values, str) else tuple(str(value) for value in values)


def findings(runs: Results | str | Path | Sequence[Results | str | Path]) -> Findings:
    """What one or more runs say: the value that every report draws.

    Raises UsageError for no run, ResultsError for one that cannot be read.
    """
    from gpubench.analysis.analyse import analyse

    return analyse(_results(runs))


def report(
    runs: Results | str | Path | Sequence[Results | str | Path],
    out: str | Path | None = None,
    *,
    formats: Sequence[str] = (),
    dpi: int | None = None,
    themes: Sequence[str] = (),
    plugins: Sequence[str | Path] = (),
) -> list[Path]:
    """Write the report of one or more runs; returns the files written.

    Runs of one machine that share no cell are shown as one, machines side by side, and a machine's cells over time.
    A file of pytest-benchmark is a run too. out: the run's own folder by default, `gpubench-report` for several runs
    or a file of pytest-benchmark. formats, dpi, themes: as `rendering` takes them. plugins: files that declare a
    `Renderer`.
    Raises UsageError for no run or one that is given twice, ResultsError for one that cannot be read, and what
    `rendering` and its `write` raise.
    """
    wanted = rendering(_texts(formats), dpi, _texts(themes), [Path(file) for file in _texts(plugins)])
    results = _results(runs)
    own = len(results) == 1 and not results[0].made_by
    folder = Path(out) if out else results[0].path.parent if own else Path("gpubench-report")
    return wanted.write(findings(results), folder)


def write_report(said: Findings, folder: Path, plugins: Sequence[str] = ()) -> list[Path]:
    """Write findings in the default formats; returns the files. Raises what `rendering` and its `write` raise."""
    return rendering(files=[Path(file) for file in plugins]).write(said, folder)


def _results(runs: Results | str | Path | Sequence[Results | str | Path]) -> list[Results]:
    several = [runs] if isinstance(runs, (Results, str, Path)) else list(runs)
    if not several:
        raise UsageError("no run was given to report on", "name one: gpubench.report(run)")
    return [run if isinstance(run, Results) else load(run) for run in several]


def compare(
    base: Results | str | Path,
    new: Results | str | Path | None = None,
    *more: Results | str | Path,
    by: str = "",
    margin: float | str | None = None,
    margins: Mapping[str, float | str] | None = None,
    allow_cross_machine: bool = False,
) -> Comparison:
    """Each run against `base`, cell by cell; `frame` of what is returned is a pandas frame of it.

    by: instead of other runs, what to compare the cells of `base` by: `device`, `backend` or `mode`.
    margin: from which relative difference on a cell is faster or slower: 0.03 or "3%"; by default 0.05, or the runs'
    A/A noise floor where that is larger. margins: the same by workload.
    allow_cross_machine: give verdicts across machines and thread counts too.
    Raises UsageError for what can't be compared, ResultsError for a run that can't be read.
    """
    from gpubench.analysis import comparison
    from gpubench.analysis.margin import Margins, fraction

    given = [run for run in (base, new, *more) if run is not None]
    results = [run if isinstance(run, Results) else load(run) for run in given]
    plain = None if margin is None else fraction(margin)
    asked = Margins(plain, {name: fraction(value) for name, value in (margins or {}).items()})
    asked.refuse_unknown(cell.workload for run in results for cell in run.cell_records)
    return comparison.compare(results, by=by, margins=asked, any_machine=allow_cross_machine)
