"""The page: findings, pictures and tables put into the template."""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gpubench.analysis.above import exceeding
from gpubench.analysis.case import device_in_words, the_device
from gpubench.analysis.findings import Findings
from gpubench.analysis.overview import Overview
from gpubench.analysis.quantity import seconds
from gpubench.analysis.speedup import BASE
from gpubench.results.summary import MIN_LAUNCHES
from gpubench_reports import tables
from gpubench_reports.canvas import Drawing, Key
from gpubench_reports.colour import by_backend
from gpubench_reports.gallery import gallery
from gpubench_reports.plain import visible
from gpubench_reports.recolour import recoloured
from gpubench_reports.table import Table
from gpubench_reports.tables.entries import device_title
from gpubench_reports.theme import DARK, LIGHT

FOLD_FROM = 60
"""A table of more rows than this is folded by group: thousands of cells stay readable."""

LONGEST = 26
"""So is one with a longer group than this: paper has room for so many rows of two lines under their title."""


@dataclass(frozen=True)
class Picture:
    """A drawing as two images, with the table of what it shows folded beneath.

    title, subtitle, keys: what a narrow screen shows in words of its own, with the class of each key's colour.
    narrow_light, narrow_dark, narrow_alt: the images for such a screen.
    """

    alt: str
    light: str
    dark: str
    title: str
    subtitle: str
    keys: tuple[tuple[str, str, str], ...]
    narrow_alt: str
    narrow_light: str
    narrow_dark: str
    table: Table


def page(findings: Findings) -> str:
    """The whole page as text."""
    environment = _environment(findings)
    style = environment.get_template("report.css.j2").render()
    script = environment.get_template("report.js.j2").render()
    return environment.get_template("report.html.j2").render(
        findings=findings,
        title=title(findings),
        style=Markup(style),  # noqa: S704  our own file, no value of a run is in it
        style_hash=_hash(style),
        script=Markup(script),  # noqa: S704  likewise
        script_hash=_hash(script),
        pictures=_pictures(findings),
        tables=_tables(findings),
        seconds=lambda value: seconds(value).text,
        about=about,
        device_title=partial(device_title, findings),
        the_device=partial(the_device, several=len(findings.devices) > 2),
        span=span,
        moment=moment,
        shell=shlex.join,
        min_launches=MIN_LAUNCHES,
        above=exceeding(findings),
        by_backend=by_backend(findings),
    )


def folded(table: Table) -> bool:
    """Whether a table is folded by group."""
    return len(table.groups) > 1 and (table.count > FOLD_FROM or table.longest > LONGEST)


def about(run: Overview) -> list[str]:
    """A run in a few words each: on what it was made, with what, how much of it, how long it took and when."""
    others = [(name, model) for name, model in run.devices if name != BASE and model]
    devices: dict[str, list[str]] = defaultdict(list)
    for name, model in others:
        devices[model].append(device_in_words(name, several=len(others) > 1))
    accelerators = [f"{', '.join(names)}: {model}" for model, names in devices.items()]
    backends = ", ".join(f"{name} {version}".strip() for name, version in run.backends)
    statuses = ", ".join(f"{count} {status}" for status, count in run.statuses)
    launches = "" if run.made_by else f"{run.launches} launch{'es' if run.launches != 1 else ''} each"
    took = "" if run.wall_s is None else f"measured in {span(run.wall_s)}"
    again = f", and {run.repeats} measured again for the noise floor" if run.repeats else ""
    first = run.cells - run.repeats
    cells = f"{first:,} cell{'s' if first != 1 else ''} planned{again}{f': {statuses}' if statuses else ''}"
    said = (run.processor.words, *accelerators, backends, cells, launches, took, moment(run.created))
    return [part for part in said if part]


def span(wall_s: float) -> str:
    """A run's duration: `3 min 20 s`."""
    minutes, left = divmod(round(wall_s), 60)
    if minutes < 1:
        return f"{left} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s"


def moment(text: str) -> str:
    """A moment as people write it; what is no ISO 8601 stays as it is."""
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC" if at.tzinfo else f"{at:%Y-%m-%d %H:%M}"


def title(findings: Findings) -> str:
    """The devices that were measured, by the names their makers gave them, the CPU with its cores."""
    models = [
        run.processor.title if name == BASE else model or name for run in findings.runs for name, model in run.devices
    ]
    programs = [run.made_by for run in findings.runs if run.made_by]
    return " and ".join(dict.fromkeys(models or programs)) or "nothing was measured"


