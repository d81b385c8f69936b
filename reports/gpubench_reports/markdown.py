"""The report in short, to be pasted into an issue: verdicts, their figures, what to know about them, on what."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gpubench.analysis.markdown import code, escaped, fenced, grid
from gpubench_reports.plain import visible

if TYPE_CHECKING:
    from gpubench.analysis.caveat import Caveat
    from gpubench.analysis.findings import Findings
    from gpubench.analysis.overview import Overview
    from gpubench_reports.table import Entry, Table

FILE_NAME = "report.md"


def render(findings: Findings, out: Path) -> list[Path]:
    """Write `report.md` into a folder; returns the file. Raises OSError."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / FILE_NAME
    path.write_text(text(findings), encoding="utf-8")
    return [path]


def text(findings: Findings) -> str:
    """The whole report as text."""
    from gpubench_reports.page import title
    from gpubench_reports.tables import headline

    parts = [f"### gpubench: {_plain(title(findings))}"]
    parts += [_plain(_run(run)) for run in findings.runs]
    parts.append(_list(_caveat(caveat) for caveat in findings.caveats if caveat.first))
    parts.append(_list(_plain(verdict.sentence) for verdict in findings.verdicts))
    parts.append(_table(headline(findings)))
    parts.append(_list(_caveat(caveat) for caveat in findings.caveats if not caveat.first))
    parts += [_environment(run) for run in findings.runs]
    return "\n\n".join(part for part in parts if part) + "\n"


def _run(run: Overview) -> str:
    from gpubench_reports.page import moment

    label = f"Run {run.label}: " if run.label else ""
    program = run.made_by or f"gpubench {run.gpubench}"
    backends = (f"{name} {version}".strip() for name, version in run.backends)
    counts = ", ".join(f"{count} {status}" for status, count in run.statuses)
    parts = (run.processor.words, f"cells: {counts or 'none'}", moment(run.created), run.run_id)
    return f"{label}{', '.join((program, *backends))}; {'; '.join(filter(None, parts))}"


def _caveat(caveat: Caveat) -> str:
    return " ".join(filter(None, (_plain(caveat.text), caveat.next and code(visible(caveat.next)))))


def _table(table: Table) -> str:
    """What all rows have in common stands above."""
    if not table.count:
        return ""
    numbers = {place for place, column in enumerate(table.columns) if column.number}
    rows = ([visible(_whole(entry)) for entry in row] for group in table.groups for row in group.rows)
    drawn = grid([visible(column.title) for column in table.columns], numbers, rows)
    said = _plain(f"{table.caption}{f' All rows: {table.alike}.' if table.alike else ''}")
    return f"{said}\n\n{drawn}"


def _whole(entry: Entry) -> str:
    """An entry with its aside behind it: an interval in its brackets, a second quantity after a comma."""
    return ("{} {}" if entry.aside.startswith("[") else "{}, {}" if entry.aside else "{}").format(
        entry.text, entry.aside
    )


def _environment(run: Overview) -> str:
    lines = [visible(shlex.join(run.command))] if run.command else []
    for scope in run.environments:
        lines += [visible(f"{scope.scope}: {name}: {fact}") for name, fact in scope.facts]
    if not lines:
        return ""
    label = f"Run {run.label}: command" if run.label else "Command"
    return f"<details><summary>{label} and environment</summary>\n\n{fenced(chr(10).join(lines))}\n\n</details>"


def _list(lines: Iterator[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _plain(text: str) -> str:
    return escaped(visible(text))
