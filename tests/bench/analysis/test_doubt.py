"""A verdict bears the grave flags of the cells that it rests on, in words."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.flag import DOUBTS, NOTES

LOADED = "measured while other programs used the processors"


def flagged(*made: Any) -> list[str]:
    return [verdict.flagged for verdict in analyse([one.results() for one in made]).verdicts]


def pair(invented: Any, cpu: tuple[str, ...] = (), gpu: tuple[str, ...] = (), **at: Any) -> Any:
    made = invented.Invented()
    made.cell((2.0, 2.0, 2.0), flags=cpu, **at)
    made.cell((1.0, 1.0, 1.0), flags=gpu, device="cuda:0", **at)
    return made


def test_cells_without_a_grave_flag_leave_no_mark(invented: Any) -> None:
    made = pair(invented, cpu=("powersave",), gpu=("few-samples", "unheard-of"))
    assert flagged(made) == [""]
    assert "flagged" not in analyse([made.results()]).verdicts[0].sentence


@pytest.mark.parametrize("name", DOUBTS)
def test_every_grave_flag_leaves_one_in_a_few_words(invented: Any, name: str) -> None:
    (words,) = flagged(pair(invented, gpu=(name,)))
    clause = words.removesuffix(" (on the GPU)")
    assert clause != words
    assert DOUBTS[name].startswith(clause)
    assert 10 < len(clause) <= 80
    assert ":" not in clause


def test_it_says_where(invented: Any) -> None:
    assert flagged(pair(invented, cpu=("foreign-load",))) == [f"{LOADED} (on the CPU)"]
    assert flagged(pair(invented, ("foreign-load",), ("foreign-load",))) == [f"{LOADED} (on the CPU, on the GPU)"]
    made = pair(invented, cpu=("foreign-load",))
    made.cell((2.0, 2.0, 2.0), backend="tensorflow")
    made.cell((1.0, 1.0, 1.0), backend="tensorflow", device="cuda:0")
    assert flagged(made)[0] == f"{LOADED} (torch on the CPU)"


def test_of_one_backend_against_another_and_of_a_bare_time(invented: Any) -> None:
    made = invented.Invented()
    made.cell((2.0, 2.0, 2.0), flags=("foreign-load",))
    assert flagged(made) == [f"{LOADED} (on the CPU)"]
    made.cell((1.0, 1.0, 1.0), backend="tensorflow")
    assert flagged(made) == [f"{LOADED} (torch on the CPU)"]


def test_what_is_flagged_elsewhere_leaves_none(invented: Any) -> None:
    made = pair(invented)
    made.cell((1e-3, 1e-3, 1e-3), size=64, flags=("foreign-load",))
    assert flagged(made) == [""]


def test_a_crossover_bears_the_flags_of_all_sizes_though_its_card_bears_none(invented: Any) -> None:
    made = pair(invented)
    made.cell((1e-3, 1e-3, 1e-3), size=64, flags=("foreign-load", "powersave"))
    made.cell((2e-3, 2e-3, 2e-3), size=64, device="cuda:0", flags=("drift",))
    (verdict,) = analyse([made.results()]).verdicts
    (note,) = verdict.notes
    assert (verdict.flagged, note.doubt) == ("", "drift, foreign-load")
    assert note.text.startswith("torch: the GPU wins from n ≈ ")
    assert verdict.sentence.endswith(" on (flagged: drift, foreign-load)")


def test_the_step_with_the_transfers_counts_too(invented: Any) -> None:
    made = pair(invented)
    made.cell((1.5, 1.5, 1.5), device="cuda:0", data="host", flags=("gpu-busy-elsewhere",))
    assert flagged(made) == ["measured while other processes used the GPU (on the GPU with data from the host)"]


def test_machines_side_by_side_name_the_run(invented: Any) -> None:
    first, second = invented.Invented("a"), invented.Invented("b", host="beef")
    first.cell((1.0, 1.0, 1.0))
    second.cell((2.0, 2.0, 2.0), flags=("foreign-load",))
    assert flagged(first, second)[0] == f"{LOADED} (on the CPU in run B)"


def test_a_place_that_is_meant_in_several_runs_is_said_once(invented: Any) -> None:
    runs = [invented.Invented(name, host=name) for name in ("a", "b", "c")]
    for made, loaded in zip(runs, (True, False, True), strict=True):
        made.cell((1.0, 1.0, 1.0), flags=("foreign-load",) if loaded else ())
    assert flagged(*runs)[:2] == [f"{LOADED} (on the CPU in run{of})" for of in (" A", "s A, C")]


def test_three_are_told_and_the_others_counted(invented: Any) -> None:
    (words,) = flagged(pair(invented, cpu=tuple(DOUBTS)))
    assert words.count("; ") == 3
    assert words.endswith(f"; and {len(DOUBTS) - 3} more")


def test_it_stands_in_the_verdict_as_one_line_of_text(invented: Any) -> None:
    (verdict,) = analyse([pair(invented, cpu=("foreign-load",)).results()]).verdicts
    assert verdict.sentence.endswith(f"; flagged: {LOADED} (on the CPU)")


def test_notes_are_no_doubts() -> None:
    assert not NOTES.keys() & DOUBTS.keys()