def _environment(findings: Findings) -> Environment:
    environment = Environment(
        loader=PackageLoader("gpubench_reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=partial(_harmless, _sizes(findings)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"folded": folded, "fold_from": FOLD_FROM}
    return environment


def _sizes(findings: Findings) -> re.Pattern[str]:
    """What finds the name of an axis before a number, `n 64` or `n ≈ 64`, in a text of more than that."""
    cells = (*findings.cells, *findings.not_ok, *findings.latencies)
    names = sorted({cell.case.axis for cell in cells if cell.case.axis}, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?!^\S+ [\d,.]+$)({'|'.join(map(re.escape, names)) or '(?!)'})( (?:≈ )?)(?=\d)")


def _harmless(sizes: re.Pattern[str], value: Any) -> Any:
    """Every text that is put into the page, with what cannot be seen made visible; markup of our own as it is.

    A size stays in one line with the name of its axis; of one that is all of a text, that is up to the style sheet.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return sizes.sub(lambda found: found[1] + found[2].replace(" ", "\N{NO-BREAK SPACE}"), visible(value))


def _hash(text: str) -> str:
    """As a content security policy names what it allows."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _pictures(findings: Findings) -> dict[str, Any]:
    drawn = gallery(findings)
    growths = {
        workload: _picture(
            drawing,
            tables.growth(findings, [one for one in findings.growths if one.example.workload == workload]),
        )
        for workload, drawing in drawn.growth.items()
    }
    single = {
        "machines": (drawn.machines, tables.side_by_side),
        "speedup": (drawn.speedup, tables.speedups),
        "frameworks": (drawn.frameworks, tables.frameworks),
        "roofline": (drawn.roofline, tables.roofline),
        "distribution": (drawn.distribution, tables.distribution),
        "memory": (drawn.memory, tables.memory),
    }
    made = {name: drawing and _picture(drawing, table(findings)) for name, (drawing, table) in single.items()}
    return {**made, "growth": growths}


def _picture(drawing: Drawing, table: Table) -> Picture:
    wide, keys = drawing.keyed_svg(LIGHT)
    narrow = drawing.narrow_svg(LIGHT)
    told = tuple(found for one in keys for found in _told(one))
    return Picture(
        drawing.alt, _image(wide), _image(recoloured(wide, LIGHT, DARK)),
        drawing.title, drawing.narrow.subtitle or drawing.subtitle, told,
        drawing.narrow.alt or drawing.alt, _image(narrow), _image(recoloured(narrow, LIGHT, DARK)),
        table,
    )  # fmt: skip


_MARKS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼", "P": "+", "X": "×"}
"""Markers as letters."""


def _told(key: Key) -> Iterator[tuple[str, str, str]]:
    """A key in words, its mark and its class. A line's, which a narrow chart has none of, tells its colour if any."""
    place = LIGHT.palette.index(key.colour) if key.colour in LIGHT.palette else None
    if mark := _MARKS.get(key.marker):
        yield key.text, mark, "" if place is None else f"colour-{place}"
    elif place is not None:
        yield key.text, "", f"device device-{place}"


_TAG = re.compile(r"<[^<>]+>")
_KEPT = " !$'()*+,-./:;=?@[]_~{}"


def _image(svg: str) -> str:
    """As a URL that can stand in an attribute as it is, a quarter shorter than in base 64."""
    quoted = _TAG.sub(lambda tag: tag[0] if "'" in tag[0] else tag[0].replace('"', "'"), svg)
    return Markup(f"data:image/svg+xml,{quote(quoted, safe=_KEPT)}")  # noqa: S704  quoted: it holds no `"`, `&` or `<`


def _tables(findings: Findings) -> dict[str, Table]:
    return {
        "headline": tables.headline(findings),
        "cells": tables.cells(findings),
        "crossovers": tables.crossovers(findings),
        "ceilings": tables.ceilings(findings),
        "transfers": tables.transfers(findings),
        "not_ok": tables.not_ok(findings),
        "noise": tables.noise(findings),
        "overhead": tables.overhead(findings),
        "memory": tables.memory(findings),
        "energy": tables.energy(findings),
        "machines": tables.machines(findings),
        "means": tables.means(findings),
        "elsewhere": tables.elsewhere(findings),
        "histories": tables.histories(findings),
        "latencies": tables.latencies(findings),
    }
