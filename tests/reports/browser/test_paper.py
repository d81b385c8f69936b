"""What Chromium prints, read out of its PDF."""

from __future__ import annotations

import re
import unicodedata
import zlib

import pytest

PAPER = (1032, 703)
"""Pixels of a sheet of A4, landscape, less its margins."""


def printed(page) -> list[str]:
    """The text of each sheet without spaces, in the order in which it is painted."""
    made = page.pdf(format="A4", prefer_css_page_size=True)
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


@pytest.mark.parametrize(
    ("sections", "width", "height"), [(":not(:has(.tall))", *PAPER), (":has(.tall)", *PAPER[::-1])]
)
def test_charts_are_as_large_as_a_sheet(sections, width, height, gpu_page, shown):
    page = shown(gpu_page, width=width, media="print").page
    images = page.locator(f"section{sections} figure img:visible")
    script = "all => all.map(one => [one.offsetWidth, one.offsetHeight, one.naturalWidth / one.naturalHeight])"
    sizes = images.evaluate_all(script)
    assert sizes
    for across, down, ratio in sizes:
        assert min(across, down * ratio) > 0.95 * width or down > 0.75 * height, "of its width, or its height"
        assert down < 0.9 * height, "with room for its heading"


def test_a_sheet_with_a_tall_chart_stands_and_others_lie(gpu_page, shown):
    page = shown(gpu_page, media="print").page
    boxes = re.findall(rb"/MediaBox \[0 0 (\d+)\S* (\d+)", page.pdf(format="A4", prefer_css_page_size=True))
    stands = [int(width) < int(height) for width, height in boxes]
    assert stands.count(True) >= page.locator("section:has(.tall)").count() > 0
    assert stands.count(False) > 3
