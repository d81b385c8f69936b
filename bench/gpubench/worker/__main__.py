"""`python -m gpubench.worker PARENT`: reads jobs from standard input, answers on what was standard output.

The first message starts a backend; each that follows is answered by one line. Standard output proper is
sent to standard error before anything is imported, so that no library can write into the answers.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Iterator
from typing import IO, Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> int:
    """Serve until standard input ends."""
    _die_with(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides

    messages = _messages(sys.stdin)
    from gpubench.worker.service import Service

    service = Service()
    for message in messages:
        answers.write(json.dumps(service.answer(message), allow_nan=False) + "\n")
    return 0


def _messages(source: IO[str]) -> Iterator[dict[str, Any]]:
    for line in source:
        yield json.loads(line)


def _die_with(parent: int) -> None:
    """Ask Linux to kill this process when its parent ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("gpubench: the process that started this worker is gone")


if __name__ == "__main__":
    sys.exit(main())
