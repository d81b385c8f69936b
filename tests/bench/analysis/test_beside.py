"""Why there is no memory or energy: never asked for, or no counter here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.results.records import Launch


@pytest.fixture
def results(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    return made.results()


def passed(results, **fields):
    """The run with a pass over its first cell."""
    cell = results.cell_records[0]
    launch = Launch(cell_id=cell.cell_id, device=cell.device, launch=0, **{"status": "ok", **fields})
    return replace(results, pass_records=(*results.pass_records, launch))


def test_a_pass_that_was_never_asked_for_says_what_to_type(results):
    missing = analyse([results]).missing
    assert {name: (one.reasons, one.next) for name, one in missing.items()} == {
        "memory": ((), "gpubench run --preset standard"),
        "energy": ((), "gpubench run --preset thorough"),
    }


def test_what_was_typed_is_typed_again_for_a_pass(invented):
    made = invented.Invented(command=["gpubench", "run", "mine", "--plugin", "mine.py", "--no-report"])
    made.cell((1.0,) * 3, workload="mine")
    missing = analyse([made.results()]).missing
    assert missing["memory"].next == "gpubench run mine --plugin mine.py --preset standard"


def test_a_pass_that_found_no_counter_says_why(results):
    why = "no counter: /sys/class/powercap can't be read"
    missing = analyse([passed(results, measures="energy", status="skipped", reason=why)]).missing
    assert (missing["energy"].reasons, missing["energy"].next) == ((f"CPU: {why}",), "")


def test_what_was_measured_is_not_missing(results):
    both = passed(passed(results, measures="memory", peak_host_bytes=5), measures="energy", energy_j=0.5)
    assert analyse([both]).missing == {}


def test_one_run_of_several_that_measured_it_is_enough(results, invented):
    other = invented.Invented("20260102T030405-ffff")
    other.cell((1.0,) * 3)
    assert list(analyse([passed(results, measures="memory", peak_host_bytes=5), other.results()]).missing) == ["energy"]
