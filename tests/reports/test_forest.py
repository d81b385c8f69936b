"""What the rows of a picture are called: short, and no two alike."""

from __future__ import annotations

from gpubench.analysis.case import Case
from gpubench_reports.pictures.forest import names

TOLD = frozenset({"layer", "pass"})


def case(layer: str = "a", pass_: str = "forward", precision: str = "float32", data: str = "resident") -> Case:
    return Case("conv2d", "batch", 8, (("layer", layer), ("pass", pass_)), precision, data, TOLD)


def test_a_row_tells_what_is_not_usual_and_what_has_many_values() -> None:
    usual = [case("a"), case("b"), case("c"), case("d")]
    odd = [case("a", pass_="forward+backward"), case("b", precision="bfloat16"), case("c", data="host")]
    assert list(names([*usual, *odd]).values()) == [
        "conv2d, a, batch 8", "conv2d, b, batch 8", "conv2d, c, batch 8", "conv2d, d, batch 8",
        "conv2d, a, forward+backward, batch 8", "conv2d, b, batch 8, bfloat16", "conv2d, c, batch 8, host data",
    ]  # fmt: skip


def test_no_two_cases_are_called_the_same() -> None:
    found = [case(layer, pass_) for layer in "ab" for pass_ in ("forward", "forward+backward")]
    assert len(set(names(found).values())) == 4


def test_another_workload_has_usual_values_of_its_own() -> None:
    other = Case("matmul", "n", 64, (), "float16", "resident")
    assert names([case("a"), case("a", "forward+backward"), case("b"), other])[other] == "matmul, n 64"
