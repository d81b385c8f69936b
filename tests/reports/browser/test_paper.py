"""What Chromium prints, read out of its PDF."""

from __future__ import annotations

import re
import unicodedata
import zlib

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.results.results import load
from gpubench_reports.html import render
from gpubench_reports.page import LONGEST

PAPER = (725, 1031)
"""Pixels of a sheet of A4 less its margins."""
LETTER = (747, 965)
"""Likewise of one of Letter, which is wider and less high."""


@pytest.fixture(scope="module")
def h100_page(repository, tmp_path_factory):
    """The page of a real run, with notes and flags on its answers."""
    findings = analyse([load(repository / "tests" / "gallery" / "data" / "h100")])
    return render(findings, tmp_path_factory.mktemp("h100"))[0]


def printed(page, paper: str = "A4") -> list[str]:
    """The text of each sheet without spaces, in the order in which it is painted."""
    made = page.pdf(format=paper, prefer_css_page_size=True)
    found = {int(number): body for number, body in re.findall(rb"(?ms)^(\d+) 0 obj\n(.*?)\nendobj$", made)}
    letters = {
        number: _letters(_stream(found[int(told[1])]))
        for number, body in found.items()
        if (told := re.search(rb"/ToUnicode (\d+)", body))
    }
    sheets = []
    for body in found.values():
        if body.startswith(b"<</Type /Page\n"):
            contents = _stream(found[int(re.search(rb"/Contents (\d+)", body)[1])])
            text, font = "", 0
            for chosen, shown in re.findall(r"/F(\d+) \S+ Tf|<([0-9A-F]+)> Tj", contents):
                font = int(chosen or font)
                text += "".join(letters[font].get(glyph, "") for glyph in re.findall("....", shown))
            sheets.append("".join(unicodedata.normalize("NFKC", text).split()))
    return sheets


def joined(texts: list[str]) -> str:
    """Texts as `printed` gives them."""
    return unicodedata.normalize("NFKC", "".join("".join(texts).split()))


def _stream(body: bytes) -> str:
    start = body.index(b"stream\n") + len(b"stream\n")
    return zlib.decompressobj().decompress(body[start:]).decode("latin-1")


def _letters(cmap: str) -> dict[str, str]:
    """The letter of each glyph; a PDF names glyphs in hexadecimal digits."""
    found = {}
    for first, second, third in re.findall(r"^<(\w{4})> <(\w{4})>(?: <(\w{4})>)?$", cmap, re.MULTILINE):
        last, letter = (second, third) if third else (first, second)
        for place in range(int(first, 16), int(last, 16) + 1):
            found[f"{place:04X}"] = chr(int(letter, 16) + place - int(first, 16))
    return found


@pytest.mark.parametrize("which", ["gpu_page", "crowded_page"])
def test_every_sheet_that_a_table_goes_on_to_has_all_of_its_headings(which, shown, request):
    page = shown(request.getfixturevalue(which), media="print").page
    heads = "".join("".join(page.locator("#cells thead th").all_text_contents()).split())
    page.locator("#cells tbody").evaluate_all(
        "all => all.forEach(one => one.after(...[1, 2].map(() => one.cloneNode(true))))"
    )
    page.locator("body").evaluate("body => body.replaceChildren(document.querySelector('#cells .wide'))")
    sheets = printed(page)
    assert len(sheets) >= 2
    assert [sheet.count(heads) for sheet in sheets] == [1] * len(sheets)


def test_no_row_of_a_table_stands_on_a_sheet_alone(gpu_page, shown):
    """All but half of the last row has room on the first sheet."""
    page = shown(gpu_page, width=PAPER[0], media="print").page
    page.locator("body").evaluate("body => body.replaceChildren(document.querySelector('#headline .wide'))")
    script = """(box, height) => {
      const last = box.querySelector("tbody tr:last-child").offsetHeight;
      box.style.margin = `${height - box.offsetHeight + last / 2}px 0 0`;
    }"""
    page.locator(".wide").evaluate(script, PAPER[1])
    sheets = printed(page)
    backends = [len(re.findall(r"torch\(|tensorflow\(", sheet)) for sheet in sheets]
    assert backends == [page.locator("tbody tr").count() - 3, 3]


