"""gpubench: how much faster is the GPU than the CPU, under PyTorch and under TensorFlow, and how sure are we."""
