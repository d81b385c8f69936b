"""What a run says, in Markdown."""

from __future__ import annotations

import pytest

from gpubench.analysis.markdown import code, escaped, fenced, grid


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src=x> & co", "&lt;img src=x&gt; &amp; co"),
        ("*a* _b_ `c` ~d~ #1", r"\*a\* \_b\_ \`c\` \~d\~ \#1"),
        ("[x](y) | z", r"\[x\](y) \| z"),
        ("a\\b", r"a\\b"),
        ("two\nlines", "two<br>lines"),
    ],
)
def test_text_is_never_markup(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_a_table_escapes_what_it_holds_and_aligns_numbers_right() -> None:
    assert grid(["a|b", "n"], {1}, [["x", "1"], ["*y*", "2"]]).splitlines() == [
        r"| a\|b | n |", "| --- | --: |", "| x | 1 |", r"| \*y\* | 2 |",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "fence"), [("a", "````"), ("a\n````\nb", "`````"), ("`" * 9, "`" * 10)])
def test_no_line_closes_the_fence_that_it_stands_in(text: str, fence: str) -> None:
    assert fenced(text) == f"{fence}\n{text}\n{fence}"


@pytest.mark.parametrize(("text", "shown"), [("ls", "`ls`"), ("a `b`", "`` a `b` ``"), ("``", "``` `` ```")])
def test_code_may_hold_backticks(text: str, shown: str) -> None:
    assert code(text) == shown
