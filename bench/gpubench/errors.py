"""What can go wrong, each kind with the exit code that the command ends with.

    GpubenchError                   a message: what was given, what was expected; a hint: what to type next
    ├── UsageError             2    a wrong flag, selection, parameter or configuration key
    │   └── PluginError        2    a plug-in that was asked for by name cannot be used
    │       └── ReportError    2    a report failed; what the other reports wrote is there
    ├── UnavailableError       5    a required backend or device is absent
    ├── ResultsError           6    a results file that cannot be read
    └── StorageError          74    results cannot be written (disk full, no permission, locked)

    Interrupted          130       a KeyboardInterrupt that knows the run folder, and what to do with it
    Unsupported                     not an error of the run: the text becomes the reason of a skipped cell

`Unsupported` stands outside the hierarchy on purpose: a builder or a backend raises it to say that a
cell has no meaning here (TF32 on a CPU), and the worker turns it into a record.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path


class GpubenchError(Exception):
    """Base of the errors that end a command; `exit_code` is what the process returns."""

    exit_code = 70

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GpubenchError):
    """The command, a parameter or the configuration asks for something that does not exist."""

    exit_code = 2


class PluginError(UsageError):
    """A plug-in that the command names is missing, broken or not of the declared kind."""


class ReportError(PluginError):
    """A report that somebody published failed. written: the files of the others."""

    def __init__(self, message: str, hint: str, written: Sequence[Path]) -> None:
        super().__init__(message, hint)
        self.written = list(written)


class UnavailableError(GpubenchError):
    """A backend or a device that the command requires is not on this machine."""

    exit_code = 5


class ResultsError(GpubenchError):
    """A results file is missing, corrupt, incomplete or of another schema."""

    exit_code = 6


class StorageError(GpubenchError):
    """Results cannot be written: no space, no permission, or another process holds the run."""

    exit_code = 74


class Interrupted(KeyboardInterrupt):
    """A run was interrupted; all that was measured lies in `folder`. advice: what can be done next, a sentence."""

    def __init__(self, folder: Path, advice: str) -> None:
        super().__init__(f"interrupted; what was measured is in {folder}")
        self.folder, self.advice = folder, advice


class Unsupported(Exception):
    """This cell cannot run here; the text is the reason shown for the skipped cell."""


_REMEDIES = {
    errno.ENOSPC: "free space on that disk, or",
    errno.EDQUOT: "free space, since your quota of that disk is used up, or",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`), or",
    errno.EACCES: "you may not write there:",
    errno.EPERM: "you may not write there:",
    errno.EROFS: "nothing can be written to that file system:",
    errno.ENOTDIR: "a part of that path is a file and no folder:",
    errno.ENAMETOOLONG: "that name is too long:",
}


def remedy(error: OSError, elsewhere: str) -> str:
    """What to do about a place that can't be written, by the error's number. elsewhere: how to choose another."""
    return " ".join(filter(None, (_REMEDIES.get(error.errno or 0), elsewhere)))
