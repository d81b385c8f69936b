"""Flags in words: what makes a number doubtful comes first and into the caveats."""

from __future__ import annotations

from collections import Counter
from types import ModuleType

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.flag import DOUBTS, NOTES


def test_doubts_come_first_and_are_told_in_the_caveats(invented: ModuleType) -> None:
    made = invented.Invented()
    made.cell((1e-3, 1e-3, 1e-3), size=64, flags=("fixed-cost-unresolved", "steal"))
    made.cell((1e-3, 1e-3, 1e-3), size=128, flags=("foreign-load",))
    made.cell((1e-3, 1e-3, 1e-3), size=256, flags=("foreign-load", "unheard-of"))
    findings = analyse([made.results()])
    assert [flag.name for flag in findings.flags] == ["foreign-load", "steal", "fixed-cost-unresolved", "unheard-of"]
    assert [len(flag.cells) for flag in findings.flags] == [2, 1, 1, 1]
    told = [caveat.text for caveat in findings.caveats if caveat.kind == "flags"]
    assert len(told) == 2
    first = {caveat.text.split()[1]: caveat.first for caveat in findings.caveats if caveat.kind == "flags"}
    assert first == {"foreign-load,": True, "steal,": False}, "of half of the cells or more"
    assert "foreign-load, 2 of 3 measured cells: measured while other programs" in told[0]


@pytest.mark.parametrize(
    "name",
    [
        "device-differs",
        "slope-differs",
        "drift",
        "bimodal",
        "launches-disagree",
        "threads-differ",
        "tf32-without-effect",
    ],
)
def test_what_makes_a_measurement_itself_doubtful_is_told_in_words(invented: ModuleType, name: str) -> None:
    made = invented.Invented()
    made.cell((1e-3, 1e-3, 1e-3), size=64, flags=(name,))
    told = [caveat.text for caveat in analyse([made.results()]).caveats if caveat.kind == "flags"]
    assert told == [f"Flagged {name}, 1 of 1 measured cell: {DOUBTS[name]}."]


@pytest.mark.parametrize(("slowest", "doubted"), [(1.49e-3, False), (1.51e-3, True), (2e-3, True)])
def test_launches_of_which_one_is_half_as_fast_again_are_a_doubt(
    invented: ModuleType, slowest: float, doubted: bool
) -> None:
    """A process that runs twice as slow as the others, with no load to blame, is real."""
    made = invented.Invented()
    made.cell((1e-3, slowest, 1e-3), size=64)
    assert [flag.name for flag in analyse([made.results()]).flags] == ["launches-disagree"] * doubted


def test_a_precision_that_a_gpu_only_stores_explains_a_number_and_makes_none_doubtful(invented: ModuleType) -> None:
    made = invented.Invented()
    made.cell((1e-3, 1e-3, 1e-3), size=64, flags=("emulated",))
    (flag,) = analyse([made.results()]).flags
    assert (flag.meaning, flag.doubt) == (NOTES["emulated"], False)
    assert "by way of float32" in flag.meaning


def test_a_flag_is_a_doubt_or_a_note() -> None:
    assert not DOUBTS.keys() & NOTES.keys()


@pytest.mark.parametrize("name", ["gpu-throttled", "gpu-busy-elsewhere", "gpu-clock-low"])
def test_what_slowed_the_gpu_is_a_doubt(invented: ModuleType, name: str) -> None:
    made = invented.Invented()
    made.cell((1e-3, 1e-3, 1e-3), size=64, device="cuda:0", flags=(name,))
    told = [caveat.text for caveat in analyse([made.results()]).caveats if caveat.kind == "flags"]
    assert told == [f"Flagged {name}, 1 of 1 measured cell: {DOUBTS[name]}."]


@pytest.mark.parametrize("name", ["gpu-power-capped", "powersave", "few-samples", "harness-cost"])
def test_what_is_usual_is_explained_and_no_caveat(invented: ModuleType, name: str) -> None:
    """A card that is busy runs into its power limit: that is the speed that its user gets."""
    made = invented.Invented()
    made.cell((1e-3, 1e-3, 1e-3), size=64, flags=(name,))
    findings = analyse([made.results()])
    assert [(flag.name, flag.meaning, flag.doubt) for flag in findings.flags] == [(name, NOTES[name], False)]
    assert not [caveat for caveat in findings.caveats if caveat.kind == "flags"]


@pytest.mark.parametrize("name", ["above-peak", "block-refitted", "calibration-capped"])
def test_what_explains_a_number_is_no_caveat_and_is_told_in_words(invented: ModuleType, name: str) -> None:
    made = invented.Invented()
    made.cell((1e-3, 1e-3, 1e-3), size=64, flags=(name,))
    findings = analyse([made.results()])
    assert [(flag.name, flag.meaning) for flag in findings.flags] == [(name, NOTES[name])]
    assert not [caveat for caveat in findings.caveats if caveat.kind == "flags"]


def test_what_is_flagged_here_is_flagged_in_an_export(invented: ModuleType) -> None:
    made = invented.Invented()
    nothing = {"flops": 0.0, "bytes": 0.0, "items": 1.0}
    for device in ("cpu", "cuda:0"):
        made.cell((25e-9,) * 3, workload="noop", size=1, work=nothing, device=device)
        made.cell((1e-6, 1.6e-6, 1e-6), device=device, dispatch=1e-6, flags=("device-differs",))
    made.cell((1e-3,) * 3, size=512, device="cuda:0", dispatch=0.5e-3, flags=("device-differs",))
    results = made.results()
    told = {(flag.name, *cell.identity) for flag in analyse([results]).flags for cell in flag.cells}
    exported = {
        (name, cell_id, device)
        for cell_id, device, flags in results.cells()[["cell_id", "device", "flags"]].itertuples(index=False)
        for name in filter(None, flags.split(";"))
    }
    assert told == exported
    assert Counter(name for name, *_ in told) == {
        "device-differs": 2, "dispatch-bound": 1, "harness-cost": 2, "launches-disagree": 2,
    }  # fmt: skip
