"""A step above its ceiling is the step's doing or the ceiling's: what tells, and what to type."""

from __future__ import annotations

import pytest

from gpubench.analysis.above import exceeding
from gpubench.analysis.analyse import analyse

GPU = {"device": "cuda:0", "dispatch": 1e-9}


@pytest.fixture
def findings(invented):
    """Of products by size and rate, a copy, and a convolution at a rate."""

    def made(products: dict[int, float], convolution: float, chosen=None, **about):
        run = invented.Invented(selection=chosen or {})
        for n, rate in products.items():
            work = {"flops": 2.0 * n**3, "bytes": 12.0 * n**2, "items": 1.0}
            run.cell((work["flops"] / rate,) * 3, size=n, work=work, **{**GPU, **about})
        copied = {"flops": 0.0, "bytes": 2.0**28, "items": 1.0}
        run.cell((2.0**28 / 1e12,) * 3, workload="copy", work=copied, **GPU)
        work = {"flops": 1e10, "bytes": 1e7, "items": 1.0}
        run.cell((1e10 / convolution,) * 3, workload="conv2d", axis="batch", size=8, work=work, **{**GPU, **about})
        return analyse([run.results()])

    return made


def told(found):
    return [(caveat.text, caveat.next) for caveat in found.caveats if caveat.kind == "ceiling"]


def test_a_convolution_above_the_only_product_is_told_with_what_measures_a_larger_one(findings):
    found = findings({1024: 4e13}, 5.6e13)
    ((text, command),) = told(found)
    assert text.startswith("conv2d, batch 8, float32, under torch (eager) is at 140 % of the GPU's ceiling: ")
    assert "the fastest product measured (matmul, n 1024) was too small" in text
    assert command == (
        "gpubench run matmul --size 4096 --backend torch --device cuda:0 --precision float32 --mode eager"
    )
    (one,) = [one for one in found.placements if one.cell.case.workload == "conv2d"]
    assert "Winograd" in one.words
    assert "too small" in one.words
    assert one.ceiling.peak == pytest.approx(4e13), "a convolution's formula raises no ceiling"


@pytest.mark.parametrize(
    ("products", "settled"),
    [
        pytest.param({1024: 4e13}, False, id="one alone"),
        pytest.param({1024: 3e13, 2048: 4e13}, False, id="still growing"),
        pytest.param({1024: 3.9e13, 1200: 4e13}, False, id="of nearly the same size"),
        pytest.param({1024: 3.9e13, 2048: 4e13}, True, id="no longer growing"),
        pytest.param({1024: 4e13, 2048: 3e13}, True, id="a larger one was slower"),
    ],
)
def test_a_ceiling_is_settled_once_a_larger_product_gains_nothing(findings, products, settled):
    found = findings(products, 5.6e13)
    assert found.ceilings[0].settled is settled
    assert bool(told(found)) is not settled
    (one,) = [one for one in found.placements if one.cell.case.workload == "conv2d"]
    assert ("too small" in one.words) is not settled


def test_a_step_below_its_ceiling_needs_no_word(findings):
    assert told(findings({1024: 4e13}, 4.1e13)) == []


def test_the_larger_product_is_of_the_same_precision(findings):
    ((text, command),) = told(findings({1024: 4e13}, 5.6e13, precision="bfloat16"))
    assert "batch 8, bfloat16, under" in text
    assert "--precision bfloat16" in command


def test_the_larger_product_is_measured_with_the_same_plug_ins_and_threads(findings):
    chosen = {"plugins": ["mine.py"], "threads": 3}
    ((_, command),) = told(findings({1024: 4e13}, 5.6e13, chosen, backend="mine"))
    assert "--backend mine " in command
    assert command.endswith(" --threads 3 --plugin mine.py")


def above_of(invented, *cells: tuple[str, str, float]) -> list[str]:
    """Of cells of one case by backend, device and rate, under ceilings of 1e12."""
    made = invented.Invented()
    for device in ("cpu", "cuda:0"):
        for n in (512, 1024):
            work = {"flops": 2.0 * n**3, "bytes": 12.0 * n**2}
            made.cell((work["flops"] / 1e12,) * 3, size=n, work=work, device=device, dispatch=1e-9)
        copied = {"flops": 0.0, "bytes": 2.0**28}
        made.cell((2.0**28 / 1e12,) * 3, workload="copy", work=copied, device=device, dispatch=1e-9)
    for backend, device, rate in cells:
        work = {"flops": 1e10, "bytes": 1e7}
        made.cell((1e10 / rate,) * 3, workload="conv2d", axis="batch", size=8, work=work, backend=backend,
                  device=device, dispatch=1e-9)  # fmt: skip
    found = exceeding(analyse([made.results()]))
    return [sentence.partition(" by more than 5 %, being faster than ")[0] for sentence in found]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        pytest.param([("torch", "cpu", 2e12), ("tensorflow", "cpu", 2e12)], "", id="all"),
        pytest.param([("torch", "cpu", 6e11), ("tensorflow", "cpu", 2e12)], " (tensorflow)", id="one backend"),
        pytest.param([("torch", "cpu", 2e12), ("torch", "cuda:0", 6e11)], " (CPU)", id="one device"),
        pytest.param(
            [("torch", "cpu", 2e12), ("torch", "cuda:0", 6e11), ("tensorflow", "cpu", 6e11)], " (torch CPU)", id="both"
        ),
    ],
)
def test_of_a_case_those_are_named_that_exceed_their_ceiling(invented, cells, said):
    assert above_of(invented, *cells) == [f"conv2d, batch 8{said} lies above its ceiling"]


def test_nothing_is_said_of_what_scatters_about_its_ceiling(invented):
    assert above_of(invented, ("torch", "cpu", 1.04e12)) == []


def test_three_cases_are_named_and_the_rest_counted(invented):
    made = invented.Invented()
    for size in range(1, 6):
        work = {"flops": 1e10 * size, "bytes": 1e7}
        made.cell((0.005 * size,) * 3, workload="conv2d", axis="batch", size=size, work=work, dispatch=1e-9)
    made.cell((1.0,) * 3, size=1024, work={"flops": 1e12, "bytes": 1e7}, dispatch=1e-9)
    made.cell((1e-3,) * 3, workload="copy", work={"flops": 0.0, "bytes": 2.0**28}, dispatch=1e-9)
    (sentence,) = exceeding(analyse([made.results()]))
    assert sentence.startswith("conv2d, batch 1; conv2d, batch 2; conv2d, batch 3; and 2 more lie above their ceilings")
