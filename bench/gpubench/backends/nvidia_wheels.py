"""NVIDIA's wheels in this environment: those for one CUDA version write over the files of those for another."""

from __future__ import annotations

import importlib.metadata
import re
from collections import defaultdict
from collections.abc import Callable, Iterable

_NAME = re.compile(r"(nvidia-.+)-cu\d+")


def clashing_wheels(
    distributions: Callable[[], Iterable[importlib.metadata.Distribution]] = importlib.metadata.distributions,
) -> str:
    """Those that are installed for two CUDA versions at once, in words; empty where there are none.

    `nvidia-cudnn-cu12` and `nvidia-cudnn-cu13` both hold `nvidia/cudnn/lib/libcudnn.so.9`, and pip installs both.
    """
    versions: dict[str, dict[str, str]] = defaultdict(dict)
    for distribution in distributions():
        name = str(distribution.metadata["Name"]).lower().replace("_", "-")
        if match := _NAME.fullmatch(name):
            versions[match[1]][name] = distribution.version
    clashes = [found for found in versions.values() if len(found) > 1]
    return ", ".join(f"{name} {version}" for found in clashes for name, version in sorted(found.items()))
