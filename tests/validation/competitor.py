"""A competing load: a process that multiplies matrices on one core, until it is ended or its parent is gone."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@contextlib.contextmanager
def running() -> Iterator[subprocess.Popen[str]]:
    """The load, from its first product on until the end of the block."""
    command = [sys.executable, __file__, str(os.getpid())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **_ONE_THREAD}) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.terminate()


def multiply(parent: int) -> None:
    """Products of 512 x 512 while the parent lives; says so after the first."""
    import numpy as np

    a = np.random.default_rng(0).standard_normal((512, 512))
    told = False
    while os.getppid() == parent:
        a @ a
        if not told:
            print("multiplying", flush=True)
            told = True


if __name__ == "__main__":
    multiply(int(sys.argv[1]))
