"""What axe-core finds that keeps people out: nothing serious, on any screen, in any colours, on paper."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

GRAVE = ("serious", "critical")


def grave(page) -> list[tuple[str, str]]:
    """Rule and place of each serious or critical finding."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], node["html"][:200]) for one in found if one["impact"] in GRAVE for node in one["nodes"]]


@pytest.mark.parametrize(("scheme", "media"), [("light", "screen"), ("dark", "screen"), ("dark", "print")])
def test_the_page_is_open_to_all(scheme, media, small_page, shown):
    opened = shown(small_page, scheme=scheme, media=media)
    opened.unfold()
    opened.page.locator("#headline th button").first.click()
    for width in (360, 1280, 1920):
        opened.page.set_viewport_size({"width": width, "height": 900})
        assert grave(opened.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_so_is_that_of_a_run_in_which_much_went_wrong(scheme, cpu_page, shown):
    opened = shown(cpu_page, scheme=scheme)
    opened.page.locator("#cells input").fill("torch")
    assert grave(opened.page) == []


def test_a_page_that_keeps_people_out_would_be_seen(small_page, shown, tmp_path):
    """So that finding nothing means something."""
    broken = tmp_path / "broken.html"
    text = small_page.read_text(encoding="utf-8")
    text = text.replace("--quiet: light-dark(#556170", "--quiet: light-dark(#c5c1c0")
    broken.write_text(text.replace("<main>", "<main><button></button>"), "utf-8")
    assert {rule for rule, _ in grave(shown(broken, bypass_csp=True).page)} == {"button-name", "color-contrast"}
