"""What the torch runtime says of a build for CUDA on a machine without a GPU."""

from __future__ import annotations

from gpubench.backends.torch.runtime import TorchRuntime


def audit(only: str) -> dict[str, list[str]]:
    """only: not used. The devices, the reason for no other, and the settings and versions as `name: value`."""
    runtime = TorchRuntime(1, "cuda:0")
    return {
        "devices": [found.name for found in runtime.devices()],
        "missing": [runtime.missing()],
        "settings": [f"{name}: {value}" for name, value in runtime.settings().items()],
        "versions": list(runtime.versions()),
    }
