"""What made-up runs say, where the answer is known before."""

from __future__ import annotations

import math
import re

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.ratio import Answer

RAW, KERAS = {"style": "raw"}, {"style": "keras"}


def test_a_gpu_is_measured_against_the_cpu(invented):
    made = invented.Invented()
    made.cell(invented.scattered(0.2))
    made.cell(invented.scattered(0.01), device="cuda:0")
    (one,) = analyse([made.results()]).speedups
    assert one.ratio.value == pytest.approx(20)
    assert (one.base.device, one.subject.device) == ("cpu", "cuda:0")
    assert one.ratio.answer is Answer.FASTER


def test_the_verdict_is_the_speedup_where_there_is_one(invented):
    made = invented.Invented()
    made.cell((2.0, 2.0, 2.0))
    made.cell((0.5, 0.5, 0.5), device="cuda:0")
    (verdict,) = analyse([made.results()]).verdicts
    assert verdict.sentence == "matmul, n 256, float32: GPU 4.000× faster [4.000–4.000] than CPU under torch (eager)"


@pytest.mark.parametrize("others", [(), ("cuda:0",), ("cuda:0", "cuda:1")])
def test_every_verdict_says_what_its_workload_is(invented, others):
    made = invented.Invented(summaries={"matmul": "a product", "copy": "a copy", "idle": "never planned"})
    for device in ("cpu", *others):
        for backend in ("torch", "tensorflow"):
            made.cell((1.0, 1.0, 1.0), workload="matmul", backend=backend, device=device)
        made.cell((1.0, 1.0, 1.0), workload="copy", device=device)
        made.cell((1.0, 1.0, 1.0), workload="of an older file", device=device)
    told = {(verdict.subject.partition(",")[0], verdict.about) for verdict in analyse([made.results()]).verdicts}
    assert told == {("matmul", "a product"), ("copy", "a copy"), ("of an older file", "")}


def test_a_slower_gpu_is_said_to_be_slower(invented):
    made = invented.Invented()
    made.cell((0.5, 0.5, 0.5))
    made.cell((2.0, 2.0, 2.0), device="cuda:0")
    (verdict,) = analyse([made.results()]).verdicts
    assert "CPU 4.000× faster [4.000–4.000] than GPU under torch (eager)" in verdict.sentence


def test_without_a_gpu_the_verdict_compares_backends(invented):
    made = invented.Invented(absent={"cuda": "torch is built without CUDA"})
    made.cell((3.0, 3.0, 3.0))
    made.cell((2.0, 2.0, 2.0), backend="tensorflow")
    findings = analyse([made.results()])
    assert findings.verdicts[0].sentence == (
        "matmul, n 256, float32, on the CPU: tensorflow (graph) 1.500× faster [1.500–1.500] than torch (eager)"
    )
    assert not findings.accelerated
    said = [(caveat.text, caveat.next) for caveat in findings.caveats if caveat.kind == "absent"]
    assert said[0] == ("No GPU was measured: torch is built without CUDA.", "")
    assert said[1][1] == "gpubench run"


def test_a_difference_within_the_interval_is_not_told(invented):
    made = invented.Invented()
    made.cell((1.0, 1.1, 0.9))
    made.cell((1.1, 0.95, 1.0), backend="tensorflow")
    findings = analyse([made.results()])
    assert findings.frameworks[0].ratio.answer is Answer.UNDECIDED
    assert "no difference that 3 launches can tell" in findings.verdicts[0].sentence
    ((said,),) = [verdict.statements for verdict in findings.verdicts]
    assert re.fullmatch(r"1\.\d+× \[0\.\d+–\d\.\d+\]", said.interval)
    faster, slower = [one.how for one in findings.frameworks[0].faster[:2]]
    assert said.words == f"speed of {faster} over {slower}, by 3 launches", "a ratio says of whom over whom"


@pytest.mark.parametrize("status", ["failed", "unverified", "oom", "crashed", "timeout"])
def test_a_cell_that_is_not_ok_enters_no_ratio(invented, status):
    made = invented.Invented()
    made.cell((1.0, 1.0, 1.0))
    made.cell((0.1, 0.1, 0.1), device="cuda:0", status=status, reason="for a test")
    made.cell((0.1, 0.1, 0.1), backend="tensorflow", status=status, reason="for a test")
    findings = analyse([made.results()])
    assert findings.speedups == ()
    assert findings.frameworks == ()
    assert {(cell.status, cell.reason) for cell in findings.not_ok} == {(status, "for a test")}
    assert [caveat.kind for caveat in findings.caveats if caveat.kind == "status"] == ["status"]


