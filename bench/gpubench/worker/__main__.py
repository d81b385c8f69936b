"""`python -m gpubench.worker PARENT`: the first message starts a backend; each that follows is answered by one line."""

from __future__ import annotations

import sys

from gpubench.worker.serving import Answer, serve


def _service() -> Answer:
    from gpubench.worker.service import Service

    return Service().answer


if __name__ == "__main__":
    sys.exit(serve(_service))
