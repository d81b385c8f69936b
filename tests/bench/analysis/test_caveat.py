"""What a reader must know: of a run, of runs that are shown as one, of machines each."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse


def said(*made: Any, kind: str = "absent") -> list[tuple[str, str]]:
    found = analyse([one.results() for one in made]).caveats
    return [(caveat.text, caveat.next) for caveat in found if caveat.kind == kind]


def one(invented: Any, name: str = "a", **fields: Any) -> Any:
    """A run that measured one cell on the CPU under torch."""
    made = invented.Invented(name, **fields)
    made.cell((1.0, 1.0, 1.0))
    return made


def test_without_a_gpu_the_reason_is_told_and_where_to_go(invented: Any) -> None:
    assert said(one(invented, absent={"cuda": "no driver"})) == [
        ("No GPU was measured: no driver.", ""),
        ("So no speed-up over the CPU can be reported. On a machine with an NVIDIA GPU, type:", "gpubench run"),
    ]


def test_the_cpu_alone_was_asked_for(invented: Any) -> None:
    text = "Only the CPU was measured, so no speed-up is reported. To measure the GPU too, type:"
    assert said(one(invented)) == [(text, "gpubench run --device cpu,cuda")]


def test_the_gpu_alone_was_asked_for(invented: Any) -> None:
    made = invented.Invented(absent={"cuda:9": "the last one is cuda:0"})
    made.cell((1.0, 1.0, 1.0), device="cuda:0")
    assert said(made) == [
        ("No cuda:9 was measured: the last one is cuda:0.", ""),
        (
            "The CPU was not measured, so no speed-up over it is reported. To measure it too, type:",
            "gpubench run --device cpu,cuda",
        ),
    ]


@pytest.mark.parametrize(
    ("bad", "good", "called"),
    [("cuda:0", "cpu", "the GPU"), ("cpu", "cuda:0", "the CPU"), ("toy:0", "cpu", "toy")],
)
def test_a_device_on_which_everything_failed_was_measured_in_vain(
    invented: Any, bad: str, good: str, called: str
) -> None:
    made = invented.Invented()
    made.cell((1.0, 1.0, 1.0), device=good)
    made.cell(device=bad, status="crashed", reason="for a test")
    assert said(made) == [(f"No cell on {called} gave a number, so no speed-up is reported.", "")]


def test_where_nothing_worked_that_is_the_reason(invented: Any) -> None:
    made = invented.Invented()
    made.cell(status="failed", reason="for a test")
    made.cell(device="cuda:0", status="oom", reason="for a test")
    assert said(made) == [("No cell gave a number, so no speed-up is reported.", "")]


def test_both_measured_need_no_word(invented: Any) -> None:
    made = one(invented)
    made.cell((1.0, 1.0, 1.0), device="cuda:0")
    assert said(made) == []


def test_of_runs_that_are_shown_as_one_only_what_none_measured_is_absent(invented: Any) -> None:
    torch = one(invented, absent={"tensorflow": "tensorflow is not installed", "cuda": "no driver"})
    tensorflow = invented.Invented("b", absent={"torch": "torch is not installed", "cuda": "no GPU here"})
    tensorflow.cell((1.0, 1.0, 1.0), backend="tensorflow")
    assert said(torch, tensorflow)[0] == ("No GPU was measured: no driver.", "")
    assert len(said(torch, tensorflow)) == 2
    ((joined, following),) = said(torch, tensorflow, kind="joined")
    assert joined.startswith("These runs are of one machine and have no cell in common, so they are shown as one.")
    assert "A began 2026-01-02T03:04:05+00:00, B began 2026-01-02T03:04:05+00:00" in joined
    assert following == ""


def test_one_of_them_may_have_the_gpu(invented: Any) -> None:
    gpu = invented.Invented("b")
    gpu.cell((1.0, 1.0, 1.0), device="cuda:0")
    assert said(one(invented, absent={"cuda": "no driver"}), gpu) == []


def test_several_machines_are_told_apart(invented: Any) -> None:
    cpu = one(invented, absent={"cuda": "no driver"})
    gpu = one(invented, "b", host="beef")
    lacking = "No GPU was measured: no driver."
    advice = "So no speed-up over the CPU can be reported. On a machine with an NVIDIA GPU, type:"
    assert [text for text, _ in said(cpu, gpu)][:2] == [f"Run A: {lacking}", f"Run A: {advice}"]
    gpu.cell((1.0, 1.0, 1.0), device="cuda:0")
    assert [text for text, _ in said(cpu, gpu)] == [f"Run A: {lacking}"], "run B tells a speed-up"
    assert said(cpu, gpu, kind="joined") == []


def test_a_flag_of_several_machines_is_explained_once(invented: Any) -> None:
    """But for one of which it concerns half of the cells, which has to be known first."""
    machines = [invented.Invented(name, host=name) for name in "abc"]
    for made, flagged in zip(machines, (1, 2, 3), strict=True):
        for size in range(5):
            made.cell((1.0, 1.0, 1.0), size=size, flags=("steal",) if size < flagged else ())
    found = [one for one in analyse([one.results() for one in machines]).caveats if one.kind == "flags"]
    assert [(one.text.partition(":")[0], one.first) for one in found] == [
        ("Flagged steal, 1 of 5 measured cells in run A and 2 of 5 in run B", False),
        ("Flagged steal, 3 of 5 measured cells in run C", True),
    ]


def test_what_is_told_of_one_run_of_several_names_it_alone(invented: Any) -> None:
    second, elsewhere = invented.Invented("b"), one(invented, "c", host="beef")
    second.cell((1.0,), backend="tensorflow")
    cut = [one(invented).results(), second.results(complete=False, notes=("a torn line",)), elsewhere.results()]
    texts = {caveat.kind: caveat.text for caveat in analyse(cut).caveats}
    assert texts["incomplete"] == "Run B: The run is incomplete: 1 of 1 cells were measured until it stopped."
    assert texts["file"] == "Run B: a torn line"
    assert texts["launches"].startswith("Runs A+B: 1 of 2 measured cells has fewer than 3 launches")


def test_the_gravest_comes_first(invented: Any) -> None:
    made = one(invented, absent={"cuda": "no driver"})
    made.cell((1.0,), size=1, flags=("steal",))
    made.cell(size=2, status="oom", reason="too large")
    kinds = [caveat.kind for caveat in analyse([made.results(complete=False, notes=("a torn line",))]).caveats]
    assert list(dict.fromkeys(kinds)) == ["incomplete", "absent", "launches", "status", "flags", "file"]


def test_an_incomplete_run_says_first_how_far_it_came_and_advises_nothing_but_to_go_on(invented: Any) -> None:
    made = invented.Invented(launches=5)
    made.cell((1.0,), flags=("steal",))
    made.cell((), backend="tensorflow", status="never reached")
    made.cell((), backend="tensorflow", status="never reached", size=9)
    made.launches = [launch for launch in made.launches if launch.status == "ok"]
    first, *others = analyse([made.results(complete=False)]).caveats
    assert first.text == "The run is incomplete: 1 of 3 cells were measured until it stopped, none of tensorflow."
    assert (first.first, first.next.startswith("gpubench run --resume ")) == (True, True)
    assert {one.kind: one.next for one in others}["launches"] == ""
    assert {one.kind: one.text for one in others}["flags"].startswith("Flagged steal, 1 of 1 measured cell: ")


def test_what_ran_out_of_memory_is_told_with_its_device_and_from_which_size_on(invented: Any) -> None:
    made = one(invented)
    made.cell((1.0,) * 3, device="cuda:0")

    def status() -> str:
        return {caveat.kind: caveat.text for caveat in analyse([made.results()]).caveats}["status"]

    for workload, size in (("matmul", 65536), ("matmul", 32768), ("other", 32768)):
        made.cell(workload=workload, size=size, status="oom", reason="too large", device="cuda:0")
    assert status() == "Of 5 cells 3 ran out of memory (from n 32,768), on the GPU; none of them is in a ratio."
    made.cell(size=1, status="failed", reason="for a test")
    made.cell(workload="conv2d", axis="batch", size=64, status="oom", reason="too large", device="cuda:0")
    assert status() == (
        "Of 7 cells 4 ran out of memory (matmul from n 32,768, other from n 32,768, conv2d from batch 64), 1 failed, "
        "on the CPU and the GPU; none of them is in a ratio."
    )
    for name in "abc":
        made.cell(workload=name, size=2, status="oom", reason="too large", device="cuda:0")
    assert "(matmul from n 32,768, other from n 32,768, conv2d from batch 64, 3 more), 1 failed" in status()


def test_what_has_no_number_for_a_size_runs_out_of_memory_from_none_on(invented: Any) -> None:
    made = one(invented)
    made.cell(size="large", status="oom", reason="too large")
    (text,) = [caveat.text for caveat in analyse([made.results()]).caveats if caveat.kind == "status"]
    assert text == "Of 2 cells 1 ran out of memory, on the CPU; none of them is in a ratio."