def test_one_launch_gives_a_ratio_without_an_interval(invented):
    made = invented.Invented(launches=1)
    made.cell((3.0,))
    made.cell((2.0,), backend="tensorflow")
    findings = analyse([made.results()])
    assert findings.frameworks[0].ratio.answer is Answer.NO_INTERVAL
    assert "1.50× faster than torch (eager) (1 launch: no interval)" in findings.verdicts[0].sentence
    assert any("fewer than 3 launches" in caveat.text for caveat in findings.caveats)


def test_a_run_that_measured_nothing_says_so_and_nothing_else(invented):
    findings = analyse([invented.Invented().results(complete=False)])
    assert (findings.verdicts, findings.cells, findings.speedups, findings.growths) == ((), (), (), ())
    assert [caveat.kind for caveat in findings.caveats] == ["incomplete"]
    assert findings.caveats[0].next == "gpubench run --resume run"


def test_planned_cells_that_were_not_reached_are_shown_as_such(invented):
    made = invented.Invented()
    made.cell((), status="skipped", reason="tf32 is a product of NVIDIA GPUs; cpu has none")
    (cell,) = analyse([made.results()]).not_ok
    assert cell.reason == "tf32 is a product of NVIDIA GPUs; cpu has none"


def test_every_gpu_is_compared_with_the_cpu_and_named_by_its_number(invented):
    made = invented.Invented()
    made.cell((8.0, 8.0, 8.0))
    made.cell((2.0, 2.0, 2.0), device="cuda:0")
    made.cell((1.0, 1.0, 1.0), device="cuda:1")
    findings = analyse([made.results()])
    assert {one.subject.device: one.ratio.value for one in findings.speedups} == {"cuda:0": 4.0, "cuda:1": 8.0}
    assert "GPU 0 4.000×" in findings.verdicts[0].sentence
    assert "GPU 1 8.000×" in findings.verdicts[0].sentence


def test_what_only_one_backend_has_is_compared_and_labelled(invented):
    made = invented.Invented()
    made.cell((4.0,) * 3, params=RAW)
    made.cell((2.0,) * 3, params=RAW, backend="tensorflow")
    made.cell((1.0,) * 3, params=KERAS, backend="tensorflow")
    equal, unlike = analyse([made.results()]).frameworks
    assert (equal.differs, equal.ratio.value) == (None, 0.5)
    assert unlike.differs == ("style", "keras", "raw")
    assert unlike.ratio.value == 4.0
    assert unlike.name_of(unlike.left) == "tensorflow (graph, style keras)"
    assert unlike.name_of(unlike.right) == "torch (eager, style raw)"


def test_backends_are_compared_in_their_default_modes_alone(invented):
    made = invented.Invented()
    for size in (64, 256):
        made.cell((1.0,) * 3, size=size)
        made.cell((1.0,) * 3, size=size, backend="tensorflow")
    made.cell((9.0,) * 3, size=256, mode="compile")
    assert {one.left.how for one in analyse([made.results()]).frameworks} == {"torch (eager)"}


@pytest.mark.parametrize("other", [{"precision": "bfloat16"}, {"data": "host"}, {"threads": 4}, {"size": 512}])
def test_different_work_is_not_compared(invented, other):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    made.cell((1.0,) * 3, backend="tensorflow", **other)
    made.cell((1.0,) * 3, device="cuda:0", **other)
    findings = analyse([made.results()])
    assert findings.frameworks == ()
    assert findings.speedups == ()


def test_two_machines_are_never_mixed(invented):
    first, second = invented.Invented("a", host="one"), invented.Invented("b", host="two")
    first.cell((1.0,) * 3)
    second.cell((2.0,) * 3, backend="tensorflow")
    second.cell((2.0,) * 3, device="cuda:0")
    findings = analyse([first.results(), second.results()])
    assert findings.speedups == ()
    assert findings.frameworks == ()
    assert [run.label for run in findings.runs] == ["A", "B"]


def test_two_runs_of_one_machine_are_compared_without_pairing_their_launches(invented):
    first, second = invented.Invented("a"), invented.Invented("b")
    first.cell(invented.scattered(1.0))
    second.cell(invented.scattered(2.0), backend="tensorflow")
    (one,) = analyse([first.results(), second.results()]).frameworks
    assert one.ratio.value == pytest.approx(2.0)
    assert not one.ratio.paired


