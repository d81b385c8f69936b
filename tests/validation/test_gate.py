"""The gate of docs/ci.md on launches that were measured, replayed as `run --against` takes turns, and its real runs."""

from __future__ import annotations

import dataclasses
import json
import xml.etree.ElementTree as ET

import msgspec
import pytest

from gpubench.analysis.comparison import compare
from gpubench.analysis.judgement import ERROR_RATE
from gpubench.analysis.margin import Margins
from gpubench.cli.main import exit_code
from gpubench.results.line import encode

LAUNCHES, MARGIN = 10, 0.05
"""What docs/ci.md recommends."""
SHUFFLES = 100


@pytest.fixture(scope="module", params=["made up", "measured"])
def folder(request, beside):
    """Where pools lie: those that are made up, so that this is known to work, and those that were measured."""
    if request.param == "made up":
        return request.getfixturevalue("made_up")
    request.getfixturevalue("page")
    return beside("pools").DATA


@pytest.fixture
def dealt(beside, folder):
    """Comparisons that took turns, as many as a pool has launches for."""
    pools, deals, turns = beside("pools"), beside("deals"), beside("turns")

    def made(name, extra, order=deals.in_order):
        pool = pools.by_condition(pools.read(folder / f"{name}.csv"))
        return turns.dealt(pool, extra, LAUNCHES, order)

    return made


@pytest.fixture
def gated(beside, dealt):
    """The same as pairs of runs."""
    replay = beside("replay")

    def made(name, extra):
        for sides in dealt(name, extra):
            base, new = ({one: both[at] for one, both in sides.items()} for at in (0, 1))
            yield replay.run("base", base, {}), replay.run("new", new, {}, turns_with="base")

    return made


@pytest.fixture
def typed(tmp_path, monkeypatch, capsys):
    """Types `gpubench compare` as the recipe does, on runs that were made; returns the code and standard output."""

    def compared(runs, *more):
        for name, results in zip(("base", "new"), runs, strict=True):
            records = [results.run, *results.envs, *results.cell_records, *results.launch_records, results.end]
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "results.jsonl").write_bytes(b"".join(encode(record) for record in records))
        monkeypatch.chdir(tmp_path)
        code = exit_code(["compare", "base", "new", "--margin", str(MARGIN), "--missing", "fail", *more])
        return code, capsys.readouterr().out

    return compared


def of(results, cells):
    """What a run has of some of its cells."""
    kept = {cell.identity for cell in cells}
    launches = tuple(one for one in results.launch_records if one.identity in kept)
    run = msgspec.structs.replace(results.run, planned=len(cells))
    return dataclasses.replace(results, run=run, cell_records=tuple(cells), launch_records=launches)


def lacking(results):
    """Without its last cell."""
    return of(results, results.cell_records[:-1])


def verdicts(runs):
    return [one.verdict for one in compare(runs, margins=Margins(plain=MARGIN)).compared]


@pytest.mark.parametrize("pool", ["quiet", "load"])
def test_identical_code_is_never_red(gated, typed, pool):
    codes = [typed(runs)[0] for runs in gated(pool, 0)]
    assert len(codes) == 2
    assert set(codes) == {0}


def test_a_fifth_more_work_is_always_red(gated, typed):
    codes = [typed(runs)[0] for runs in gated("quiet", 20)]
    assert codes
    assert set(codes) == {1}


def test_in_any_order_a_quiet_machine_is_green_for_identical_code_and_red_for_a_fifth_more_work(beside, dealt):
    red = beside("turns").red
    for seed in range(SHUFFLES):
        order = beside("deals").shuffled(seed)
        assert not any(red(sides) for sides in dealt("quiet", 0, order)), seed
        assert all(red(sides) for sides in dealt("quiet", 20, order)), seed


