"""A backend that says of CUDA what it is told to say: any state of a framework, in a real worker, without one.

CUDA_TOY: a JSON object with `versions`, `settings`, `devices`, `missing`; `log` goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from gpubench.backend import Backend, Device, Fault


class CudaToyRuntime:
    """Opens nothing."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = json.loads(os.environ.get("CUDA_TOY", "{}"))
        sys.stderr.write(self.told.get("log", ""))
        if "raises" in self.told:
            raise ImportError(self.told["raises"])

    def versions(self) -> Mapping[str, str]:
        return {"numpy": "9.9", **self.told.get("versions", {"cuda": "12.4"})}

    def settings(self) -> Mapping[str, str]:
        return self.told.get("settings", {})

    def devices(self) -> Sequence[Device]:
        return [Device("cpu", ""), *(Device(*device) for device in self.told.get("devices", []))]

    def missing(self) -> str:
        return self.told.get("missing", "" if self.told.get("devices") else "the toy has no GPU")

    def open(self, device: str, precision: str, mode: str, /) -> Any:
        raise NotImplementedError

    def fault(self, error: BaseException, /) -> Fault:
        return Fault.OTHER


cuda_toy = Backend(
    name="cudatoy",
    distribution="numpy",
    modes={"eager": "as it comes"},
    precisions=("float32",),
    accelerators=("cuda",),
    environment=lambda threads, device: {},
    start=lambda threads, device: CudaToyRuntime(),
    cuda_build=lambda cuda: f"numpy --for-cuda {cuda or 'newest'}",
)
