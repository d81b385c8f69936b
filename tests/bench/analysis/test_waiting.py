"""A GPU that waits for Python is said to, beside its figure, with what another mode took."""

from __future__ import annotations

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.verdict import Note


def test_a_gpu_that_waits_for_python_is_said_to_beside_its_figure(invented):
    made = invented.Invented()
    for workload, dispatch in (("matmul", 0.5), ("conv2d", 0.1)):
        made.cell((2.0, 2.0, 2.0), workload=workload)
        made.cell((0.5, 0.5, 0.5), workload=workload, device="cuda:0", dispatch=dispatch)
    notes = {verdict.subject.partition(",")[0]: verdict.notes for verdict in analyse([made.results()]).verdicts}
    assert notes == {"matmul": (Note("torch (eager): the GPU waits for Python, and could work faster"),), "conv2d": ()}


@pytest.mark.parametrize(
    ("others", "said"),
    [
        pytest.param({"cuda-graph": 0.125}, "; as cuda-graph a step takes 125.0 ms", id="a faster mode"),
        pytest.param({"cuda-graph": 0.25, "compile": 0.2}, "; as compile a step takes 200.0 ms", id="the fastest"),
        pytest.param({"cuda-graph": 0.6}, ", and could work faster", id="a slower one is no answer"),
        pytest.param({}, ", and could work faster", id="none"),
    ],
)
def test_a_waiting_gpu_s_card_says_what_another_mode_took(invented, others, said):
    made = invented.Invented()
    made.cell((2.0,) * 3)
    made.cell((0.5,) * 3, device="cuda:0", dispatch=0.5)
    made.cell((0.5,) * 3, size=64, device="cuda:0")  # most cells are of the usual mode
    made.cell((0.5,) * 3, size=32, device="cuda:0")
    for mode, step in others.items():
        made.cell((step,) * 3, device="cuda:0", mode=mode, dispatch=0.01)
        made.cell((0.001,) * 3, size=16, device="cuda:0", mode=mode, dispatch=0.01)
    (verdict,) = analyse([made.results()]).verdicts
    assert [note.text for note in verdict.notes if "waits" in note.text] == [
        f"torch (eager): the GPU waits for Python{said}"
    ]


@pytest.mark.parametrize(
    ("step", "said"), [(0.4, "; as compile a step takes 400 ms"), (0.6, ", and could work faster")]
)
def test_of_one_launch_the_faster_mode_is_told_and_not_a_slower_one(invented, step, said):
    made = invented.Invented(launches=1)
    for mode, taken, dispatch in (("eager", 0.5, 0.5), ("compile", step, 0.01)):
        made.cell((taken,), device="cuda:0", mode=mode, dispatch=dispatch)
    made.cell((0.1,), size=64, device="cuda:0")
    (verdict,) = [one for one in analyse([made.results()]).verdicts if one.notes]
    assert verdict.notes == (Note(f"torch (eager): the GPU waits for Python{said}"),)


@pytest.mark.parametrize("backends", [("torch",), ("torch", "tensorflow")])
def test_where_the_cpu_was_not_measured_a_waiting_gpu_is_told_too(invented, backends):
    made = invented.Invented()
    for backend in backends:
        made.cell((0.5, 0.5, 0.5), backend=backend, device="cuda:0", dispatch=0.5)
    (verdict,) = analyse([made.results()]).verdicts
    assert [note.text.partition(": ")[2] for note in verdict.notes] == [
        "the GPU waits for Python, and could work faster" for _ in backends
    ]
