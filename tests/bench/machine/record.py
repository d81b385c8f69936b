"""Makes recorded/*.json anew: `python tests/bench/machine/record.py torch /a/cuda/build/bin/python` (or tensorflow).

Runs `gpubench doctor --json` on the stub libraries in ../stubs for each state and keeps what the framework said. It
needs gcc, and a framework built for CUDA: the package index's. `torch-clashing-wheels` needs an environment into which
nvidia-cudnn-cu12 was installed beside nvidia-cudnn-cu13: name the state as a third argument.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BOTH, CUDA_ONLY, NONE = ("libcuda.so.1", "libnvidia-ml.so.1"), ("libcuda.so.1",), ()
SOURCES = {"libcuda.so.1": "libcuda.c", "libnvidia-ml.so.1": "libnvidia_ml.c"}
STATES = {
    "no-driver": ("no driver", NONE, {}),
    "no-device": ("stub driver, CUDA_VISIBLE_DEVICES empty", BOTH, {"CUDA_VISIBLE_DEVICES": ""}),
    "driver-too-old": ("stub driver of CUDA 12.4", BOTH, {"STUB_CUDA_VERSION": "12040"}),
    "driver-mismatch": (
        "stub driver, cuInit 803 and nvmlInit 18", BOTH, {"STUB_CUDA_INIT": "803", "STUB_NVML_INIT": "18"},
    ),
    "driver-fails": ("stub driver, cuInit 999", BOTH, {"STUB_CUDA_INIT": "999"}),
    "nvml-mismatch": ("stub driver, nvmlInit 18", BOTH, {"STUB_NVML_INIT": "18"}),
    "no-libraries": ("stub driver, no CUDA libraries", BOTH, {}),
    "no-nvml": ("stub driver without NVML", CUDA_ONLY, {}),
    "clashing-wheels": ("stub driver, nvidia-cudnn-cu12 installed over nvidia-cudnn-cu13", BOTH, {}),
}  # fmt: skip


def record(backend: str, python: str, state: str) -> None:
    """Write the record of one state."""
    how, libraries, environment = STATES[state]
    with tempfile.TemporaryDirectory() as folder:
        for library in libraries:
            subprocess.run(
                ["gcc", "-shared", "-fPIC", "-o", f"{folder}/{library}", HERE.parent / "stubs" / SOURCES[library]],
                check=True,
            )
        command = [sys.executable, "-m", "gpubench", "doctor", "--json", "--python", f"{backend}={python}"]
        done = subprocess.run(
            command, env={**os.environ, "LD_LIBRARY_PATH": folder, **environment}, capture_output=True, text=True,
            check=True, cwd=folder,
        )  # fmt: skip
        found = json.loads(done.stdout.replace(folder, "/stubs").replace(str(Path(python).parents[1]), "/env"))
    told = next(framework for framework in found["frameworks"] if framework["backend"] == backend)
    kept = {name: told[name] for name in ("backend", "version", "versions", "settings", "missing", "log")}
    origin = {"origin": f"{backend} {told['version']}, {how}"}
    cuda = {"cuda": {**found["cuda"], "cards": None, "place": "debian"}}
    text = json.dumps({**origin, **kept, **cuda}, indent=1) + "\n"
    (HERE / "recorded" / f"{backend}-{state}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    asked, interpreter, *named = sys.argv[1:]
    there = [path.stem.removeprefix(f"{asked}-") for path in (HERE / "recorded").glob(f"{asked}-*.json")]
    for one in named or sorted(set(there) - {"clashing-wheels"}):
        record(asked, interpreter, one)
