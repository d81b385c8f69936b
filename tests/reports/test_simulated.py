"""A simulated accelerator is told apart from a GPU in every picture, seen or read out."""

from __future__ import annotations

import re

import pytest

from gpubench.analysis.analyse import analyse
from gpubench_reports.gallery import gallery
from gpubench_reports.theme import DARK

MODEL = "simulated device: no GPU, the CPU computes"


@pytest.fixture(scope="module")
def pictures(invented, with_passes):
    made = invented.Invented()
    products = {"flops": 2.0 * 1024**3, "bytes": 12.0 * 1024**2, "items": 1.0}
    copies = {"flops": 0.0, "bytes": 2.0**29, "items": 1.0}
    for device, model in (("cpu", "Invented CPU"), ("simulated:0", MODEL)):
        for backend in ("torch", "tensorflow"):
            where = {"backend": backend, "device": device, "model": model}
            for size in (1024, 2048):
                made.cell((1e-3 * size,) * 3, size=size, work=products, **where)
            made.cell((1e-2,) * 3, workload="copy", size=2**27, work=copies, **where)
    return list(gallery(analyse([with_passes(made.results())])))


def test_every_kind_of_picture_is_there(pictures):
    assert {re.sub(r"-.*", "", drawing.name) for drawing in pictures} == {
        "speedup", "crossover", "frameworks", "roofline", "distribution", "memory",
    }  # fmt: skip


def test_every_picture_says_simulated_and_gpu_nowhere_else(pictures):
    for drawing in pictures:
        texts = " ".join(re.findall(r">([^<>]+)</text>", drawing.svg(DARK)))
        for said in (texts, drawing.alt):
            assert MODEL in said, drawing.name
            assert "GPU" not in said.replace(MODEL, ""), drawing.name
