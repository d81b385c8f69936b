"""TensorFlow, declared; nothing here imports it."""

from __future__ import annotations

from gpubench.backend import Backend, Runtime
from gpubench.backends.visibility import cuda_visibility

_TALKATIVE = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "dso_loader=1"}
"""For a worker that only looks: why there is no GPU, and which libraries are missing, stands in the log alone."""


def _environment(threads: int, device: str) -> dict[str, str]:
    count = str(threads)
    return {
        "OMP_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "KERAS_BACKEND": "tensorflow",
        **cuda_visibility(device),
        **(_TALKATIVE if device == "all" else {}),
    }


def _cuda_build(cuda: str) -> str:
    """For CUDA 12, which an older driver does not serve."""
    return "" if cuda and int(cuda.partition(".")[0]) < 12 else "'tensorflow[and-cuda]'"


def _start(threads: int, device: str) -> Runtime:
    from gpubench.backends.tensorflow.runtime import TensorflowRuntime

    return TensorflowRuntime(threads, device)


backend = Backend(
    name="tensorflow",
    distribution="tensorflow",
    modes={
        "graph": "tf.function around the whole step",
        "eager": "each operation as Python reaches it",
        "xla": "tf.function with jit_compile=True",
    },
    precisions=("float32", "tf32", "float64", "bfloat16", "float16"),
    accelerators=("cuda",),
    environment=_environment,
    start=_start,
    cuda_build=_cuda_build,
)
