"""A difference that a run also finds between a cell and itself is told as none, and it is said of which that holds."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.ratio import Answer

STEADY = (1.0, 1.001, 0.999)
NAME = "torch (eager) over tensorflow (graph) in matmul, n 256, float32, on the CPU"


def said(made: Any) -> list[tuple[str, str]]:
    return [(one.text, one.next) for one in analyse([made.results()]).caveats if one.kind == "noise"]


def times(factor: float) -> tuple[float, ...]:
    return tuple(factor * step for step in STEADY)


def run(invented: Any, partner: float, other: float) -> Any:
    """torch, its A/A partner and TensorFlow, by how many times torch's time."""
    made = invented.Invented("a")
    made.cell(STEADY)
    made.cell(times(partner), variant="aa")
    made.cell(times(other), backend="tensorflow")
    return made


@pytest.mark.parametrize(("partner", "other"), [(1.0, 1.2), (1.1, 1.2), (1.1, 0.8), (1.5, 40.0)])
def test_a_difference_beyond_the_floor_is_told(invented: Any, partner: float, other: float) -> None:
    made = run(invented, partner, other)
    assert said(made) == []
    findings = analyse([made.results()])
    assert findings.frameworks[0].ratio.answer is (Answer.FASTER if other > 1 else Answer.SLOWER)
    assert "faster" in findings.verdicts[0].sentence


@pytest.mark.parametrize(
    ("partner", "other", "floor"),
    [(1.3, 1.2, "30 %"), (1.3, 0.8, "30 %"), (20, 15, "a factor of 20"), (4.2, 3, "a factor of 4.2")],
)
def test_a_difference_within_the_floor_is_told_nowhere(invented: Any, partner: float, other: float, floor: str) -> None:
    findings = analyse([run(invented, partner, other).results()])
    assert findings.frameworks[0].ratio.answer is Answer.WITHIN_NOISE
    (verdict,) = findings.verdicts
    (statement,) = verdict.statements
    assert statement.figure == "No difference told"
    assert statement.words.endswith(f", within the noise floor of {floor}")
    assert f"no difference beyond the noise floor of {floor}" in verdict.sentence
    assert "faster" not in verdict.sentence


def test_which_differences_are_not_told_is_said_with_what_to_type(invented: Any) -> None:
    text = (
        "Of 1 difference that intervals tell, 1 is within the noise floor, which is what a run finds between a cell "
        f"and itself, and so not told: {NAME} (30 %). More launches, on a quiet machine, tell:"
    )
    assert said(run(invented, 1.3, 1.2)) == [(text, "gpubench run --launches 10")]
    (caveat,) = [one for one in analyse([run(invented, 1.3, 1.2).results()]).caveats if one.kind == "noise"]
    assert caveat.first, "it is of every difference"


@pytest.mark.parametrize(
    ("other", "pair"),
    [(1.2, "torch (eager) over tensorflow (graph)"), (0.8, "tensorflow (graph) over torch (eager)")],
)
def test_a_pair_is_named_from_its_faster_side_as_its_verdict_is(invented: Any, other: float, pair: str) -> None:
    made = run(invented, 1.3, other)
    assert f"not told: {pair} in matmul" in said(made)[0][0]
    (verdict,) = analyse([made.results()]).verdicts
    assert f"speed of {pair}" in verdict.sentence


def test_a_difference_of_machines_is_one_too(invented: Any) -> None:
    """Of the two cells in common one tells a difference beyond the floor of the first machine's run."""
    first, second = invented.Invented("a"), invented.Invented("b", host="beef")
    for made, factor in ((first, 1.0), (second, 1.2)):
        made.cell(times(factor), size=1)
        made.cell(times(factor**9), size=2)
    first.cell(times(1.3), size=1, variant="aa")
    (caveat,) = (one for one in analyse([first.results(), second.results()]).caveats if one.kind == "noise")
    assert caveat.text.startswith("Of 2 differences that intervals tell, 1 is within the noise floor")
    named = "run A over run B in matmul, n 1, float32 under torch (eager), on the CPU (30 %)"
    assert f"so not told: {named}." in caveat.text


