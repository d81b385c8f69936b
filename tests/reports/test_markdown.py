"""The report that is pasted into an issue."""

from __future__ import annotations

import re

from gpubench.analysis.analyse import analyse
from gpubench_reports.html import render as render_html
from gpubench_reports.markdown import render, text
from gpubench_reports.tables import headline


def test_it_says_what_the_page_says(gpu_findings, tmp_path):
    (path,) = render(gpu_findings, tmp_path / "new")
    assert path == tmp_path / "new" / "report.md"
    said = path.read_text(encoding="utf-8").replace("\\", "")
    assert said.startswith("### gpubench: Invented CPU and Invented GPU 9000\n\ngpubench 0.1.0, torch 1.2.3")
    assert gpu_findings.verdicts
    for verdict in gpu_findings.verdicts:
        assert f"- {verdict.sentence}\n" in said
    for caveat in gpu_findings.caveats:
        assert caveat.text in said
    page = render_html(gpu_findings, tmp_path)[0].read_text(encoding="utf-8")
    times = re.findall(r"\| ([\d.,]+ [mµn]?s) \[", said)
    assert len(times) == headline(gpu_findings).count
    assert all(time in page for time in times)


def test_a_second_quantity_stands_behind_a_comma_and_an_interval_in_its_brackets(gpu_findings):
    rows = [line for line in text(gpu_findings).splitlines() if line.startswith("| matmul")]
    assert rows
    for row in rows:
        assert re.search(r"\| [\d.,]+ [mµn]?s \\\[[^|]+\] \| [\d.,]+ [TGM]FLOP/s, [\d.,]+ (M )?rows/s \|", row), row


def test_its_table_is_one(cpu_findings):
    table = [line for line in text(cpu_findings).splitlines() if line.startswith("|")]
    assert "--:" in table[1]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {table[1].count("|")}


def test_what_to_type_and_the_environment_stand_as_they_are(cpu_findings):
    said = text(cpu_findings)
    assert [caveat.next for caveat in cpu_findings.caveats if caveat.next]
    for caveat in cpu_findings.caveats:
        assert not caveat.next or f"`{caveat.next}`" in said
    _, _, folded = said.partition("<details><summary>Command and environment</summary>\n\n````\n")
    assert folded.startswith("gpubench run\nmachine: host (hashed): cafe\n")
    assert folded.endswith("\n````\n\n</details>\n")


def test_a_run_of_nothing_has_no_table(invented):
    said = text(analyse([invented.Invented().results()]))
    assert "nothing was measured" in said
    assert "|" not in said


def test_several_runs_are_told_apart(invented):
    runs = []
    for name in ("a", "b"):
        made = invented.Invented(name, host=name)
        made.cell((1.0,) * 3)
        runs.append(made.results())
    said = text(analyse(runs))
    cpu, when = "CPU: Invented CPU, computing with 2 threads", "2026-01-02 03:04 UTC"
    assert f"\nRun A: gpubench 0.1.0, torch 1.2.3; {cpu}; cells: 1 ok; {when}; a\n" in said
    assert "<summary>Run B: command and environment</summary>" in said


def test_hostile_text_is_no_markup_outside_its_fence(hostile):
    said = text(analyse([hostile]))
    assert not set(said) & set("\u202e\u2066\x00\x07\x1b")
    outside = re.sub(r"^(`{4,})\n.*?^\1$", "", said, flags=re.DOTALL | re.MULTILINE)
    assert "HYPERLINK" in outside
    assert set(re.findall(r"<[^>\s]*", outside)) <= {"<details", "<summary", "</summary", "</details"}
