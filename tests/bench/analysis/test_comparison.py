"""Comparisons of made-up runs whose verdicts are known before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gpubench
from gpubench.analysis.comparison import Comparison, compare
from gpubench.analysis.judgement import Verdict
from gpubench.analysis.margin import Margins
from gpubench.errors import ResultsError, UsageError
from gpubench.results.results import Results

TIMES = st.integers(100, 140).map(lambda number: number / 1000)
LAUNCHES = st.lists(TIMES, min_size=1, max_size=5)
SIDES = st.lists(st.tuples(LAUNCHES, LAUNCHES), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def run(invented: Any) -> Any:
    """A run whose cells are matrix products of n = 1, 2 ..., from the launch medians of each."""

    def made(name: str, *launches: Sequence[float], **fields: Any) -> Results:
        found = invented.Invented(name)
        for size, seconds in enumerate(launches, 1):
            found.cell(tuple(seconds), size=size, **fields)
        return found.results()

    return made


def verdicts(comparison: Comparison) -> list[Verdict]:
    return [one.verdict for one in comparison.compared]


def test_a_run_with_itself_is_the_same_but_for_what_it_could_not_measure(invented):
    run = invented.cpu_run()
    found = compare([run, run])
    assert set(verdicts(found)) == {Verdict.SAME, Verdict.INVALID}
    assert {one.base.status for one in found.compared if one.verdict is Verdict.INVALID} == {
        "oom", "timeout", "failed", "unverified",
    }  # fmt: skip


def test_twenty_percent_more_time_is_slower_and_less_is_faster(run, invented):
    base = run("a", invented.scattered(1.0), invented.scattered(1.0), invented.scattered(1.0))
    new = run("b", invented.scattered(1.2), invented.scattered(1 / 1.2), invented.scattered(1.0))
    found = compare([base, new])
    assert verdicts(found) == [Verdict.SLOWER, Verdict.FASTER, Verdict.SAME]
    assert found.compared[0].ratio is not None
    assert found.compared[0].ratio.value == pytest.approx(1 / 1.2)
    assert {verdict.value: count for verdict, count in found.counts.items()} == {
        "SLOWER": 1, "INVALID": 0, "INCONCLUSIVE": 0, "SAME": 1, "FASTER": 1,
    }  # fmt: skip


def test_the_worst_comes_first_and_within_a_verdict_the_slowest(run, invented):
    steps = [1.0, 1.2, 1 / 1.2, 1.5]
    base = run("a", *(invented.scattered(1.0) for _ in steps), (1.0,))
    new = run("b", *(invented.scattered(step) for step in steps), (1.0,))
    assert [(one.verdict, one.base.case.size) for one in compare([base, new]).worst_first] == [
        (Verdict.SLOWER, 4),
        (Verdict.SLOWER, 2),
        (Verdict.INCONCLUSIVE, 5),
        (Verdict.SAME, 1),
        (Verdict.FASTER, 3),
    ]


def test_another_machine_shows_its_ratio_and_gets_no_verdict_unless_it_is_allowed(invented):
    runs = []
    for host, step in (("cafe", 1.0), ("beef", 1.2)):
        made = invented.Invented(host, host=host)
        made.cell(invented.scattered(step))
        runs.append(made.results())
    found = compare(runs)
    assert verdicts(found) == [Verdict.INVALID]
    assert found.judged == 0
    assert found.compared[0].ratio is not None
    assert found.compared[0].ratio.lo is not None
    assert verdicts(compare(runs, any_machine=True)) == [Verdict.SLOWER]


def test_a_cell_that_failed_or_is_missing_has_no_ratio(run):
    base, failed = run("a", [1.0] * 3, [1.0] * 3), run("b", [1.0] * 3, status="unverified")
    assert [(one.verdict, one.ratio) for one in compare([base, failed]).compared] == [(Verdict.INVALID, None)] * 2


def test_cells_of_new_that_base_lacks_are_listed_and_in_no_verdict(run):
    found = compare([run("a", [1.0] * 3), run("b", [1.0] * 3, [1.0] * 3)])
    assert len(found.compared) == 1
    assert [cell.case.size for cell in found.added["NEW"]] == [2]


def test_the_default_margin_is_raised_to_the_larger_noise_floor_of_the_backend_and_device(invented):
    runs = []
    for name, apart in (("a", 1.07), ("b", 1.1)):
        made = invented.Invented(name)
        for backend in ("torch", "tensorflow"):
            made.cell((1.0, 1.0, 1.0), backend=backend)
        made.cell((apart,) * 3, variant="aa")
        runs.append(made.results())
    torch, tensorflow = (one.judgement.question.margin for one in compare(runs).compared if one.judgement)
    assert torch.fraction == pytest.approx(0.1)
    assert torch.origin == "the default, raised to the A/A noise floor of torch on cpu in NEW"
    assert tensorflow.fraction == 0.05
    (explicit, _) = (
        one.judgement.question.margin for one in compare(runs, margins=Margins(0.01)).compared if one.judgement
    )
    assert explicit.fraction == 0.01


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((1.0, 1.0004, 0.9996), 0.05),  # a product that repeats to 0.04 %
        ((1.0, 1.5, 0.7), None),  # as noisy as the pair: its whole floor
    ],
)
def test_a_noisy_pair_says_little_of_a_cell_whose_launches_agree(invented, steps, expected):
    runs = []
    for name in ("a", "b"):
        made = invented.Invented(name)
        made.cell((1.0, 1.3, 0.8), workload="mnist_cnn_train", device="cuda:0")
        made.cell((1.3, 0.8, 1.0), workload="mnist_cnn_train", device="cuda:0", variant="aa")
        made.cell(steps, device="cuda:0")
        runs.append(made.results())
    noisy, other = (one.judgement.question.margin.fraction for one in compare(runs).compared if one.judgement)
    assert noisy > 0.5
    assert other == (noisy if expected is None else expected)


def test_a_margin_of_a_workload_holds_for_it_alone(invented):
    runs = []
    for name, step in (("a", 1.0), ("b", 1.04)):
        made = invented.Invented(name)
        for workload in ("matmul", "conv2d"):
            made.cell((step,) * 3, workload=workload)
        runs.append(made.results())
    assert verdicts(compare(runs)) == [Verdict.SAME, Verdict.SAME]
    assert verdicts(compare(runs, margins=Margins(None, {"conv2d": 0.03}))) == [Verdict.SAME, Verdict.SLOWER]


def test_with_more_runs_each_is_compared_with_the_first_and_all_cells_are_one_family(run, invented):
    runs = [run(name, invented.scattered(step)) for name, step in (("a", 1.0), ("b", 1.2), ("c", 1 / 1.2))]
    found = compare(runs)
    assert (found.base, found.news) == ("A", ("B", "C"))
    assert [(one.names.new, one.verdict) for one in found.compared] == [("B", Verdict.SLOWER), ("C", Verdict.FASTER)]
    assert sorted(one.judgement.level or 0 for one in found.compared if one.judgement) == pytest.approx([0.025, 0.05])


def test_the_geometric_mean_is_over_the_cells_that_all_runs_have(run):
    base, whole = run("a", [1.0] * 3, [1.0] * 3), run("b", [2.0] * 3, [8.0] * 3)
    two = compare([base, whole]).overalls
    assert [(one.cells, one.ratio and one.ratio.value) for one in two] == [(2, pytest.approx(1 / 4))]
    three = compare([base, whole, run("c", [4.0] * 3)]).overalls
    assert [(one.new, one.cells, one.ratio and one.ratio.value) for one in three] == [
        ("B", 1, pytest.approx(1 / 2)),
        ("C", 1, pytest.approx(1 / 4)),
    ]


def test_launches_are_paired_within_a_run_and_not_between_runs(invented):
    drifting = [1.0, 2.0, 4.0]
    made = invented.Invented("a")
    made.cell(tuple(drifting))
    made.cell(tuple(1.2 * seconds for seconds in drifting), device="cuda:0")
    assert verdicts(compare([made.results()], by="device")) == [Verdict.SLOWER]
    runs = []
    for name, factor in (("a", 1.0), ("b", 1.2)):
        alone = invented.Invented(name)
        alone.cell(tuple(factor * seconds for seconds in drifting))
        runs.append(alone.results())
    assert verdicts(compare(runs)) == [Verdict.INCONCLUSIVE]


@pytest.mark.parametrize("by", ["device", "backend", "mode"])
def test_a_run_without_a_second_value_compares_nothing(run, by):
    found = compare([run("a", [1.0] * 3)], by=by)
    assert (found.compared, found.judged, found.news) == ((), 0, ())


@pytest.mark.parametrize(
    ("count", "by", "said"),
    [
        (1, "", "two runs or more"),
        (0, "", "two runs or more"),
        (2, "device", "of one run"),
        (1, "devise", "did you mean 'device'"),
    ],
)
def test_what_can_not_be_compared_is_wrong_use(run, count, by, said):
    with pytest.raises(UsageError, match=said):
        compare([run("a", [1.0] * 3)] * count, by=by)


def test_a_notebook_compares_results_as_the_command_does(run, invented):
    base, new = run("a", invented.scattered(1.0)), run("b", invented.scattered(1.06))
    assert verdicts(gpubench.compare(base, new)) == [Verdict.INCONCLUSIVE]
    assert verdicts(gpubench.compare(base, new, margin="1%")) == [Verdict.SLOWER]
    assert verdicts(gpubench.compare(base, new, margin=0.01, margins={"matmul": 0.2})) == [Verdict.SAME]
    assert gpubench.compare(base, new, base).news == ("B", "C")
    assert gpubench.compare(invented.gpu_run(), by="device").news == ("cuda:0",)
    with pytest.raises(UsageError, match="did you mean 'matmul'"):
        gpubench.compare(base, new, margins={"matmull": 0.2})
    with pytest.raises(ResultsError, match="nosuch is no run"):
        gpubench.compare(base, "nosuch")


def test_a_notebook_may_allow_other_machines(invented):
    runs = []
    for host in ("cafe", "beef"):
        made = invented.Invented(host, host=host)
        made.cell((1.0, 1.0, 1.0))
        runs.append(made.results())
    assert verdicts(gpubench.compare(*runs)) == [Verdict.INVALID]
    assert verdicts(gpubench.compare(*runs, allow_cross_machine=True)) == [Verdict.SAME]


@settings(max_examples=15, deadline=None)  # a comparison of whole runs takes milliseconds; judge() has the rest
@given(SIDES, st.integers(0, 3))
def test_a_run_is_never_slower_or_faster_than_itself(run, sides, percent):
    one = run("a", *(base for base, _ in sides))
    for other in (one, run("b", *(base for base, _ in sides))):
        found = compare([one, other], margins=Margins(percent / 100))
        assert set(verdicts(found)) <= {Verdict.SAME, Verdict.INCONCLUSIVE}


@settings(max_examples=15, deadline=None)
@given(SIDES)
def test_swapping_the_runs_swaps_faster_and_slower(run, sides):
    base, new = run("a", *(one for one, _ in sides)), run("b", *(other for _, other in sides))
    swapped = {Verdict.FASTER: Verdict.SLOWER, Verdict.SLOWER: Verdict.FASTER}
    there, back = (verdicts(compare(runs, margins=Margins(0.0437))) for runs in ([base, new], [new, base]))
    assert [swapped.get(verdict, verdict) for verdict in there] == back


@pytest.mark.parametrize("with_whom", ["one", "other"])
def test_runs_that_took_turns_are_compared_launch_by_launch(invented: Any, with_whom: str) -> None:
    """The machine is four times as slow in the end, for both: only pairs can tell."""
    base, new = invented.Invented("one"), invented.Invented("two", turns_with=with_whom)
    for run, times in ((base, 1.0), (new, 1.1)):
        for size in (1, 2):
            run.cell((1.0 * times, 2.02 * times, 3.98 * times), size=size)
    found = compare([base.results(), new.results()])
    in_turns = with_whom == "one"
    assert set(verdicts(found)) == {Verdict.SLOWER if in_turns else Verdict.INCONCLUSIVE}
    assert {one.ratio.paired for one in found.compared if one.ratio} == {in_turns}
    assert {one.ratio.paired for one in found.overalls if one.ratio} == {in_turns}
