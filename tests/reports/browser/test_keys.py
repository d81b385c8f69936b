"""The legend of a chart on a telephone."""

from __future__ import annotations


def test_the_mark_of_a_colour_is_a_bar_since_a_square_is_a_framework(gpu_page, shown) -> None:
    page = shown(gpu_page, width=360).page
    size = "one => ['width', 'height'].map(side => parseFloat(getComputedStyle(one, '::before')[side]))"
    keys = page.locator(".keys .device").all()
    assert "■ tensorflow" in page.locator("#speedup .keys").inner_text()
    assert len(keys) >= 2
    for width, height in (key.evaluate(size) for key in keys):
        assert width > 3 * height > 6
