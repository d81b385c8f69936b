"""What a reader's browser shows: everything, with scripts and without, on every screen and on paper."""

from __future__ import annotations

import io

import matplotlib.image
import numpy as np
import pytest

WIDTHS = (360, 1280, 1920)
WHITE = "rgb(255, 255, 255)"


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page"])
@pytest.mark.parametrize("script", [True, False])
def test_it_asks_for_nothing_and_the_browser_has_no_complaint(which, script, shown, request):
    path = request.getfixturevalue(which)
    opened = shown(path, java_script_enabled=script)
    opened.page.get_by_role("heading", name="How to read this").wait_for()
    assert opened.requests == [path.as_uri()]
    assert opened.complaints == []


def test_a_page_that_asks_for_something_would_be_seen(small_page, shown, tmp_path):
    """So that the silence above means something."""
    broken = tmp_path / "broken.html"
    text = small_page.read_text(encoding="utf-8")
    broken.write_text(text.replace("<main>", '<main style="color: red"><img src="http://127.0.0.1:9/x.png">'), "utf-8")
    opened = shown(broken)
    assert len([said for said in opened.complaints if "Content Security Policy" in said]) == 2


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("scheme", "paper"), [("light", (255, 255, 255)), ("dark", (22, 28, 38))])
def test_every_chart_is_drawn_in_the_colours_of_the_page(scheme, paper, width, gpu_page, shown):
    page = shown(gpu_page, width=width, scheme=scheme).page
    boxes = [image.bounding_box() for image in page.locator("figure img:visible").all()]
    assert len(boxes) == page.locator("figure").count() >= 7
    whole = matplotlib.image.imread(io.BytesIO(page.screenshot(full_page=True)))[..., :3]
    for box in boxes:
        top, left, height, width = (round(box[side]) for side in ("y", "x", "height", "width"))
        assert min(height, width) > 200
        pixels = np.round(255 * whole[top : top + height, left : left + width]).astype(int)
        assert tuple(pixels[10, -10]) == paper
        assert len(np.unique(pixels @ (1, 256, 65536))) > 50, "a picture of one colour is none"


def test_without_javascript_all_is_there_and_nothing_pretends_to_work(gpu_page, shown):
    opened = shown(gpu_page, java_script_enabled=False)
    opened.unfold()
    rows = opened.page.locator("tbody tr").count()
    assert rows > 100
    assert len(opened.visible("tbody tr")) == rows
    assert opened.page.locator("button, input, select").count() == 0


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page", "hostile_page"])
def test_the_page_itself_never_scrolls_sideways(which, shown, request):
    page = shown(request.getfixturevalue(which)).page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_a_phone_shows_each_row_with_its_figure_first(gpu_page, shown):
    page = shown(gpu_page, width=360).page
    row = page.locator("#headline tbody tr").first
    figure, interval = row.locator("td.main").bounding_box(), row.locator("td.main + td.aside").bounding_box()
    for box in (figure, interval):
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 360
    assert abs(figure["y"] - row.bounding_box()["y"]) < 20
    script = "cell => getComputedStyle(cell, '::before').content"
    assert "Latency" in row.locator("[data-label=Latency]").evaluate(script)
    script = "all => all.map(box => [box.scrollWidth > box.clientWidth, box.ariaLabel])"
    found = page.locator(".wide:has(table)").evaluate_all(script)
    assert len(found) > 8
    assert [label for cut, label in found if cut] == []


@pytest.mark.parametrize("which", ["gpu_page", "cpu_page", "small_page", "big_page"])
def test_the_first_answer_stands_on_the_first_screen_of_a_phone(which, shown, request):
    """360 by 640 pixels, of which the browser takes some."""
    box = shown(request.getfixturevalue(which), width=360).page.locator(".verdicts .figure").first.bounding_box()
    assert box["y"] + box["height"] < 500


@pytest.mark.parametrize(("which", "least"), [("cpu_page", 4), ("gpu_page", 7)])
def test_a_phone_shows_the_whole_of_each_chart_with_letters_of_a_size_to_read(which, least, shown, request):
    page = shown(request.getfixturevalue(which), width=360).page
    figures = page.locator("figure").all()
    assert len(figures) >= least
    for figure in figures:
        (chart,) = figure.locator("img:visible").all()
        box = chart.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 360
        inches = chart.evaluate("one => one.naturalWidth") / 96
        assert box["width"] / inches / 72 * 8.5 > 10, "pixels of its smallest letters"
        for part in figure.locator(".narrow > :not(img), .keys li").all():
            told = part.bounding_box()
            assert 0 <= told["x"] <= told["x"] + told["width"] <= 360, part.inner_text()
            assert told["y"] + told["height"] <= box["y"], "before the chart"
    keys = page.locator("#growth .keys").first.locator("li").all_inner_texts()
    assert keys[0] == "● torch (eager), CPU"
    colours = "all => all.map(one => getComputedStyle(one).color)"
    assert len(set(page.locator("#growth .keys").first.locator("span").evaluate_all(colours))) == 2


def test_nothing_is_drawn_twice(gpu_page, shown):
    page = shown(gpu_page).page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for figure in page.locator("figure").all():
            assert figure.locator("img:visible").count() == 1


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page", "crowded_page"])
def test_a_screen_of_1280_pixels_needs_no_swiping(which, shown, request):
    opened = shown(request.getfixturevalue(which))
    opened.unfold()
    page = opened.page
    assert not page.locator(".narrow").first.is_visible()
    script = "all => all.map(box => [box.scrollWidth - box.clientWidth, box.ariaLabel])"
    found = page.locator(".wide").evaluate_all(script)
    assert len(found) >= 10
    assert [(beyond, what) for beyond, what in found if beyond > 0] == []


