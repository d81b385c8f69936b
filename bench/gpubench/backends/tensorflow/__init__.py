"""TensorFlow, declared; nothing here imports it."""

from __future__ import annotations

from gpubench.backend import Backend, Runtime
from gpubench.backends.visibility import cuda_visibility


def _environment(threads: int, device: str) -> dict[str, str]:
    count = str(threads)
    return {
        "OMP_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "KERAS_BACKEND": "tensorflow",
        **cuda_visibility(device),
    }


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
)
