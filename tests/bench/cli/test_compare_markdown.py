"""A comparison as Markdown."""

from __future__ import annotations

from gpubench.cli.compare_markdown import markdown


def test_it_begins_with_the_sentence_and_has_a_row_for_each_cell(compared):
    lines = markdown(compared((1.0, 1.0), (1.2, 1.0)), "").splitlines()
    assert lines[0] == "### gpubench compare"
    assert lines[2].startswith("1 of 2 cells SLOWER, 1 SAME.")
    table = [line for line in lines if line.startswith("|")]
    assert table[0] == "| Verdict | Cell | BASE | NEW | Ratio |"
    assert table[1] == "| --- | --- | --: | --: | --- |"
    assert table[2] == (
        "| SLOWER | matmul, n 1, float32,<br>torch (eager), cpu | 1.00 s | 1.20 s | 0.833× \\[0.815–0.852\\] |"
    )
    assert len(table) == 4


def test_nothing_in_a_name_or_reason_is_markup(compared):
    text = markdown(compared((1.0,), (1.0,), reason="<img src=x> | *bold* `code`\n| new row"), "")
    assert "&lt;img src=x&gt; \\| \\*bold\\* \\`code\\` \\| new row" in text
    assert "<img" not in text


def test_explanations_are_folded_away(compared):
    text = markdown(compared((1.0,), (1.0,)), "why\n<b>so</b>")
    assert "<details><summary>How each verdict came about</summary>\n\n````\nwhy\n<b>so</b>\n````\n\n</details>" in text
    assert "<details>" not in markdown(compared((1.0,), (1.0,)), "")


def test_a_comparison_of_nothing_has_no_table(invented):
    from gpubench.analysis.comparison import compare

    made = invented.Invented("a")
    made.cell((1.0, 1.0, 1.0))
    text = markdown(compare([made.results()], by="device"), "")
    assert "Nothing was compared" in text
    assert "|" not in text
