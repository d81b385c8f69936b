"""Answers questions about the product, one JSON object a line, in one process so that a framework is imported once.

A question names a `script` of this folder whose `audit` is run, `only` for it, and `root`: empty for the product as it
is installed, or the folder of a copy with a planted mistake. The answer holds what was audited and what was found.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_PRODUCT = ("gpubench", "gpubench_workloads")
_FOR_GOOD = ("accelerator", "device", "events", "graphs")
"""A device can be made known to PyTorch once; these import nothing of the product."""


def _audit(script: str, root: str, only: str) -> dict[str, Any]:
    _forget()
    path = list(sys.path)
    if root:
        sys.path.insert(0, root)
    try:
        answer: dict[str, Any] = runpy.run_path(str(_HERE / f"{script}.py"))["audit"](only)
        places = [str(sys.modules[name].__file__) for name in _PRODUCT if name in sys.modules]
    finally:
        sys.path[:] = path
    if root and not all(place.startswith(root) for place in places):
        raise RuntimeError(f"the copy in {root} is not what was audited: {places}")
    return answer


def _forget() -> None:
    """Have the product, and what lies beside this file, imported anew."""
    beside = {file.stem for file in _HERE.glob("*.py")} - {*_FOR_GOOD}
    for name in [name for name in sys.modules if name.partition(".")[0] in {*_PRODUCT, *beside}]:
        del sys.modules[name]


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what frameworks print is no answer
    for line in sys.stdin:
        answers.write(json.dumps(_audit(**json.loads(line))) + "\n")
        answers.flush()
