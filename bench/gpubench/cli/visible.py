"""Free text made harmless to print: names, reasons and facts come from files that anyone may have written."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def visible(text: str) -> str:
    """The text with every control and formatting character but the end of a line shown as a replacement character.

    So a terminal's escape does nothing, and a mark for right-to-left text reverses nothing after it.
    """
    return "".join(
        _REPLACEMENT if unicodedata.category(character)[0] == "C" and character != "\n" else character
        for character in text
    )


def one_line(text: str) -> str:
    """The same on one line, with single spaces: a name can't pass for a line that this program wrote."""
    return visible(" ".join(text.split()))
