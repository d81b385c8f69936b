"""What the project sells: attention over a short sequence, in PyTorch."""

from __future__ import annotations

from typing import Any


def attention(q: Any, k: Any, v: Any) -> Any:
    """Each row of `v` weighed by how alike its key and the query are; (n, d) each."""
    import torch

    return torch.softmax(q @ k.T / q.shape[1] ** 0.5, dim=1) @ v
