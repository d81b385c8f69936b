"""`gpubench export RUN`: the cells as a table for other programs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gpubench.cli.incomplete import warn_of_incomplete
from gpubench.errors import StorageError, remedy


@click.command(name="export")
@click.argument("run")
@click.option("--format", "kind", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: standard output."
)
def command(run: str, kind: str, output: Path | None) -> None:
    """Write the cells of RUN (a run folder, a results file, or `latest`), a row per planned cell."""
    from gpubench.results.export import encoded
    from gpubench.results.results import load

    results = load(run)
    warn_of_incomplete([results])
    data = encoded(results.cells(), kind)
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise StorageError(
            f"cannot write {output}: {error.strerror or error}", remedy(error, "name another file with --output")
        ) from error
