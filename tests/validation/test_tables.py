"""The page: made of the data alone, the same every time, and the committed one made of the committed data."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil

import pytest

RUNS, DEALS = 300, 1
PEERS = {"gpubench": 2e-8, "timeit": 2e-8, "torch.utils.benchmark": 2e-8, "pytest-benchmark": 5e-8}


@pytest.fixture
def tables(beside):
    return beside("tables")


@pytest.fixture(scope="session")
def beside_others(tmp_path_factory):
    """Made-up timings: gpubench and its peers at known ratios."""
    folder = tmp_path_factory.mktemp("peers")
    lines = ["backend,table,name,mode,steps,tool,round,median_s,calls,samples,spent_s,until_s"]

    def add(table, name, tool, seconds, *, mode="eager", steps=1, until=""):
        for number, times in enumerate((1.0, 1.01, 0.99)):
            lines.append(f"torch,{table},{name},{mode},{steps},{tool},{number},{times * seconds:.6g},10,30,1.5,{until}")

    for tool, seconds in (
        ("gpubench", 2e-8),
        ("timeit", 2e-8),
        ("torch.utils.benchmark", 2e-8),
        ("pytest-benchmark", 5e-8),
    ):
        add("harness", "noop", tool, seconds)
        add("shared", "matmul 64", tool, 1e-5 + 1000 * seconds, until="0.25")
        add("shared", "MNIST step 32", tool, 1e-2)
    add("harness", "noop", '"gpubench, a block"', 1.5e-7)
    for tool in ("gpubench", "torch.utils.benchmark"):
        add("mnist", "MNIST step 32", tool, 3e-2, mode="compile")
        add("mnist", "train_on_batch 32", tool, 1.1e-2, mode="graph")
        add("mnist", '"fit 32, 32 steps"', tool, 0.4, mode="graph", steps=32)
        add("mnist", '"fit 32, 64 steps"', tool, 0.72, mode="graph", steps=64)
    (folder / "peers.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (folder / "session.json").write_text(json.dumps({"date": "2026-02-02", "threads": "2"}), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def beside_a_gpu(beside_others, beside):
    """The same folder with a session on a GPU in it."""
    folder = beside_others / beside("peers").CUDA
    folder.mkdir()
    lines = ["backend,table,name,mode,steps,tool,round,median_s,calls,samples,spent_s,until_s"]
    for number in range(3):
        for tool, seconds in (("gpubench", 2e-4), ("torch.utils.benchmark", 1e-4)):
            lines.append(f"torch,mnist,MNIST step 32,cuda-graph,1,{tool},{number},{seconds + 1e-7 * number},9,9,1.0,")
    (folder / "peers.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    facts = {
        "date": "2026-03-03",
        "device": "Invented GPU",
        "torch": "2",
        "cuda": "1",
        "cudnn": "3",
        "threads": "4",
        "load average at start": "0 0 0",
        "logical processors": "4",
    }
    (folder / "session.json").write_text(json.dumps(facts), encoding="utf-8")
    return beside_others


@pytest.fixture(scope="session")
def small(beside, tiny, beside_a_gpu):
    """A page of made-up data, with little simulated."""
    return beside("tables").page(tiny, beside_a_gpu, RUNS, DEALS)


def rows(page, heading):
    """The cells of the tables of a section."""
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")
    ]


def test_the_committed_page_is_made_of_the_committed_data(tables, page):
    assert tables.page() == page.read_text(encoding="utf-8")


def test_nothing_is_left_out_or_nameless(small):
    assert not re.search(r"\{\{|\}\}|\bnan\b|\bNone\b|Undefined", small)
    for section in re.split(r"^## ", small, flags=re.MULTILINE)[1:]:
        assert "|" in section, section


def test_every_table_has_as_many_cells_in_each_row_as_headings(small):
    for block in re.findall(r"(?:^\|.*\|\n)+", small, flags=re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_machine_and_date_are_those_of_the_sittings(small):
    found = {row[0]: row[1:] for row in rows(small, "Where it was measured")}
    assert found["date"] == ["2026-01-01", "2026-01-01", "2026-02-02"]
    assert found["processor"] == ["Invented CPU", "Invented CPU", "–"]


def test_a_fact_that_changed_between_sittings_is_told_twice(tables, beside, tmp_path):
    for sitting, date in (("quiet-1", "2026-01-01"), ("load-2", "2026-01-05"), ("quiet-3", "2026-01-09")):
        beside("pools").note(tmp_path, sitting, {"date": date, "python": "3.11.7"})
    told = tables._facts(tmp_path, {})
    assert "| date | 2026-01-01; 2026-01-09 | 2026-01-05 | – |" in told
    assert "| python | 3.11.7 | 3.11.7 | – |" in told


def test_a_pool_that_was_not_measured_is_an_error_that_says_what_to_type(tables, tmp_path):
    with pytest.raises(FileNotFoundError, match="nox -s validation"):
        tables.page(tmp_path, tmp_path)


def test_without_timings_of_peers_the_page_ends_with_the_pools(tables, tiny, tmp_path):
    page = tables.page(tiny, tmp_path, RUNS, DEALS)
    assert "## Beside other tools" not in page
    assert "## On a GPU" not in page
    assert "## The rules of other tools" in page
    assert "| not measured |" in page


def test_the_harness_is_held_against_timeit(small):
    _, _, row = rows(small, "Beside other tools: the harness's own cost")
    assert row == ["torch", "eager", "20.0 ns", "20.0 ns", "20.0 ns", "50.0 ns", "1.000× [1.000–1.000]", "150 ns"]


def test_shared_closures_tell_our_figure_over_each_peer_s(small):
    shared = {row[1]: row[2:] for row in rows(small, "Beside other tools: the same closures")[2:4]}
    ours, over_timeit, over_torch, over_pytest, agrees = shared["matmul 64"]
    assert ours.startswith("30.0 µs ±")
    assert (over_timeit[:5], over_torch[:5], over_pytest[:5], agrees) == ("1.000", "1.000", "0.500", "yes")


def test_the_time_until_one_per_cent_is_told_or_that_it_was_not_reached(small):
    until = [
        row for row in rows(small, "Beside other tools: the same closures") if row[1] in ("matmul 64", "MNIST step 32")
    ]
    assert until[2][2:] == ["250 ms"] * 4
    assert until[3][2:] == ["not in 4.50 s"] * 4


def test_of_fit_a_step_and_what_a_call_costs_beyond_its_steps_are_told_apart(small):
    """0.4 s for 32 steps and 0.72 s for 64: 10 ms a step, and 80 ms a call."""
    found = {row[1]: row[3:5] for row in rows(small, "The MNIST step")}
    assert found["fit, a step"] == ["10.0 ms", "10.0 ms"]
    assert found["fit, beyond its steps"] == ["80.0 ms", "80.0 ms"]


def test_a_session_on_a_gpu_says_which_and_how_far_apart_the_tools_are(small):
    assert "on 2026-03-03: Invented GPU, torch 2" in small
    (row,) = rows(small, "On a GPU")[2:]
    assert row[:2] == ["torch (cuda-graph)", "MNIST step 32"]
    assert (row[4][:5], row[5]) == ("1.999", "no")


def test_the_command_writes_the_same_from_the_same_data(tables, small, tiny, beside_a_gpu, tmp_path, monkeypatch):
    out = tmp_path / "docs" / "validation.md"
    arguments = ["--data", str(tiny), "--peers-data", str(beside_a_gpu), "--output", str(out)]
    monkeypatch.setattr("sys.argv", ["tables.py", *arguments])
    tables.main(RUNS, DEALS)
    assert out.read_text(encoding="utf-8") == small


def test_the_command_says_what_to_type_where_nothing_was_measured(tables, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["tables.py", "--data", str(tmp_path), "--output", str(tmp_path / "out.md")])
    with pytest.raises(SystemExit, match="nox -s validation"):
        tables.main()
    assert not (tmp_path / "out.md").exists()


def test_real_runs_of_the_gate_are_told_where_there_are_any(beside, tables, tiny, small, tmp_path):
    gate = beside("gate")
    assert "Real runs of" not in small
    run = gate.Gated("gate-1", 20, 1, "SLOWER", 0.83, 0.81, 0.85, 61.0)
    spread = [dataclasses.replace(run, ratio=ratio) for ratio in (0.7, 0.8, 0.9)]
    missed = dataclasses.replace(run, code=0, verdict="INCONCLUSIVE")
    alike = dataclasses.replace(run, extra=0, code=0, verdict="SAME", ratio=1.0, spent_s=59.0)
    data = shutil.copytree(tiny, tmp_path / "data")
    gate.append(data, [alike, *spread, missed])
    beside("pools").note(data, "gate-1", {"date": "2026-03-03"})
    page = tables.page(data, tmp_path, RUNS, DEALS)
    told = rows(page, "The gate: base and head in turns")
    assert ["+0 %", "1", "0 of 1: 0.0 % [0.0–97.5]", "SAME 1", "1.000×", "59 s"] in told
    assert ["+20 %", "4", "3 of 4: 75.0 % [19.4–99.4]", "INCONCLUSIVE 1, SLOWER 3", "0.815×", "61 s"] in told
    assert {row[0]: row[-1] for row in rows(page, "Where it was measured")}["date"] == "2026-03-03"
