"""Where this Linux runs: in a container, inside Windows, or as which distribution."""

from __future__ import annotations

import platform
from pathlib import Path

CONTAINER, WSL = "container", "WSL"
_ROOT = Path("/")
_SIGNS = (".dockerenv", "run/.containerenv")  # left by Docker and by Podman


def place(root: Path = _ROOT, release: str = platform.release()) -> str:
    """`container`, `WSL`, or the operating system's id (`debian`); empty where it has none."""
    if any((root / sign).exists() for sign in _SIGNS):
        return CONTAINER
    if "microsoft" in release.lower():
        return WSL
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return ""