def test_beside_another_program_identical_code_is_red_no_more_often_than_is_promised(beside, dealt):
    shuffled, red = beside("deals").shuffled, beside("turns").red
    found = [red(sides) for seed in range(SHUFFLES) for sides in dealt("load", 0, shuffled(seed))]
    assert sum(found) <= ERROR_RATE * len(found)


def test_a_cell_that_vanished_is_red_however_equal_the_others_are(gated, typed):
    for base, new in gated("quiet", 0):
        code, said = typed((base, lacking(new)))
        assert code == 4
        assert "missing in NEW" in said


def test_a_comparison_of_nothing_is_red(gated, typed):
    base, new = next(gated("quiet", 0))
    assert typed((base, of(new, ())))[0] == 4
    assert typed((of(base, ()), new))[0] == 4


def test_a_build_server_is_told_the_same(gated, typed, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    base, new = next(gated("quiet", 20))
    code, document = typed((base, lacking(new)), "--format", "junit", "--github")
    assert code == 1
    root = ET.fromstring(document.encode())
    failures = {failure.attrib["type"] for failure in root.iter("failure")}
    cases = list(root.iter("testcase"))
    assert (len(cases), root.attrib["tests"]) == (4, "4")
    assert failures == {"SLOWER", "INVALID"}
    written = summary.read_text(encoding="utf-8")
    told = [line for line in written.splitlines() if line.startswith("|") and "chain" in line]
    assert len(told) == 4
    assert sum("SLOWER" in line for line in told) == sum(one.attrib["type"] == "SLOWER" for one in root.iter("failure"))
    assert "INVALID (missing in NEW)" in written.replace("\\", "")


def test_what_drifts_for_both_is_no_difference_and_hides_none(gated):
    """Every launch of both sides takes four times as long as the one before: what doesn't pair them finds nothing."""
    for base, new in gated("quiet", 20):
        drifted = [drifting(results) for results in (base, new)]
        assert verdicts(drifted) == verdicts((base, new))


def drifting(results):
    """The same run on a machine that gets slower and slower."""

    def slower(launch):
        step = launch.quantities["step"]
        seconds = [4.0**launch.launch * second for second in step.seconds]
        return {**launch.quantities, "step": type(step)(calls=step.calls, seconds=seconds)}

    launches = tuple(msgspec.structs.replace(one, quantities=slower(one)) for one in results.launch_records)
    return dataclasses.replace(results, launch_records=launches)


@pytest.fixture
def gate(beside):
    return beside("gate")


def test_what_is_left_of_the_real_runs_alternates_and_goes_on_where_it_ended(gate, tmp_path):
    assert gate.planned([], 3) == [0, 20, 0, 20, 0, 20]
    run = gate.Gated("gate-1", 20, 1, "SLOWER", 0.83, 0.81, 0.85, 12.5)
    gate.append(tmp_path, [run])
    gate.append(tmp_path, [run])
    assert gate.read(tmp_path) == [run, run]
    assert gate.planned(gate.read(tmp_path), 3) == [0, 20, 0, 0]


@pytest.mark.framework("torch")
def test_a_real_run_is_made_of_two_checkouts_and_kept(gate, tmp_path):
    words = " ".join(gate.WORDS).replace("--launches 10", "--launches 1").replace("--max-time 0.2", "--max-time 0.02")
    one = gate.gated("gate-1", 20, tmp_path, words.split())
    assert (one.extra, one.code, one.verdict, one.lo) == (20, 0, "INCONCLUSIVE", None)  # one launch tells nothing
    gate.append(tmp_path, [one])
    assert gate.read(tmp_path) == [one]
    assert "python" in json.loads((tmp_path / "sittings.json").read_text(encoding="utf-8"))["gate-1"]


def test_head_does_more_of_the_same_work_and_nothing_else_differs(gate, tmp_path):
    head = gate.checkouts(tmp_path, 20)
    base = (tmp_path / "base" / "chain.py").read_text(encoding="utf-8")
    assert (head / "chain.py").read_text(encoding="utf-8") == base.replace("LINKS = 100", "LINKS = 120") != base
