"""A results file that anyone may have written does nothing in the browser of who looks at its report."""

from __future__ import annotations


def test_hostile_texts_do_nothing(hostile_page, shown):
    opened = shown(hostile_page)
    page = opened.page
    opened.unfold()
    assert opened.dialogs == []
    assert opened.requests == [hostile_page.as_uri()]
    assert opened.complaints == []
    assert page.evaluate("() => window.struck") is None


def test_hostile_texts_make_no_element(hostile_page, shown):
    page = shown(hostile_page).page
    assert page.locator("script").count() == page.locator("style").count() == 1
    assert page.locator("svg, iframe, object, embed, form, base, link").count() == 0
    assert page.locator("img").count() == page.locator("figure img.on-light, figure img.on-dark").count() > 0
    assert page.locator("a:not([href^='#'])").count() == 0
    handlers = "all => all.filter(one => one.getAttributeNames().some(name => name.startsWith('on'))).length"
    assert page.locator("*").evaluate_all(handlers) == 0


def test_hostile_texts_are_readable_and_turn_nothing_around(hostile_page, shown):
    page = shown(hostile_page).page
    text = page.locator("body").inner_text()
    assert "<script>window.struck = 1; alert(1)</script>" in text
    assert "{{ 7 * 7 }}{% raw %}" in text
    assert not set(text) & set("\u202e\u2066\x00\x07\x1b")


def test_sorting_and_filtering_hostile_rows_does_nothing_either(hostile_page, shown):
    opened = shown(hostile_page)
    page = opened.page
    page.locator("#cells thead button").first.click()
    page.locator("#cells input").first.fill("<img src=x onerror=alert(5)>")
    assert (opened.dialogs, opened.complaints) == ([], [])
    assert page.evaluate("() => window.struck") is None
