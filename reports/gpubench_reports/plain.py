"""Free text made harmless to look at: names, reasons and facts come from files that anyone may have written."""

from __future__ import annotations

import re
import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_STEM = re.compile(r"[^A-Za-z0-9._-]+")


def visible(text: str) -> str:
    """The text with every control and formatting character shown as one replacement character.

    So a mark for right-to-left text reverses nothing after it, and a terminal's escape does nothing. Line ends and
    tabs become spaces.
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\r\t":
        return " "
    return _REPLACEMENT if unicodedata.category(character)[0] == "C" else character


def short(text: str, length: int) -> str:
    """At most `length` characters, the middle left out of what is longer."""
    if len(text) <= length:
        return text
    head = (length - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"


def stem(name: str) -> str:
    """A workload's name as part of a file name, on any file system."""
    return _STEM.sub("-", name).strip("-.")[:60] or "workload"