def test_a_crowded_table_has_its_intervals_below_its_figures(crowded_page, shown):
    page = shown(crowded_page).page
    head = [text.split("\n") for text in page.locator("#cells thead th").all_inner_texts()]
    assert ["Step time", "95 % interval"] in [[line for line in lines if line] for lines in head]
    cell = page.locator("#cells td.main").first
    figure, interval = cell.bounding_box(), cell.locator(".aside").bounding_box()
    assert interval["y"] > figure["y"] + 10
    assert interval["x"] + interval["width"] <= figure["x"] + figure["width"] + 1
    assert page.locator("#cells tbody tr").last.locator("td").count() == len(head)


@pytest.mark.parametrize("which", ["gpu_page", "crowded_page"])
def test_on_paper_all_is_on_white_and_no_table_is_cut(which, shown, request):
    """As wide as A4 is long, less its margins; looked at on a dark screen before."""
    opened = shown(request.getfixturevalue(which), width=1032, scheme="dark")
    page = opened.page
    page.emulate_media(media="print")
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == WHITE
    assert (page.locator("img.on-dark:visible").count(), page.locator("img.on-light:visible").count() > 3) == (0, True)
    edges = page.locator("table").evaluate_all("all => all.map(table => table.getBoundingClientRect().right)")
    assert len(edges) >= 10
    assert max(edges) <= 1032
    assert opened.visible(".filter, .theme, nav, .narrow") == []


def test_on_paper_every_cell_is_unfolded(big_page, shown):
    opened = shown(big_page, media="print")
    assert opened.page.locator("#cells details:not([open]) td").first.bounding_box()["height"] > 5


@pytest.mark.parametrize("width", WIDTHS)
def test_cards_leave_no_hole(width, small_page, shown):
    page = shown(small_page, width=width).page
    script = """(list, count) => {
      const card = list.firstElementChild;
      list.replaceChildren(...Array.from({length: count}, () => card.cloneNode(true)));
      return [...list.children].map(one => one.getBoundingClientRect()).map(box => [box.top, box.width]);
    }"""
    for count in range(1, 7):
        rows: dict[float, list[float]] = {}
        for top, card in page.locator(".verdicts").evaluate(script, count):
            rows.setdefault(top, []).append(card)
        whole = page.locator(".verdicts").bounding_box()["width"]
        for cards in rows.values():
            assert sum(cards) + 16 * (len(cards) - 1) == pytest.approx(whole, abs=1)
            assert len(cards) > 1 or count == 1 or width == 360, "no card alone in its row"


def test_what_concerns_half_of_the_cells_stands_before_the_answers(small_page, shown):
    """There every cell has drifted, and one of many ran out of memory."""
    page = shown(small_page).page
    first, rest = (page.get_by_role("note", name=f"Before you {what}") for what in ("read a verdict", "believe a num"))
    said = first.inner_text(), rest.inner_text()
    assert ["drift" in text for text in said] == [True, False]
    assert ["ran out of memory" in text for text in said] == [False, True]
    answers = page.locator(".verdicts").bounding_box()["y"]
    assert first.bounding_box()["y"] < answers < rest.bounding_box()["y"]


def test_paper_is_spared_what_charts_and_counts_say_unless_it_was_opened(small_page, shown):
    page = shown(small_page, media="print").page
    for section in ("growth", "memory", "speedup", "frameworks", "distribution"):
        assert page.locator(f"#{section} figcaption").count(), section
        assert page.locator(f"#{section} figcaption td:visible").count() == 0, section
    assert page.locator("#cells td:visible").count() > 10
    assert page.locator("#problems summary:visible").count() > 0
    page.locator("#growth details").evaluate_all("all => all.forEach(fold => { fold.open = true; })")
    assert page.locator("#growth figcaption td:visible").count() > 0


@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_above_its_ceiling_is_told_in_sight(width, gpu_page, gpu_findings, crowded_page, shown):
    above = [one for one in gpu_findings.placements if one.share > 1.05]
    assert above
    (said,) = shown(gpu_page, width=width).visible("#roofline > .note")
    for one in above:
        assert one.cell.case.name in said.replace("\N{NO-BREAK SPACE}", " ")
        assert one.words in said
    within = shown(crowded_page, width=width)
    assert within.visible("#roofline figure")
    assert within.visible("#roofline > .note") == []


def test_it_prints(small_page, shown):
    printed = shown(small_page).page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") >= 3


def test_hundreds_of_cells_are_folded_by_workload(big_page, shown):
    opened = shown(big_page)
    assert opened.page.locator("#cells details").count() == 5
    assert opened.page.locator("#cells tbody tr").count() == 600
    assert opened.visible("#cells tbody tr") == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_option_of_a_command_is_broken_behind_its_hyphens(width, cpu_page, shown):
    page = shown(cpu_page, width=width).page
    words = page.locator("code .whole:visible", has_text="--").all()
    assert words
    for word in words:
        assert word.evaluate("word => word.getClientRects().length") == 1
        assert word.bounding_box()["height"] < 30
