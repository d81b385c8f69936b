"""Builders in JAX for workloads that are there already: two that ship with gpubench, and one from beside this file."""

from __future__ import annotations

import math
from typing import Any

from gpubench import Addition, Inputs, Step
from gpubench.workload import Arrays
from gpubench_third_party.attention import feeds


def product(params: Any, inputs: Inputs, session: Any, /) -> Step:
    """c = a b."""
    import jax.numpy as jnp

    def forward(a: Any, b: Any) -> Any:
        return jnp.matmul(a, b)

    return Step(session.compile(forward), (inputs.data["a"], inputs.data["b"]), lambda c: {"c": session.fetch(c)})


def convolution(params: Any, inputs: Inputs, session: Any, /) -> Step:
    """y, and where they are asked for the gradients by `jax.vjp`; images are NHWC and kernels HWIO."""
    import jax

    layer = params.geometry

    def forward(x: Any, w: Any) -> Any:
        return jax.lax.conv_general_dilated(
            x, w, (layer.stride,) * 2, [(layer.padding,) * 2] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    def both(x: Any, w: Any, dy: Any) -> tuple[Any, ...]:
        y, gradients = jax.vjp(forward, x, w)
        return (y, *gradients(dy))

    def observe(output: Any) -> Arrays:
        found = output if "dy" in inputs.data else (output,)
        return {name: session.fetch(tensor) for name, tensor in zip(params.results, found, strict=True)}

    call = both if "dy" in inputs.data else forward
    return Step(session.compile(call), tuple(inputs.data.values()), observe)


def attended(params: Any, inputs: Inputs, session: Any, /) -> Step:
    """Two products with a softmax between."""
    import jax

    def forward(q: Any, k: Any, v: Any) -> Any:
        return jax.nn.softmax(q @ k.swapaxes(1, 2) / math.sqrt(params.width)) @ v

    return Step(session.compile(forward), feeds(inputs), lambda y: {"y": session.fetch(y)})


matmul_in_jax = Addition(workload="matmul", backend="jax", builder=product)
conv2d_in_jax = Addition(
    workload="conv2d",
    backend="jax",
    builder=convolution,
    limits={"layout": ("native",)},  # which is channels_last already
)
attention_in_jax = Addition(workload="attention", backend="jax", builder=attended)
