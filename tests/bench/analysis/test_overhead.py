"""The harness's own cost beside what it measures: by backend, device and mode, and flagged where it is a share."""

from __future__ import annotations

import pytest

from gpubench.analysis.analyse import analyse

NOTHING = {"flops": 0.0, "bytes": 0.0, "items": 1.0}


@pytest.fixture
def made(invented):
    """A run; `empty` plans its empty call on a backend, device and mode."""

    class Made(invented.Invented):
        def empty(self, seconds: float, **where: str):
            return self.cell((seconds,) * 3, workload="noop", size=1, work=NOTHING, **where)

        def step(self, seconds: float, size: int = 64, **where: str):
            return self.cell((seconds,) * 3, size=size, **where)

        def found(self):
            return analyse([self.results()])

    return Made()


def dear(findings) -> list[tuple[float, str]]:
    """Size and mode of the cells that are flagged."""
    flagged = [flag.cells for flag in findings.flags if flag.name == "harness-cost"]
    return [(cell.case.size, cell.mode) for cells in flagged for cell in cells]


@pytest.mark.parametrize(("step", "flagged"), [(24e-6, True), (26e-6, False)])
def test_a_step_of_which_the_harness_is_over_a_thousandth_is_flagged(made, step: float, flagged: bool):
    made.empty(25e-9)
    made.step(step)
    assert bool(dear(made.found())) is flagged


def test_the_flag_explains_and_makes_nothing_doubtful(made):
    made.empty(25e-9)
    made.step(1e-6)
    (flag,) = made.found().flags
    assert (flag.doubt, flag.meaning.startswith("so short that")) == (False, True)


def test_an_empty_call_is_not_held_against_itself(made):
    made.empty(25e-9)
    made.cell((2e-7,) * 3, workload="noop", size=8, work=NOTHING)
    assert dear(made.found()) == []


def test_each_step_is_set_against_the_empty_call_of_its_mode(made):
    made.empty(25e-9, mode="eager")
    made.empty(75e-9, mode="compile")
    made.step(50e-6, mode="eager")
    made.step(50e-6, mode="compile")
    findings = made.found()
    assert dear(findings) == [(64, "compile")]
    assert {one.cell.mode: one.share for one in findings.overheads} == pytest.approx(
        {"eager": 0.0005, "compile": 0.0015}
    )


def test_a_mode_whose_empty_call_was_not_measured_has_that_of_another(made):
    made.empty(25e-9, mode="eager")
    made.step(10e-6, mode="compile")
    findings = made.found()
    assert dear(findings) == [(64, "compile")]
    assert [one.share for one in findings.overheads] == [pytest.approx(0.0025)]


@pytest.mark.parametrize("elsewhere", [{"backend": "tensorflow"}, {"device": "cuda:0"}])
def test_another_backend_s_or_device_s_empty_call_says_nothing(made, elsewhere: dict[str, str]):
    made.empty(25e-9, **elsewhere)
    made.step(1e-6)
    findings = made.found()
    assert dear(findings) == []
    assert [one.share for one in findings.overheads] == [None]


def test_the_share_is_of_the_quickest_step(made):
    made.empty(25e-9)
    for size, step in ((64, 1e-3), (128, 25e-6), (256, 1e-2)):
        made.step(step, size)
    assert [one.share for one in made.found().overheads] == [pytest.approx(0.001)]


def test_a_run_without_empty_calls_has_no_overhead_and_no_flag(made):
    made.step(1e-6)
    findings = made.found()
    assert (findings.overheads, findings.flags) == ((), ())
