"""How fast the project's own steps are, on each device of its framework."""

from __future__ import annotations

import pytest
from attention import attention

WIDTH = 16


@pytest.mark.gpubench(backend="torch")
@pytest.mark.parametrize("n", [64])
def test_attention(gpubench, n):
    import torch

    q, k, v = (torch.randn(n, WIDTH, device=gpubench.device) for _ in range(3))
    out = gpubench(lambda: attention(q, k, v), flops=4 * n * n * WIDTH, items=n)
    assert out.shape == (n, WIDTH)
    assert out.abs().max() <= v.abs().max() * 1.001


@pytest.mark.gpubench(backend="torch", precision="float64")
def test_training(gpubench):
    import torch

    w = torch.zeros(WIDTH, dtype=torch.float64, device=gpubench.device, requires_grad=True)
    x = torch.randn(256, WIDTH, dtype=torch.float64, device=gpubench.device)

    def step():
        loss = ((x @ w - 1) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w.sub_(w.grad, alpha=0.1)
            w.grad = None
        return loss

    before = ((x @ w - 1) ** 2).mean().item()
    assert gpubench(step, state=[w]).item() == pytest.approx(before)
