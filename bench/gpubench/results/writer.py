"""The results file while it is written: append-only, locked, synced record by record."""

from __future__ import annotations

import contextlib
import os
import shlex
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from filelock import FileLock, Timeout

from gpubench.errors import StorageError, remedy
from gpubench.results.line import encode
from gpubench.results.records import Line, Run

FILE_NAME = "results.jsonl"
_LOCK_NAME = ".lock"


class Writer:
    """Holds a run's results file open and its lock taken; a context manager.

    folder: the run folder. whole_bytes: where appending starts: what lies behind is a torn line, cut off.
    Raises StorageError where the folder cannot be written or another process writes this run.
    """

    def __init__(self, folder: Path, whole_bytes: int = 0) -> None:
        self.path = folder / FILE_NAME
        self._run: Run | None = None
        self._lock = FileLock(folder / _LOCK_NAME)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            self._file: IO[bytes] = self.path.open("r+b" if whole_bytes else "xb", buffering=0)
            if whole_bytes:
                self._refuse_whole_lines_behind(whole_bytes)
            self._file.truncate(whole_bytes)
            self._file.seek(whole_bytes)
        except Timeout as error:
            raise StorageError(
                f"another gpubench is writing {folder}", "wait for it to end, or choose another folder with --out"
            ) from error
        except OSError as error:
            self._lock.release()
            raise self._unwritable(error, begun=whole_bytes > 0) from error

    def _refuse_whole_lines_behind(self, whole_bytes: int) -> None:
        """What lies behind is a torn line, unless another process went on with the run since it was read."""
        self._file.seek(whole_bytes)
        if b"\n" in self._file.read():
            self.close()
            raise StorageError(
                f"another gpubench went on with {self.path.parent} in the meantime", "try again: it may be complete now"
            )

    def write(self, *records: Line) -> None:
        """Append records as one write, and return when they are on the disk.

        Raises StorageError; the file is then cut back to its last whole line.
        """
        self._run = next((record for record in records if isinstance(record, Run)), self._run)
        self._append(b"".join(encode(record) for record in records))

    def _append(self, lines: bytes) -> None:
        start = self._file.tell()
        try:
            written = 0
            while written < len(lines):
                written += self._file.write(lines[written:])
            os.fsync(self._file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):  # of a disk that is gone; a torn last line is dropped by the reader
                self._file.truncate(start)
                self._file.seek(start)
            raise self._unwritable(error, begun=start > 0) from error

    def _unwritable(self, error: OSError, *, begun: bool) -> StorageError:
        """begun: whether the file holds something of the run already."""
        hint = remedy(error, "choose another folder with --out")
        if begun and self._run is not None and self._run.ended is not None:
            hint += f"; what was measured is kept, but nothing can go on with it: {self._run.ended[1]}"
        elif begun:
            folder = shlex.quote(str(self.path.parent))
            hint += f"; all that was measured is kept, and `gpubench run --resume {folder}` goes on with it"
        return StorageError(f"cannot write {self.path}: {error.strerror or error}", hint)

    def close(self) -> None:
        """Let go of the file and the lock."""
        self._file.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
