"""An SVG without what nobody sees: half of what matplotlib writes of a picture."""

from __future__ import annotations

import re
from collections.abc import Callable

_TAG = re.compile(r"<[^<>]+>")
"""In text and attributes of matplotlib's, `<` and `>` are always escaped: whatever a label says, it is no tag."""
_LINES = re.compile(r"\s*\n\s*")
_NAMED = re.compile(r' id="(?:figure|axes|patch|text|line2d|[xy]tick|\w+Collection|legend|matplotlib\.axis)_\d+"')
"""What matplotlib calls each thing that it draws, which nothing refers to."""
_REFERRED = re.compile(r'( id="|#)([mp][0-9a-f]{10})\b')
"""What it calls markers and clipping paths, which are referred to."""
_UNTURNED = re.compile(r' transform="rotate\(-?0 [^"]*"')
_PLACES = re.compile(r'\b(d|x|y|points)="([^"]*)"')
_LONG_FRACTION = re.compile(r"(-?\d+\.\d)\d+")
_COMMAND = re.compile(r" ?([A-Za-z]) ?")
_PATH = re.compile(r' d="([^"]*)"')
_PIECE = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_STYLE = re.compile(r' style="([^"]*)"')
_FONT = "font-family: 'DejaVu Sans'; "
_FONTS = "text{font-family: 'DejaVu Sans', Verdana, sans-serif}"


def slim(svg: str) -> str:
    """The element `svg` of a file of matplotlib's, in one line, drawn as before but for tenths of a point.

    Its styles become classes, its references short, and groups without a property are opened.
    """
    classes: dict[str, str] = {}
    names: dict[str, str] = {}

    def tag(found: re.Match[str]) -> str:
        text = _UNTURNED.sub("", _NAMED.sub("", found[0])).replace(_FONT, "")
        text = _REFERRED.sub(lambda one: one[1] + names.setdefault(one[2], f"{one[2][0]}{len(names)}"), text)
        text = _PLACES.sub(lambda one: f'{one[1]}="{_rounded(one[2])}"', text)
        text = _PATH.sub(lambda one: f' d="{_level(one[1])}"', text).replace("xlink:href", "href")
        return _STYLE.sub(lambda one: f' class="{classes.setdefault(one[1], f"s{len(classes)}")}"', text)

    line = _LINES.sub(" ", svg[svg.index("<svg") :].strip()).replace("> <", "><")
    element = _TAG.sub(_opened(), _TAG.sub(tag, line))
    rules = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    return element.replace("</style>", f"{_FONTS}{rules}</style>", 1)


def _rounded(numbers: str) -> str:
    """Coordinates to a tenth of a point, which no eye can tell, and no space about the commands of a path."""
    return _COMMAND.sub(r"\1", _LONG_FRACTION.sub(r"\1", numbers)).strip()


def _level(path: str) -> str:
    """Lines of a path that run along an axis, as the one coordinate that changes; anything else as it is."""
    shorter, before = [], ("", "")
    for command, places in _PIECE.findall(path):
        at = tuple(places.split())
        along = [name + new for name, new, old in zip("HV", at, before, strict=False) if command == "L" and new != old]
        shorter.append(along[0] if len(along) == 1 and len(at) == 2 else command + places)
        before = at if len(at) == 2 else ("", "")
    return "".join(shorter)


def _opened() -> Callable[[re.Match[str]], str]:
    """Of the tags of an element, in order, each as it is, and nothing for a group without a property."""
    kept: list[bool] = []

    def tag(found: re.Match[str]) -> str:
        text = found[0]
        bare, ends = text in ("<g>", "<g/>"), text.endswith("/>")
        if text == "</g>":
            return text if kept.pop() else ""
        if not ends and (bare or text.startswith("<g ")):
            kept.append(not bare)
        return "" if bare else text

    return tag