@pytest.mark.parametrize("which", ["gpu_page", "h100_page"])
def test_charts_are_as_wide_as_a_sheet_or_as_high_as_one_of_letter_with_a_heading(which, shown, request):
    page = shown(request.getfixturevalue(which), width=PAPER[0], media="print").page
    script = """all => all.map(one => {
      const scale = Math.min(one.offsetWidth / one.naturalWidth, one.offsetHeight / one.naturalHeight);
      return [scale * one.naturalWidth, scale * one.naturalHeight];
    })"""
    sizes = page.locator("figure img:visible").evaluate_all(script)
    assert len(sizes) > 4
    for across, down in sizes:
        assert across > 0.99 * PAPER[0] or down > 0.85 * LETTER[1]
        assert down < 0.9 * LETTER[1], "with room for its heading"


def test_every_sheet_stands(gpu_page, shown):
    page = shown(gpu_page, media="print").page
    boxes = re.findall(rb"/MediaBox \[0 0 (\d+)\S* (\d+)", page.pdf(format="A4", prefer_css_page_size=True))
    assert len(boxes) > 5
    assert {int(width) < int(height) for width, height in boxes} == {True}


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("which", ["h100_page", "cpu_page", "gpu_page", "small_page"])
def test_all_answers_stand_on_the_first_sheet(which, paper, shown, request):
    page = shown(request.getfixturevalue(which), media="print").page
    answers = page.locator(".verdicts > li").all_text_contents()
    assert len(answers) >= 2
    first = printed(page, paper)[0]
    assert [answer for answer in answers if joined([answer]) not in first] == []


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("section", "heading"), [("speedup", "From which size on?"), ("roofline", "The ceilings")])
def test_a_small_table_stands_with_its_heading_on_a_sheet_with_a_chart(section, heading, paper, gpu_page, shown):
    page = shown(gpu_page, media="print").page
    rows = page.locator(f"#{section} > .few tbody tr")
    told = [joined([heading]), *(joined([text]) for text in rows.all_text_contents())]
    assert len(told) > 2
    (sheet,) = [sheet for sheet in printed(page, paper) if told[0] in sheet]
    assert [text for text in told if text not in sheet] == []
    assert any(joined([title]) in sheet for title in page.locator("section:has(figure) h2").all_text_contents())


@pytest.mark.parametrize("which", ["h100_page", "crowded_page"])
def test_a_group_of_rows_is_not_parted_from_its_title(which, shown, request):
    """It has as many rows as one that is not folded, and half of them have room on the first sheet."""
    rows = LONGEST
    page = shown(request.getfixturevalue(which), width=PAPER[0], media="print").page
    group = page.locator("#cells tbody").first
    script = """(group, rows) => {
      while (group.rows.length > rows + 1) group.lastElementChild.remove();
      while (group.rows.length <= rows) group.append(group.lastElementChild.cloneNode(true));
      const table = group.closest("table");
      [...table.tBodies].filter(one => one !== group).forEach(one => one.remove());
      document.body.replaceChildren(table);
    }"""
    group.evaluate(script, rows)
    title, first, *_ = (joined([text]) for text in page.locator("tbody tr").all_text_contents())
    _below(page, page.locator("table"), PAPER[1] / 2)
    assert [(title in sheet, first in sheet) for sheet in printed(page)] == [(False, False), (True, True)]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("which", ["h100_page", "cpu_page"])
def test_the_last_sheet_is_more_than_the_method(which, paper, shown, request):
    last = printed(shown(request.getfixturevalue(which), media="print").page, paper)[-1]
    assert [text for text in ("Amarkinachart", "Themethodinshort", "Madebygpubench") if text not in last] == []


def test_no_cell_in_the_list_of_a_doubt_is_torn(small_page, shown):
    page = shown(small_page, width=PAPER[0], media="print").page
    lists = page.locator(".doubted > ul")
    lists.first.evaluate("""list => {
      list.replaceChildren(list.firstElementChild);
      list.firstElementChild.textContent = "a cell, measured again for the noise floor ".repeat(8);
    }""")
    pieces, height = lists.first.locator("li").evaluate("cell => [cell.getClientRects().length, cell.offsetHeight]")
    assert (pieces, height > 40) == (1, True), "of a few lines"


@pytest.mark.parametrize(
    ("what", "longer"),
    [(".caveats", 4), ("#problems .few", 4), ("#reading p", 4), (".doubted > ul", 1)],
)
def test_what_is_short_is_not_torn(what, longer, small_page, shown):
    """It is made so many times as long, and half of that has room on the first sheet."""
    page = shown(small_page, width=PAPER[0], media="print").page
    box = page.locator(what).first
    script = """(box, longer) => {
      const copies = Array.from({length: longer - 1}, () => [...box.cloneNode(true).childNodes]);
      box.append(...copies.flat());
    }"""
    box.evaluate(script, longer)
    text = joined([box.inner_text()])
    box.evaluate("box => box.parentElement.replaceChildren(box)")
    around, half = box.locator(".."), box.bounding_box()["y"] + box.bounding_box()["height"] / 2
    _below(page, around, PAPER[1] - half + around.bounding_box()["y"])
    assert [text in sheet for sheet in printed(page)] == [False, True]


