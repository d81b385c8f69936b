"""How much of this process lies in memory, as Linux counts it, and the most that did since a moment of our choice."""

from __future__ import annotations

import ctypes
import gc
from dataclasses import dataclass
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc_pid_clear_refs(5)
_M_MMAP_THRESHOLD, _APART_FROM = -3, 128 * 1024  # malloc.h, mallopt(3)


@dataclass(frozen=True)
class Resident:
    """Reads proc_pid_status(5); tests hand in files of their own."""

    status: Path = _STATUS
    clear: Path = _CLEAR

    def lacking(self) -> str:
        """Why the peak can't be read here, in words; empty where it can."""
        try:
            self.reset_peak()
            for read in (self.now, self.peak):
                read()
        except OSError as error:
            return f"the peak of the resident set can't be read: {error.filename}: {error.strerror}"
        except ValueError as error:
            return f"the peak of the resident set can't be read: {error}"
        return ""

    def now(self) -> int:
        """Bytes."""
        return self._bytes("VmRSS:")

    def peak(self) -> int:
        """The most bytes since `reset_peak`."""
        return self._bytes("VmHWM:")

    def reset_peak(self) -> None:
        """The peak is what is resident now. Raises OSError where that isn't allowed."""
        self.clear.write_text(_RESET_PEAK, encoding="ascii")

    def _bytes(self, name: str) -> int:
        lines = self.status.read_text(encoding="ascii", errors="replace").splitlines()
        found = next((line.split()[1] for line in lines if line.startswith(name)), None)
        if found is None:
            raise ValueError(f"{self.status} has no {name.rstrip(':')}")
        return int(found) * 1024


def give_back() -> None:
    """Return what is free to the system, so that what is resident is in use.

    glibc otherwise keeps freed arrays of up to 32 MiB in its heap from the first one on: the peak of a product of
    2048² in PyTorch came out at 89 MiB so, and at 56 without, where 48 are in use.
    """
    gc.collect()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim"):  # no glibc, no such habit
        libc.mallopt(_M_MMAP_THRESHOLD, _APART_FROM)
        libc.malloc_trim(0)
