"""Flags in words: what makes a number doubtful comes first and into the caveats."""

from __future__ import annotations

from types import ModuleType

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
    assert "foreign-load, 2 of 3 cells: measured while other programs" in told[0]


def test_a_flag_is_a_doubt_or_a_note() -> None:
    assert not DOUBTS.keys() & NOTES.keys()