def test_three_of_them_are_named_and_the_others_counted(invented: Any) -> None:
    made = run(invented, 1.3, 1.2)
    for size in (1, 2, 3, 4):
        made.cell(STEADY, size=size)
        made.cell(times(1.2), size=size, backend="tensorflow")
    for size in (5, 6):
        made.cell(STEADY, size=size)
        made.cell(times(5.0), size=size, backend="tensorflow")
    ((text, _),) = said(made)
    assert text.startswith("Of 7 differences that intervals tell, 5 are within the noise floor")
    assert text.count(" over ") == 3
    assert "; and 2 more. More launches" in text


def test_a_speed_up_within_the_noise_is_none(invented: Any) -> None:
    made = invented.Invented("a")
    made.cell(STEADY)
    made.cell(times(1 / 1.2), device="cuda:0")
    made.cell(times(1.3 / 1.2), device="cuda:0", variant="aa")
    findings = analyse([made.results()])
    assert findings.speedups[0].ratio.answer is Answer.WITHIN_NOISE
    assert "GPU over CPU in matmul, n 256, float32 under torch (eager) (30 %)" in said(made)[0][0]


def test_what_was_not_told_apart_is_not_counted(invented: Any) -> None:
    made = invented.Invented("a")
    made.cell((1.0, 1.3, 0.7))
    made.cell((2.0, 2.3, 1.7), variant="aa")
    made.cell((1.1, 0.8, 1.4), backend="tensorflow")
    assert said(made) == []


def test_the_floor_of_one_backend_counts_where_it_is_compared(invented: Any) -> None:
    made = run(invented, 1.0, 1.2)
    made.cell(times(1.2 * 1.5), backend="tensorflow", variant="aa")
    assert len(said(made)) == 1


@pytest.mark.parametrize("elsewhere", [{"backend": "other"}, {"device": "cuda:0"}])
def test_the_floor_of_another_backend_or_device_says_nothing(invented: Any, elsewhere: dict[str, str]) -> None:
    made = run(invented, 1.0, 1.2)
    made.cell(STEADY, size=1, **elsewhere)
    made.cell(times(9.0), size=1, variant="aa", **elsewhere)
    found = [one for one in analyse([made.results()]).frameworks if one.left.case.size == 256]
    assert [one.ratio.answer for one in found] == [Answer.FASTER]


def test_the_floor_of_another_run_says_nothing(invented: Any) -> None:
    noisy = invented.Invented("b", host="beef")
    noisy.cell(STEADY)
    noisy.cell(times(9.0), variant="aa")
    (one,) = analyse([run(invented, 1.0, 1.2).results(), noisy.results()]).frameworks
    assert one.ratio.answer is Answer.FASTER


def test_a_pair_s_floor_is_that_of_a_ratio_of_which_one_side_scatters_as_much(invented: Any) -> None:
    """torch's cell is a hundred times steadier than its pair, and TensorFlow's is not."""
    made = run(invented, 1.0, 1.2)
    made.cell(STEADY, size=512)
    made.cell((1.2, 1.3, 1.1), size=512, backend="tensorflow")
    made.cell((1.0, 1.1, 0.9), size=64)
    made.cell((2.0, 2.2, 1.8), size=64, variant="aa")
    floors = {one.left.case.size: one.ratio.floor for one in analyse([made.results()]).frameworks}
    assert floors[512] == pytest.approx(1.0)
    assert floors[256] < 0.03


def test_a_cell_far_steadier_than_the_pair_has_less_of_its_floor(invented: Any) -> None:
    """A pair whose launches scatter a hundred times as much as those of the two that are compared."""
    made = run(invented, 1.0, 1.2)
    made.cell((1.0, 1.1, 0.9), size=64)
    made.cell((2.0, 2.2, 1.8), size=64, variant="aa")
    (one,) = analyse([made.results()]).frameworks
    assert one.ratio.floor == pytest.approx(0.021, rel=0.05)  # a hundredth of log 2, three times
    assert one.ratio.answer is Answer.FASTER
