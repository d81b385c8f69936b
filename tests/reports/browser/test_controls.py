"""Sorting, filtering and the theme, with no hand on a mouse."""

from __future__ import annotations

import pytest

ROWS = "#cells tbody tr:not(.group)"


def values(page, selector: str) -> list[float]:
    """What the cells of a column sort by, in the order in which they stand."""
    found = page.locator(selector).evaluate_all("all => all.map(cell => cell.dataset.value ?? '')")
    return [float(value) for value in found if value]


def test_a_table_is_sorted_by_a_column_and_put_back(gpu_page, shown):
    opened = shown(gpu_page)
    page, column = opened.page, "#headline td.main"
    before = values(page, column)
    assert before not in (sorted(before), sorted(before, reverse=True))
    head = page.locator("#headline th", has_text="Step time")
    opened.tab_to(":is(#headline button):text('Step time')")
    page.keyboard.press("Enter")
    assert values(page, column) == sorted(before)
    assert head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert values(page, column) == sorted(before, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Enter")
    assert values(page, column) == before
    assert head.get_attribute("aria-sort") is None


def test_an_arrow_stands_on_a_line_with_a_word_however_little_room_there_is(gpu_page, shown):
    script = """all => all.map(one => {
      Object.assign(one.style, {display: 'block', width: 0, lineHeight: '20px', overflowWrap: 'normal'});
      return [one.textContent.trim().split(' ').length, Math.round(one.clientHeight / 20)];
    })"""
    found = shown(gpu_page).page.locator("#roofline > .rows thead button").evaluate_all(script)
    assert max(words for words, _ in found) > 1
    assert [lines for _, lines in found] == [words for words, _ in found]


def test_sizes_sort_as_numbers_and_rows_stay_below_their_workload(gpu_page, shown):
    """n 64 before n 1024."""
    page = shown(gpu_page).page
    group = page.locator("#cells tbody", has=page.locator(".group", has_text="matmul"))
    sizes = page.locator("#cells th button", has_text="Size")
    for descending in (False, True):
        sizes.click()
        texts = group.locator("td.size").all_inner_texts()
        assert texts == sorted(texts, key=lambda text: int(text.split()[1]), reverse=descending)
        assert group.locator("tr").first.get_attribute("class") == "group"


def test_what_is_missing_stands_last_whichever_way_the_others_are_sorted(gpu_page, shown):
    page = shown(gpu_page).page
    group = page.locator("#cells tbody", has=page.locator(".group", has_text="matmul"))
    memory = page.locator("#cells th button", has_text="Device memory")
    for _ in range(2):
        memory.click()
        told = group.locator("td[data-label='Device memory']").all_inner_texts()
        assert 0 < told.index("–") == len(told) - told.count("–")


def test_a_crowded_table_sorts_by_its_figures_alone(crowded_page, shown):
    """Four rows have no throughput, and items a second below that."""
    page = shown(crowded_page).page
    group = page.locator("#cells tbody", has=page.locator(".group", has_text="matmul"))
    for descending in (False, True):
        page.locator("#cells th button", has_text="Throughput").click()
        rates = group.locator("td[data-label=Throughput]")
        told = [float(value) for value in rates.evaluate_all("all => all.map(one => one.dataset.value)") if value]
        assert len(set(told)) > 2
        assert told == sorted(told, reverse=descending)
        assert [text.startswith("–") for text in rates.all_inner_texts()] == [False] * len(told) + [True] * 4
        assert "rows/s" in rates.last.inner_text()


def test_rows_are_found_by_several_words(gpu_page, shown):
    opened = shown(gpu_page)
    page = opened.page
    every = len(opened.visible(ROWS))
    opened.tab_to(":is(#cells input)")
    page.keyboard.type("TensorFlow matmul gpu")
    left = opened.visible(ROWS)
    assert 0 < len(left) < every
    assert all("tensorflow" in row and "GPU" in row for row in left)
    assert opened.visible("#cells output") == [f"{len(left)} of {every} rows"]
    assert opened.visible("#cells .group") == ["matmul"]
    page.keyboard.type(" nowhere")
    assert opened.visible("#cells output") == [f"0 of {every} rows"]
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    assert len(opened.visible(ROWS)) == every
    assert page.locator("#cells output").inner_text() == ""


def test_a_filter_knows_what_all_rows_have_in_common(cpu_page, shown):
    """The column of the device is left out where it says CPU in every row."""
    opened = shown(cpu_page)
    every = len(opened.visible(ROWS))
    opened.page.locator("#cells input").fill("cpu float32")
    assert opened.visible("#cells output") == [f"{every} of {every} rows"]


def test_a_size_is_found_that_stands_in_one_line_with_its_name(cpu_page, shown):
    opened = shown(cpu_page)
    box = opened.page.locator("#headline .rows, #distribution .rows").filter(has=opened.page.locator("input")).first
    wanted = box.locator("tbody td", has_text="n\N{NO-BREAK SPACE}2048")
    assert wanted.count() > 0
    opened.unfold()
    box.locator("input").fill("n 2048")
    rows = box.locator("tbody tr:visible")
    assert 0 < rows.count() == wanted.count() < box.locator("tbody tr").count()


def test_a_filter_opens_the_folds_that_hold_a_match_and_closes_them_again(big_page, shown):
    opened = shown(big_page)
    search = opened.page.locator("#cells input")
    search.fill("l42 torch")
    assert len(opened.visible(ROWS)) == 3
    assert opened.visible("#cells details .title") == ["w2"]
    search.fill("")
    assert opened.page.locator("#cells details[open]").count() == 0
    assert opened.visible(ROWS) == []


def test_sorting_a_folded_table_sorts_all_its_folds(big_page, shown):
    opened = shown(big_page)
    opened.unfold()
    folds = opened.page.locator("#cells details")
    folds.nth(1).get_by_role("button", name="Step time").press("Enter")
    for place in range(5):
        steps = values(opened.page, f"#cells details:nth-of-type({place + 1}) td.main")
        assert len(steps) == 120
        assert steps == sorted(steps)
    assert opened.page.locator("#cells th[aria-sort=ascending]").count() == 5


@pytest.mark.parametrize(
    ("system", "key", "paper"), [("light", "d", "rgb(14, 19, 27)"), ("dark", "l", "rgb(245, 247, 249)")]
)
def test_the_theme_is_chosen_against_the_system_s_and_pictures_follow(system, key, paper, small_page, shown):
    opened = shown(small_page, scheme=system)
    page = opened.page

    def background() -> str:
        return page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")

    def pictures() -> set[str]:
        return set(page.locator("figure img:visible").evaluate_all("all => all.map(image => image.className)"))

    before = background()
    assert (before != paper, pictures()) == (True, {f"on-{system}"})
    opened.tab_to("#theme")
    page.keyboard.press(key)
    assert (background(), pictures()) == (paper, {"on-dark" if key == "d" else "on-light"})
    page.keyboard.press("Home")
    assert (background(), pictures()) == (before, {f"on-{system}"})


def test_a_dark_theme_prints_on_white(small_page, shown):
    page = shown(small_page).page
    page.locator("#theme").select_option("dark")
    page.emulate_media(media="print")
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("img.on-dark:visible").count() == 0


def test_long_tables_have_a_filter_and_short_ones_none(gpu_page, shown):
    script = "all => all.map(one => [one.querySelectorAll('td:first-child').length, !!one.querySelector('input')])"
    found = shown(gpu_page).page.locator(".rows").evaluate_all(script)
    assert {filtered for _, filtered in found} == {True, False}
    assert all(filtered == (rows >= 15) for rows, filtered in found)


def test_whoever_asks_what_is_flagged_finds_the_doubts_unfolded(small_page, shown):
    page = shown(small_page).page
    folds = page.locator("#problems details")
    assert folds.count() > page.locator("#problems details[open]").count() == 0
    page.locator("a[href='#flags']:visible").first.click()
    opened = page.locator("#problems details[open] summary").all_inner_texts()
    assert [text for text in opened if text.startswith("drift:")]
    assert page.locator("#problems li:visible").count() > 0


def test_the_arrow_of_a_heading_stands_within_it(crowded_page, gpu_page, shown):
    """None of a button's ink lies beyond its column, where it would be taken for the next one's."""
    for path in (crowded_page, gpu_page):
        opened = shown(path)
        opened.unfold()
        script = "all => all.map(one => [getComputedStyle(one, '::after').position, one.scrollWidth - one.clientWidth])"
        found = opened.page.locator("thead button").evaluate_all(script)
        assert len(found) > 50
        assert {(position, beyond) for position, beyond in found} == {("static", 0)}
