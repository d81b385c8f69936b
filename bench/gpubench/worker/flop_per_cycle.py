"""How many floating-point operations an NVIDIA multiprocessor does in a cycle, by compute capability and precision.

A multiply-add is two. On tensor cores where they take the type, dense, and of all parts of a capability the fastest:
GeForce cards halve a rate where sums are float32, others with the same capability do not. To be too high refuses too
little; to be too low would refuse what is right. So whatever no source tells for certain, or two sources tell
differently, is left out, and so is all that cuBLAS may emulate by other types (float64, and on 10.0 float32, of
Blackwell) and what tensor cores do at a rate that nobody tells (float64 of 8.6 and 8.9).
"""

from __future__ import annotations

from collections.abc import Mapping

FLOP_PER_CYCLE: Mapping[str, Mapping[str, int]] = {
    # CUDA C++ Programming Guide, "Arithmetic Instructions", results per cycle and multiprocessor, for what is not said
    # to come from elsewhere: 4 in float64 and 128 in float32.
    "5.0": {"float64": 8, "float32": 256},
    "5.2": {"float64": 8, "float32": 256},
    # the same: 32, 64, and 128 in float16
    "6.0": {"float64": 64, "float32": 128, "float16": 256},
    # the same: 4, 128
    "6.1": {"float64": 8, "float32": 256},
    # the same: 32, 64; V100 whitepaper: 8 tensor cores of 64 multiply-adds
    "7.0": {"float64": 64, "float32": 128, "float16": 1024},
    # the same: 64; Turing whitepaper: 8 tensor cores of 64 multiply-adds
    "7.5": {"float32": 128, "float16": 1024},
    # the same: 64; A100 whitepaper: 1,024 multiply-adds in float16 and bfloat16; 19.5 TFLOP/s in float64 and 156 in
    # TF32, of 108 multiprocessors at 1.41 GHz
    "8.0": {"float64": 128, "float32": 128, "tf32": 1024, "bfloat16": 2048, "float16": 2048},
    # the same: 128; A40 data sheet: 74.8 TFLOP/s in TF32, 149.7 in bfloat16 and float16 of 84 at 1.74 GHz
    "8.6": {"float32": 256, "tf32": 512, "bfloat16": 1024, "float16": 1024},
    # the same: 128; Ada whitepaper: 330.3 TFLOP/s in float16 of 128 at 2.52 GHz; on a GeForce half of that in bfloat16
    # and a quarter in TF32, on others twice as much
    "8.9": {"float32": 256, "tf32": 512, "bfloat16": 1024, "float16": 1024},
    # the same: 128; H100 whitepaper: 66.9 TFLOP/s in float64 of 132 at 1.98 GHz; all other tensor rates twice an A100's
    "9.0": {"float64": 256, "float32": 256, "tf32": 2048, "bfloat16": 4096, "float16": 4096},
    # CUTLASS, "Blackwell SM100 GEMMs": twice Hopper's
    "10.0": {"tf32": 4096, "bfloat16": 8192, "float16": 8192},
    # RTX Blackwell PRO GPU Architecture, appendix A, of an RTX PRO 6000: 126.0 TFLOP/s in float32, 251.9 in TF32, 503.8
    # in bfloat16 and float16 of 188 at 2.617 GHz; a GeForce has half of these tensor rates where sums are float32
    "12.0": {"float32": 256, "tf32": 512, "bfloat16": 1024, "float16": 1024},
}
