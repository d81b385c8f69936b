"""Which CUDA device a worker may see: the one its cells are for, and none for the CPU's."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gpubench.errors import UnavailableError


def cuda_visibility(device: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The `CUDA_VISIBLE_DEVICES` of a worker for `device` (`cpu`, `cuda:N`, or `all` to leave the user's).

    N counts within what the user's own CUDA_VISIBLE_DEVICES leaves visible, as every framework counts.
    Inside the worker the device is therefore always number 0.
    Raises UnavailableError where the user's mask has no N-th entry.
    """
    if device == "all":
        return {}
    kind, _, index = device.partition(":")
    if kind != "cuda":
        return {"CUDA_VISIBLE_DEVICES": ""}
    number = int(index or 0)
    mask = (os.environ if environ is None else environ).get("CUDA_VISIBLE_DEVICES")
    if mask is None:
        return {"CUDA_VISIBLE_DEVICES": str(number)}
    visible = [entry.strip() for entry in mask.split(",") if entry.strip()]
    if number >= len(visible):
        raise UnavailableError(
            f"{device} is not visible: CUDA_VISIBLE_DEVICES={mask!r} leaves {len(visible)} device(s)",
            "unset CUDA_VISIBLE_DEVICES, or name a device within it",
        )
    return {"CUDA_VISIBLE_DEVICES": visible[number]}
