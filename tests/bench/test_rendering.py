"""Which renderers draw, and what they are given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gpubench.errors import PluginError, UsageError
from gpubench.plugins import Found, Plugin
from gpubench.rendering import ON_REQUEST, rendering


class Drawn:
    """What each of five pretended renderers was given."""

    def __init__(self) -> None:
        self.given: dict[str, dict[str, Any]] = {}

    def plain(self, name: str) -> Any:
        def render(findings: object, folder: Path) -> list[Path]:
            self.given[name] = {}
            return [folder / name]

        return render

    def dots(self, findings: object, folder: Path, *, dpi: int = 150, themes: Sequence[str] = ("light",)) -> list[Path]:
        self.given["png"] = {"dpi": dpi, "themes": themes}
        return [folder / "png"]

    def lines(self, findings: object, folder: Path, *, themes: Sequence[str] = ("light",)) -> list[Path]:
        self.given["svg"] = {"themes": themes}
        return [folder / "svg"]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    made = Drawn()
    values = {
        "html": made.plain("html"), "markdown": made.plain("markdown"), "png": made.dots, "svg": made.lines,
        "theirs": made.plain("theirs"),
    }  # fmt: skip
    found = Found(
        {name: Plugin(name, value, "", "") for name, value in values.items()},
        {"pdf (pdf 1.5, pdf:render)": "ImportError: no cairo"},
    )
    monkeypatch.setattr("gpubench.rendering.find_reports", lambda *_: found)
    return made


def test_by_default_all_that_are_installed_draw_but_those_on_request(drawn: Drawn, tmp_path: Path) -> None:
    assert rendering().write(None, tmp_path) == [tmp_path / name for name in ("html", "png", "theirs")]
    assert drawn.given["png"] == {"dpi": 150, "themes": ("light",)}
    assert set(ON_REQUEST) == {"markdown", "svg"}


def test_those_that_are_named_draw_and_no_other(drawn: Drawn, tmp_path: Path) -> None:
    rendering(["svg", "html"]).write(None, tmp_path)
    assert list(drawn.given) == ["svg", "html"]


def test_an_option_goes_to_the_renderers_that_take_it(drawn: Drawn, tmp_path: Path) -> None:
    rendering(["html", "png", "svg"], dpi=300, themes=["dark", "light"]).write(None, tmp_path)
    assert drawn.given == {
        "html": {}, "png": {"dpi": 300, "themes": ("dark", "light")}, "svg": {"themes": ("dark", "light")},
    }  # fmt: skip


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize(
    ("wanted", "said", "hint"),
    [
        ({"formats": ["htm"]}, "no report format 'htm'; did you mean 'html'?", "html, markdown, png, svg, theirs"),
        ({"formats": ["csv"]}, "'csv' is no format of reports", "gpubench export RUN --format csv"),
        ({"formats": ["pdf"]}, "pdf 1.5, pdf:render) is broken: ImportError: no cairo", "another --format"),
        ({"themes": ["drak"]}, "no theme 'drak'; did you mean 'dark'?", "light and dark"),
        ({"dpi": 49}, "dpi 49: a number from 50 to 600 is expected", "150 is the default"),
        ({"dpi": 601}, "dpi 601: a number from 50 to 600 is expected", "150 is the default"),
        ({"dpi": 0}, "dpi 0: a number from 50 to 600 is expected", "150 is the default"),
        ({"formats": ["svg"], "dpi": 300}, "dots an inch are nothing to svg", "--format png"),
        ({"formats": ["html", "theirs"], "themes": ["dark"]}, "a theme is nothing to html and theirs", "--format png"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(wanted: dict[str, Any], said: str, hint: str) -> None:
    with pytest.raises(UsageError) as refusal:
        rendering(**wanted)
    assert said in refusal.value.message
    assert hint in refusal.value.hint
    assert isinstance(refusal.value, PluginError) == (wanted.get("formats") == ["pdf"])


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("dpi", [50, 600])
def test_the_bounds_of_dpi_are_allowed(dpi: int) -> None:
    assert rendering(dpi=dpi)
