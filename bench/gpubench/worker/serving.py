"""A child process that answers its parent: a JSON object a line, on what was standard output.

Standard output proper is sent to standard error before anything is imported, so that no library can write into the
answers. The process ends with its standard input, and is killed when its parent ends, however that ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


def serve(make: Callable[[], Answer]) -> int:
    """Answer every line of standard input with what `make` made, which imports what it needs only then."""
    _die_with(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    answer = make()
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line)), allow_nan=False) + "\n")
    return 0


def _die_with(parent: int) -> None:
    """Ask Linux to kill this process when its parent ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("gpubench: the process that started this worker is gone")
