"""Which renderers draw, and what they are given."""

from __future__ import annotations

import errno
import shutil
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


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Installs renderers by name, `html` as one that ships: each does so with its folder and returns files."""

    def install(**done: Raising) -> None:
        origins = {"html": "gpubench-suite 0.1.0"}
        plugins = {
            name: Plugin(name, lambda findings, folder, do=do: do(folder), "", origins.get(name, f"{name} 1.5"))
            for name, do in done.items()
        }
        monkeypatch.setattr("gpubench.rendering.find_reports", lambda *_: Found(plugins))

    return install


def _writes(name: str, text: str) -> Raising:
    def written(folder: Path) -> list[Path]:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return [folder / name]

    return written


@pytest.mark.parametrize("order", [["html", "mine"], ["mine", "html"]])
@pytest.mark.parametrize("spoils", [_writes("plots/x.html", "mine"), lambda folder: shutil.rmtree(folder / "plots")])
def test_a_report_that_ships_is_put_back_where_one_of_somebodys_wrote_over_it(
    beside: Callable[..., None], tmp_path: Path, order: list[str], spoils: Raising
) -> None:
    def mine(folder: Path) -> list[Path]:
        spoils(folder)
        return touched(folder / "mine")

    beside(mine=mine, html=_writes("plots/x.html", "the page"))
    said = r"the report 'mine' of mine 1\.5 failed: .* wrote over .*/plots/x\.html of the report 'html', which was put"
    with pytest.raises(ReportError, match=said) as failure:
        rendering(order).write(None, tmp_path)
    assert failure.value.written == [tmp_path / "plots" / "x.html", tmp_path / "mine"]
    assert failure.value.exit_code == 2
    assert (tmp_path / "plots" / "x.html").read_text(encoding="utf-8") == "the page"


def test_of_two_of_somebodys_the_first_keeps_its_file(beside: Callable[..., None], tmp_path: Path) -> None:
    def spoils_and_fails(folder: Path) -> list[Path]:
        _writes("x.txt", "third")(folder)
        raise ZeroDivisionError

    beside(one=_writes("x.txt", "first"), two=_writes("x.txt", "second"), three=spoils_and_fails)
    with pytest.raises(ReportError, match=r"'two' of two 1\.5 failed: .*x\.txt of the report 'one'") as failure:
        rendering().write(None, tmp_path)
    assert failure.value.written == [tmp_path / "x.txt"]
    assert (tmp_path / "x.txt").read_text(encoding="utf-8") == "first"


def test_what_lay_there_before_is_drawn_anew(beside: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("of yesterday", encoding="utf-8")
    beside(html=_writes("report.html", "the page"), mine=_writes("mine.txt", "of today"))
    assert rendering().write(None, tmp_path) == [tmp_path / "report.html", tmp_path / "mine.txt"]
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "of today"
