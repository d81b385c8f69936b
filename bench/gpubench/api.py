"""The verbs for scripts and notebooks: run, report and compare; `load` stands in `gpubench.results.results`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpubench.errors import PluginError, StorageError, UsageError
from gpubench.plugins import find_reports
from gpubench.results.results import Results, load
from gpubench.runner.progress import Progress, Silent
from gpubench.runner.run import measure, prepare
from gpubench.selection import Selection

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Comparison


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


def report(runs: Results | str | Path | Sequence[Results | str | Path], out: str | Path | None = None) -> list[Path]:
    """Write the report of one or more runs with every installed renderer; returns the files written.

    out: the run's own folder by default, `gpubench-report` for several runs.
    Raises UsageError for no run, ResultsError for one that cannot be read, StorageError where the report cannot be
    written.
    """
    from gpubench.analysis.analyse import analyse

    several = [runs] if isinstance(runs, (Results, str, Path)) else list(runs)
    if not several:
        raise UsageError("no run was given to report on", "name one: gpubench.report(run)")
    results = [run if isinstance(run, Results) else load(run) for run in several]
    folder = Path(out) if out else results[0].path.parent if len(results) == 1 else Path("gpubench-report")
    renderers = find_reports()
    if not renderers.plugins:
        why = "; ".join(renderers.broken.values()) or "none is installed"
        raise PluginError(f"there is no report renderer: {why}", "reinstall gpubench-suite")
    findings = analyse(results)
    return [path for plugin in renderers.plugins.values() for path in _render(plugin.value, findings, folder)]


def _render(render: Any, findings: object, folder: Path) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written: list[Path] = render(findings, folder)
    except OSError as error:
        raise StorageError(
            f"cannot write the report to {folder}: {error.strerror or error}", "choose another folder with --out"
        ) from error
    return written


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
