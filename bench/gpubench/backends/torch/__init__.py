"""PyTorch, declared; nothing here imports it."""

from __future__ import annotations

from gpubench.backend import Backend, Runtime
from gpubench.backends.visibility import cuda_visibility

CUDA_GRAPH = "cuda-graph"


def _environment(threads: int, device: str) -> dict[str, str]:
    count = str(threads)
    return {"OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count, **cuda_visibility(device)}


def _cuda_build(cuda: str) -> str:
    """The package index's wheel is made for the newest CUDA; pytorch.org keeps one for each older major version."""
    channel = {"11": "cu118", "12": "cu126"}.get(cuda.partition(".")[0])
    index = f"https://download.pytorch.org/whl/{channel}" if channel else "https://pypi.org/simple"
    return f"--index-url {index} torch"


def _start(threads: int, device: str) -> Runtime:
    from gpubench.backends.torch.runtime import TorchRuntime

    return TorchRuntime(threads, device)


backend = Backend(
    name="torch",
    distribution="torch",
    modes={
        "eager": "each operation as Python reaches it",
        "compile": "torch.compile with its default backend; for training the forward pass and the loss",
        CUDA_GRAPH: "the whole step recorded once as a CUDA graph, and replayed; on NVIDIA GPUs",
    },
    precisions=("float32", "tf32", "float64", "bfloat16", "float16"),
    accelerators=("cuda",),
    environment=_environment,
    start=_start,
    cuda_build=_cuda_build,
)