def test_the_noise_floor_is_the_far_end_of_the_pairs_interval(invented):
    made = invented.Invented()
    made.cell(invented.scattered(1.0))
    made.cell(tuple(1.1 * step for step in invented.scattered(1.0)), variant="aa")
    findings = analyse([made.results()])
    (one,) = findings.noise_floors
    assert one.ratio.value == pytest.approx(1 / 1.1)
    assert one.floor == pytest.approx(0.1)
    assert len(findings.cells) == 1, "the partner is no cell of its own in the tables"


def test_the_harness_is_set_against_the_quickest_step(invented):
    made = invented.Invented()
    nothing = {"flops": 0.0, "bytes": 0.0, "items": 1.0}
    made.cell((3e-8,) * 3, workload="noop", size=1, work=nothing)
    made.cell((3e-5,) * 3)
    findings = analyse([made.results()])
    (one,) = findings.overheads
    assert one.seconds == pytest.approx(3e-8)
    assert one.share == pytest.approx(1e-3)
    assert all("noop" not in verdict.subject for verdict in findings.verdicts)


def test_flags_are_put_in_words_and_dispatch_bound_is_found(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3, flags=("no-steady-state", "made-up-flag"))
    made.cell((1.0,) * 3, device="cuda:0", dispatch=0.95)
    made.cell((1.0,) * 3, device="cuda:0", size=512, dispatch=0.5)
    found = {flag.name: (flag.meaning != "", len(flag.cells)) for flag in analyse([made.results()]).flags}
    assert found == {"no-steady-state": (True, 1), "made-up-flag": (False, 1), "dispatch-bound": (True, 1)}


def test_a_clock_that_waits_for_python_too_is_not_said_to_differ(invented):
    made = invented.Invented()
    for size, dispatch in ((256, 0.95), (512, 0.5)):
        made.cell((1.0,) * 3, device="cuda:0", size=size, dispatch=dispatch, flags=("device-differs",))
    (flag,) = (flag for flag in analyse([made.results()]).flags if flag.name == "device-differs")
    assert [cell.case.size for cell in flag.cells] == [512]


def test_parameters_are_told_where_they_tell_something(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3, params={"layer": "a", "pass": "forward"})
    made.cell((1.0,) * 3, params={"layer": "b", "pass": "forward"})
    assert [cell.case.words for cell in analyse([made.results()]).cells] == [
        "matmul, layer a, n 256, float32",
        "matmul, layer b, n 256, float32",
    ]


def test_curves_and_samples_are_those_of_the_records(invented):
    made = invented.Invented()
    for size in (64, 128):
        made.cell((size * 1.0,) * 3, size=size)
    findings = analyse([made.results()])
    ((curve,),) = [growth.curves for growth in findings.growths]
    assert [(size, step.value) for size, step in curve.points] == [(64.0, 64.0), (128.0, 128.0)]
    (one,) = findings.distributions
    assert one.cell.case.size == 128
    assert [number for number, _ in one.launches] == [0, 1, 2]
    assert one.launches[0][1] == pytest.approx([128 * share for share in invented.SPREAD])


def test_the_overview_counts_what_was_planned(invented):
    overview = analyse([invented.cpu_run()]).runs[0]
    assert overview.cells == sum(int(count) for _, count in overview.statuses)
    assert dict(overview.statuses)["oom"] == "1"
    assert overview.wall_s == 300.0
    assert overview.devices == (("cpu", "Invented CPU"),)


def test_a_torn_line_and_a_broken_off_run_are_said(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    findings = analyse([made.results(complete=False, notes=("a torn last line was dropped",))])
    assert {caveat.kind for caveat in findings.caveats} >= {"incomplete", "file"}


def test_a_planted_ratio_is_found_whatever_the_noise(invented):
    """Ten runs of noise: the interval holds the planted 2.5 most of the time."""
    held = 0
    for number in range(40):
        made = invented.Invented(f"run {number}", launches=5)
        made.cell(invented.unquiet(1.0, 5, (number, "a")))
        made.cell(invented.unquiet(2.5, 5, (number, "b")), backend="tensorflow")
        ratio = analyse([made.results()]).frameworks[0].ratio
        assert ratio.lo is not None
        assert ratio.hi is not None
        held += ratio.lo <= 2.5 <= ratio.hi
        assert math.isclose(ratio.value, 2.5, rel_tol=0.1)
    assert held >= 34


def test_six_verdicts_are_told_and_how_many_more_there_are(invented):
    made = invented.Invented()
    for number in range(8):
        made.cell((1.0, 1.0, 1.0), workload=f"work {number}")
    findings = analyse([made.results()])
    assert (len(findings.verdicts), findings.verdicts_more) == (6, 2)
