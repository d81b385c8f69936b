"""The verbs for scripts and notebooks: run and report; `load` stands in `gpubench.results.results`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gpubench.errors import PluginError, StorageError
from gpubench.plugins import find_reports
from gpubench.results.results import Results, load
from gpubench.runner.progress import Progress, Silent
from gpubench.runner.run import measure, prepare
from gpubench.selection import Selection


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
        workloads=tuple(workloads),
        backends=tuple(backends),
        devices=tuple(devices),
        sizes=tuple(str(size) for size in sizes),
        params={name: tuple(str(value) for value in values) for name, values in (params or {}).items()},
        **options,
    )
    return measure(prepare(selection), Path(out) if out else None, ["gpubench.run"], progress or Silent())


def report(runs: Results | str | Path | Sequence[Results | str | Path], out: str | Path | None = None) -> list[Path]:
    """Write the report of one or more runs with every installed renderer; returns the files written.

    out: the run's own folder by default, `gpubench-report` for several runs.
    Raises ResultsError for a run that cannot be read, StorageError where the report cannot be written.
    """
    from gpubench.analysis.analyse import analyse

    several = [runs] if isinstance(runs, (Results, str, Path)) else list(runs)
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