def test_the_first_lines_of_an_environment_stand_with_its_facts(small_page, shown):
    """All to the end of the command has room on the first sheet, and a line of what follows."""
    page = shown(small_page, width=PAPER[0], media="print").page
    box, last = (page.locator(f"#environment{end}") for end in ("", " pre"))
    above = last.bounding_box()["y"] + last.bounding_box()["height"] - box.bounding_box()["y"]
    _below(page, box, PAPER[1] - above - 40)
    (sheet,) = [sheet for sheet in printed(page) if "Theexactcommand" in sheet]
    assert "sampling" in sheet


def _below(page, box, pixels: float) -> None:
    """Nothing but a box, so far down the first sheet."""
    script = """(box, pixels) => {
      const above = document.createElement("div");
      above.textContent = "above";
      above.style.height = `${pixels}px`;
      document.body.replaceChildren(above, box);
      box.style.margin = 0;
    }"""
    box.evaluate(script, pixels)


def test_how_to_read_stands_in_one_column(gpu_page, shown):
    page = shown(gpu_page, width=PAPER[0], media="print").page
    lefts = page.locator("#reading p").evaluate_all("all => all.map(one => one.getBoundingClientRect().left)")
    assert len(lefts) > 3
    assert len(set(lefts)) == 1


def test_cells_with_a_doubt_are_listed_where_they_are_few(small_page, shown):
    page = shown(small_page, media="print").page
    doubts = page.locator(".doubted li")
    assert 2 < doubts.count() <= 12
    assert page.locator(".doubted li:visible").count() == doubts.count()
    script = "(one, more) => one.after(...Array.from({length: more}, () => one.cloneNode(true)))"
    doubts.first.evaluate(script, 13 - doubts.count())
    assert page.locator(".doubted li:visible").count() == 0
    assert page.locator(".doubted summary:visible").count() > 0


def test_a_list_that_is_left_out_of_paper_is_told_of(h100_page, shown):
    page = shown(h100_page, media="print").page
    hidden = page.locator("#problems .spared > ul:not(:visible)").count()
    assert 0 < hidden < page.locator("#problems .spared > ul").count()
    assert "".join(printed(page)).count("(listedonthescreen)") == hidden
    long = page.locator(".doubted > ul:visible").first
    long.evaluate("one => one.append(...Array.from({length: 13}, () => one.firstElementChild.cloneNode(true)))")
    assert "".join(printed(page)).count("(listedonthescreen)") == hidden + 1
    page.locator("#problems details").evaluate_all("all => all.forEach(fold => { fold.open = true; })")
    assert "(listedonthescreen)" not in "".join(printed(page))


def test_every_sheet_of_a_folded_group_says_what_its_rows_are_of(big_page, shown):
    page = shown(big_page, width=PAPER[0], media="print").page
    group = page.locator("#cells summary .title").nth(1).text_content()
    page.locator("#cells .rows").evaluate("rows => rows.replaceChildren(rows.querySelectorAll('details')[1])")
    page.locator("body").evaluate("body => body.replaceChildren(document.querySelector('#cells .rows'))")
    sheets = printed(page)
    assert len(sheets) > 2
    assert [sheet.count(group) for sheet in sheets] == [1] * len(sheets)
    opened = shown(big_page)
    opened.unfold()
    assert opened.visible("#cells .of") == []


@pytest.mark.parametrize("which", ["gpu_page", "small_page"])
def test_what_matters_more_is_set_in_larger_letters(which, shown, request):
    page = shown(request.getfixturevalue(which), media="print").page
    script = "all => all.map(one => parseFloat(getComputedStyle(one).fontSize) * 72 / 96)"

    def sizes(what: str) -> list[float]:
        return page.locator(what).evaluate_all(script)

    assert max(sizes(".note:visible, .about")) < min(sizes(".words"))
    assert max(sizes(".words")) < min(sizes(".figure"))
    assert min(sizes("table:not(.dense):visible")) >= 8


@pytest.mark.parametrize("which", ["gpu_page", "crowded_page"])
def test_no_table_is_wider_than_a_sheet(which, shown, request):
    page = shown(request.getfixturevalue(which), width=PAPER[0], media="print").page
    edges = page.locator("table").evaluate_all("all => all.map(table => table.getBoundingClientRect().right)")
    assert len(edges) >= 10
    assert max(edges) <= PAPER[0]
