"""Debian's Chromium, driven by Playwright: pages as their readers meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass
class Opened:
    """A page with all that it did: requests, complaints of the browser, dialogs."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def unfold(self) -> None:
        """Open every fold."""
        self.page.locator("details").evaluate_all("all => all.forEach(fold => { fold.open = true; })")

    def visible(self, selector: str) -> list[str]:
        """The texts of the elements that fit and are seen."""
        script = "all => all.filter(one => one.checkVisibility()).map(one => one.innerText)"
        texts: list[str] = self.page.locator(selector).evaluate_all(script)
        return texts

    def tab_to(self, selector: str) -> None:
        """Press Tab until an element that fits has the focus."""
        for _ in range(400):
            self.page.keyboard.press("Tab")
            if self.page.locator(f":focus{selector}").count():
                return
        raise AssertionError(f"no Tab leads to {selector}")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def shown(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a file as a reader would whose screen, theme, medium and scripts are so."""
    contexts = []

    def show(
        path: Path, *, width: int = 1280, scheme: Literal["light", "dark"] = "light",
        media: Literal["screen", "print"] = "screen", **options: Any,
    ) -> Opened:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, **options
        )
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.emulate_media(media=media, color_scheme=scheme)
        opened.page.goto(path.as_uri())
        return opened

    yield show
    for context in contexts:
        context.close()
