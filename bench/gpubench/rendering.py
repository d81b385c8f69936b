"""Reports, written: which of the installed renderers, with which options, and what to say where one fails."""

from __future__ import annotations

import errno
import inspect
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpubench.errors import PluginError, ReportError, StorageError, UsageError, remedy
from gpubench.plugins import DISTRIBUTION, Found, Plugin, find_reports, refuse_broken
from gpubench.spelling import did_you_mean

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings

ON_REQUEST = ("markdown", "svg")
"""Reports of gpubench's own that are written only when they are named."""
THEMES = ("light", "dark")
_LEAST_DPI, _MOST_DPI = 50, 600
_STORAGE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""What writing fails with where an error names no file."""
_EXPORTS = ("csv", "json", "parquet")


@dataclass(frozen=True)
class Rendering:
    """The renderers that are to draw, each with the options that it takes."""

    chosen: tuple[tuple[Plugin, Mapping[str, Any]], ...]

    def write(self, said: Findings, folder: Path) -> list[Path]:
        """Let each draw findings into a folder, gpubench's own first; returns the files written.

        Raises StorageError where the report cannot be written, ReportError where one of somebody else's failed, or
        wrote over another one's file, which is put back.
        """
        written: dict[Path, str] = {}  # file to the report that it is of
        failed: list[tuple[Plugin, BaseException]] = []
        for plugin, options in sorted(self.chosen, key=lambda one: not _ships(one[0])):
            held = {} if _ships(plugin) else {file: file.read_bytes() for file in written if file.is_file()}
            try:
                try:
                    files = _render(plugin.value, said, folder, options)
                finally:
                    spoilt = _put_back(held, folder)
                for file in files:
                    if file.exists():
                        written.setdefault(file, plugin.name)
                _refuse_spoilt({file: written[file] for file in spoilt})
                _refuse_absent(files)
            except StorageError:
                raise
            except (Exception, SystemExit) as error:  # a plug-in may raise anything, or exit; the others are written
                failed.append((plugin, error))
        if failed:
            raise _failure(failed, list(written))
        return list(written)


def rendering(
    formats: Sequence[str] = (), dpi: int | None = None, themes: Sequence[str] = (), files: Sequence[Path] = ()
) -> Rendering:
    """Renderers by name; by default all that are installed or in the plug-in files, but `ON_REQUEST`.

    dpi: dots an inch of what is drawn in dots. themes: `light`, `dark`, or both, of pictures in files.
    An option goes to the renderers that have a keyword parameter of its name.
    Raises UsageError for what does not exist or applies to none of them, PluginError where there is no renderer, or a
    file is broken.
    """
    if dpi is not None and not _LEAST_DPI <= dpi <= _MOST_DPI:
        raise UsageError(
            f"dpi {dpi}: a number from {_LEAST_DPI} to {_MOST_DPI} is expected",
            "150 is the default: pictures 1500 pixels wide, as slides are",
        )
    for theme in themes:
        if theme not in THEMES:
            raise UsageError(f"there is no theme '{theme}'{did_you_mean(theme, THEMES)}", "there are light and dark")
    plugins = _chosen(formats, files)
    given = {name: value for name, value in (("dpi", dpi), ("themes", tuple(themes))) if value}
    taken = {plugin.name: options_of(plugin.value) for plugin in plugins}
    for name in given:
        if not any(name in options for options in taken.values()):
            what = {"dpi": "dots an inch are", "themes": "a theme is"}[name]
            raise UsageError(f"{what} nothing to {' and '.join(taken)}", "they are for pictures in files: --format png")
    return Rendering(
        tuple(
            (plugin, {name: value for name, value in given.items() if name in taken[plugin.name]}) for plugin in plugins
        )
    )


def _chosen(formats: Sequence[str], files: Sequence[Path]) -> list[Plugin]:
    found = find_reports(files)
    refuse_broken(found.broken, files)
    if not found.plugins:
        why = "; ".join(found.broken.values()) or "none is installed"
        raise PluginError(f"there is no report renderer: {why}", "reinstall gpubench-suite")
    names = formats or [name for name in found.plugins if name not in ON_REQUEST]
    for name in names:
        if name not in found.plugins:
            raise _no_format(name, found)
    return [found.plugins[name] for name in names]


def _no_format(name: str, found: Found) -> UsageError:
    for origin, reason in found.broken.items():
        if origin.startswith(f"{name} ("):
            return PluginError(f"the report {origin} is broken: {reason}", "reinstall it, or name another --format")
    if name in _EXPORTS:
        return UsageError(
            f"'{name}' is no format of reports: it holds data, and those are exported",
            f"gpubench export RUN --format {name}",
        )
    return UsageError(
        f"there is no report format '{name}'{did_you_mean(name, found.plugins)}",
        f"there are: {', '.join(sorted(found.plugins))}",
    )


def options_of(render: Any) -> set[str]:
    """The keyword parameters of a renderer; none of what has no signature."""
    try:
        return set(inspect.signature(render).parameters)
    except (TypeError, ValueError):
        return set()


def _render(render: Any, findings: Findings, folder: Path, options: Mapping[str, Any]) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        return [Path(file) for file in render(findings, folder, **options)]
    except OSError as error:
        if _of_writing(error, folder):
            raise _unwritable(folder, error) from error
        raise


def _of_writing(error: OSError, folder: Path) -> bool:
    """Whether a folder can't be written to, and not what a renderer reads, or forgot to make, is missing."""
    if not isinstance(error.filename, (str, bytes, os.PathLike)):
        return error.errno in _STORAGE
    inside = Path(os.fsdecode(error.filename)).resolve().is_relative_to(folder.resolve())
    return inside and not (isinstance(error, FileNotFoundError) and folder.is_dir())


def _unwritable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"cannot write the report to {folder}: {error.strerror or error}",
        remedy(error, "choose another folder with --out"),
    )


def _put_back(held: Mapping[Path, bytes], folder: Path) -> list[Path]:
    """Of files with what they held, those that hold it no more: they are written anew. Raises StorageError."""
    spoilt = [file for file, content in held.items() if not file.is_file() or file.read_bytes() != content]
    try:
        for file in spoilt:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(held[file])
    except OSError as error:
        raise _unwritable(folder, error) from error
    return spoilt


def _refuse_spoilt(files: Mapping[Path, str]) -> None:
    """Raise FileExistsError for files that another report, by its name, had written."""
    if files:
        whose = ", ".join(f"{file} of the report '{name}'" for file, name in files.items())
        raise FileExistsError(f"it wrote over {whose}, which was put back: a report writes files of its own")


def _refuse_absent(files: Iterable[Path]) -> None:
    """Raise FileNotFoundError for files that a renderer says it wrote, and that aren't there."""
    absent = [str(file) for file in files if not file.exists()]
    if absent:
        raise FileNotFoundError(f"it returned {', '.join(absent)}, and did not write that")


def _ships(plugin: Plugin) -> bool:
    return plugin.origin.startswith(f"{DISTRIBUTION} ")


def _failure(failed: Sequence[tuple[Plugin, BaseException]], written: Sequence[Path]) -> BaseException:
    """A defect of gpubench's own reports comes through as it is; one of somebody else's is called theirs."""
    for plugin, error in failed:
        if _ships(plugin):
            return error
    said = "; ".join(
        f"the report '{plugin.name}' of {plugin.origin} failed: {f'{type(error).__name__}: {error}'.removesuffix(': ')}"
        for plugin, error in failed
    )
    return ReportError(said, f"tell its author; {len(written)} files of other reports are there", written)
