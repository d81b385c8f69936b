"""Who has a colour of their own: devices where there are several, else backends."""

from __future__ import annotations

import re

import pytest

from gpubench.analysis.analyse import analyse
from gpubench_reports.colour import colour, limit_colour
from gpubench_reports.gallery import gallery
from gpubench_reports.theme import DARK, LIGHT

FIRST, SECOND = LIGHT.palette[:2]


@pytest.fixture
def findings(invented, with_passes):
    """Of two backends on these devices: products at two sizes, a copy, memory."""

    def made(*devices: str):
        run = invented.Invented()
        for device in devices:
            for backend in ("torch", "tensorflow"):
                for n in (1024, 2048):
                    work = {"flops": 2.0 * n**3, "bytes": 12.0 * n**2, "items": 1.0}
                    run.cell(
                        invented.scattered(work["flops"] / 1e11), size=n, work=work, device=device, backend=backend
                    )
                copied = {"flops": 0.0, "bytes": 2.0**28, "items": 1.0}
                run.cell((2.0**28 / 1e10,) * 3, workload="copy", work=copied, device=device, backend=backend)
        return analyse([with_passes(run.results())])

    return made


def drawn_in(drawing) -> set[str]:
    """Colours of the palette that a picture uses."""
    return set(re.findall("#[0-9a-f]{6}", drawing.svg(LIGHT))) & set(LIGHT.palette)


def test_on_one_device_every_picture_tells_its_backends_apart_by_colour(findings):
    found = findings("cpu")
    pictures = list(gallery(found))
    assert [picture.name for picture in pictures] == [
        "crossover-matmul", "frameworks", "roofline", "distribution", "memory",
    ]  # fmt: skip
    for picture in pictures:
        wanted = {FIRST} if picture.name == "frameworks" else {FIRST, SECOND}
        assert drawn_in(picture) >= wanted, picture.name
    assert colour(DARK, found, "cpu", "torch") != colour(DARK, found, "cpu", "tensorflow")
    assert limit_colour(LIGHT, found, "cpu") == LIGHT.ink, "the device's limits are no backend's"


def test_on_several_devices_a_colour_is_a_device_whoever_computes(findings):
    found = findings("cpu", "cuda:0")
    for backend in ("torch", "tensorflow"):
        assert colour(LIGHT, found, "cpu", backend) == FIRST
        assert colour(LIGHT, found, "cuda:0", backend) == SECOND
    assert limit_colour(LIGHT, found, "cuda:0") == SECOND


@pytest.mark.parametrize(("faster", "shade"), [("torch", FIRST), ("tensorflow", SECOND)])
def test_a_ratio_on_one_device_has_the_colour_of_who_is_faster(invented, faster, shade):
    run = invented.Invented()
    for backend in ("torch", "tensorflow"):
        run.cell(invented.scattered(1.0 if backend == faster else 2.0), backend=backend)
    drawing = gallery(analyse([run.results()])).frameworks
    assert drawing is not None
    assert re.findall("stroke: (#[0-9a-f]{6}); stroke-opacity: 0.6", drawing.svg(LIGHT)) == [shade]


def test_the_page_says_what_a_mark_s_colour_means(findings, tmp_path):
    from gpubench_reports.page import page

    assert "has its framework's colour, shape and line." in page(findings("cpu"))
    assert "has its device's colour and its framework's shape and line." in page(findings("cpu", "cuda:0"))


@pytest.mark.parametrize(("devices", "colours"), [(("cpu",), 3), (("cpu", "cuda:0"), 2)])
def test_modes_of_one_backend_are_told_apart_on_a_curve(invented, devices, colours):
    run = invented.Invented()
    for device in devices:
        for place, mode in enumerate(("eager", "compile", "cuda-graph")):
            for size in (1, 2, *([4] if mode == "eager" else [])):
                run.cell(invented.scattered(1.0 * size * (1 + place)), size=size, device=device, mode=mode)
    svg, keys = gallery(analyse([run.results()])).growth["matmul"].keyed_svg(LIGHT)
    assert len(keys) == 3 * len(devices)
    assert len({one.colour for one in keys}) == colours
    assert len(set(re.findall("stroke-dasharray: ([^;]+)", svg))) >= 2, "a line of its own for each mode but the usual"
