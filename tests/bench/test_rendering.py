"""Which renderers draw, and what they are given."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gpubench.errors import PluginError, ReportError, StorageError, UsageError
from gpubench.plugins import Found, Plugin
from gpubench.rendering import ON_REQUEST, rendering


def touched(file: Path) -> list[Path]:
    file.touch()
    return [file]


class Drawn:
    """What each of five pretended renderers was given."""

    def __init__(self) -> None:
        self.given: dict[str, dict[str, Any]] = {}

    def plain(self, name: str) -> Any:
        def render(findings: object, folder: Path) -> list[Path]:
            self.given[name] = {}
            return touched(folder / name)

        return render

    def dots(self, findings: object, folder: Path, *, dpi: int = 150, themes: Sequence[str] = ("light",)) -> list[Path]:
        self.given["png"] = {"dpi": dpi, "themes": themes}
        return touched(folder / "png")

    def lines(self, findings: object, folder: Path, *, themes: Sequence[str] = ("light",)) -> list[Path]:
        self.given["svg"] = {"themes": themes}
        return touched(folder / "svg")


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


Raising = Callable[[Path], object]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Raising], None]:
    """Installs a renderer `mine` that does so, and one after it that writes a file."""

    def install(done: Raising) -> None:
        values = {"mine": lambda findings, folder: done(folder), "after": Drawn().plain("after")}
        found = Found({name: Plugin(name, value, "", f"{name} 1.5") for name, value in values.items()})
        monkeypatch.setattr("gpubench.rendering.find_reports", lambda *_: found)

    return install


def _raised(error: OSError) -> list[Path]:
    raise error


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (lambda folder: sys.exit(), "SystemExit$"),
        (lambda folder: sys.exit(3), "SystemExit: 3"),
        (lambda folder: Path("/nosuch/page.tmpl").read_text(), "FileNotFoundError: .*page.tmpl"),
        (lambda folder: (folder / "below" / "x.txt").write_text("x"), "FileNotFoundError: .*below/x.txt"),
        (lambda folder: _raised(TimeoutError("no answer")), "TimeoutError: no answer"),
        (lambda folder: [folder / "never.txt"], "FileNotFoundError: it returned .*/never.txt, and did not write that"),
        (lambda folder: None, "TypeError: .*NoneType"),
    ],
    ids=["exits", "exits with a code", "its template", "a folder it forgot", "no file", "not written", "no list"],
)
def test_a_renderer_that_fails_is_named_and_stops_no_other(
    broken: Callable[[Raising], None], tmp_path: Path, done: Raising, said: str
) -> None:
    broken(done)
    with pytest.raises(ReportError, match=rf"the report 'mine' of mine 1\.5 failed: {said}") as failure:
        rendering().write(None, tmp_path)
    assert failure.value.written == [tmp_path / "after"]


@pytest.mark.parametrize(
    "done",
    [
        lambda folder: _raised(OSError(errno.ENOSPC, "No space left on device")),
        lambda folder: _raised(PermissionError(errno.EACCES, "Permission denied", str(folder / "x.txt"))),
        lambda folder: _raised(OSError(errno.ENOSPC, "No space left on device", bytes(folder / "x.txt"))),
    ],
    ids=["no file named", "a file of the folder", "in bytes"],
)
def test_where_the_folder_cannot_be_written_it_is_the_storage_that_fails(
    broken: Callable[[Raising], None], tmp_path: Path, done: Raising
) -> None:
    broken(done)
    with pytest.raises(StorageError, match=f"cannot write the report to {tmp_path}: "):
        rendering().write(None, tmp_path)


def test_files_may_be_named_in_text(broken: Callable[[Raising], None], tmp_path: Path) -> None:
    broken(lambda folder: [str(file) for file in touched(folder / "mine")])
    assert rendering().write(None, tmp_path) == [tmp_path / "mine", tmp_path / "after"]
