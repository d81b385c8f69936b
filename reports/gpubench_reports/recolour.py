"""A picture of one theme made one of another, without drawing it again."""

from __future__ import annotations

import re

from gpubench_reports.theme import Theme

_RULES = re.compile(r"(?s)<style.*?</style>")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def recoloured(svg: str, theme: Theme, other: Theme) -> str:
    """What a drawing's `svg` of the other theme is, from that of a theme, whose colours stand in its rules alone."""
    change = dict(zip(_colours(theme), _colours(other), strict=True))
    return _RULES.sub(lambda rules: _COLOUR.sub(lambda found: change.get(found[0], found[0]), rules[0]), svg, count=1)


def _colours(theme: Theme) -> tuple[str, ...]:
    return (theme.paper, theme.ink, theme.quiet, theme.grid, *theme.palette)
