"""A program that was named as an interpreter and answered no worker's question: is it a Python that could?"""

from __future__ import annotations

import contextlib
import os

from gpubench.runner.spawner import ProcessWorker, WorkerDied, WorkerTimedOut

OLDEST = (3, 11)
EXAMPLE = "name the Python of an environment, for example ../env/bin/python"
"""What to type in place of a program that is none."""
_ASK = "import json, os, sys; print(json.dumps({'version': list(sys.version_info[:2]), 'parent': os.getppid()}))"
_LIMIT_S = 60.0


def fault_of(program: str) -> str:
    """Why workers can't run in a program, in words that follow its name; empty where they can."""
    try:
        with contextlib.closing(ProcessWorker([program, "-I", "-S", "-c", _ASK], os.environ)) as worker:
            told = worker.ask({}, _LIMIT_S)
    except WorkerTimedOut:
        return "is no Python 3: it gives no answer"
    except WorkerDied as death:
        return f"is no Python 3: {death.reason.removeprefix('the worker ')}"
    version, oldest = (".".join(map(str, parts)) for parts in (told["version"], OLDEST))
    if tuple(told["version"]) < OLDEST:
        return f"is Python {version}; {oldest} or newer is expected"
    if told["parent"] != os.getpid():  # a worker would take that one for its parent, and outlive us
        return 'starts a Python and stays around it: let it become that Python, in a shell script by exec python "$@"'
    return ""
