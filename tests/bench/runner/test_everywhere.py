"""The same names on every machine: what is not here is among the cells, with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.backend import Device
from gpubench.errors import UsageError
from gpubench.plugins import catalogue
from gpubench.presence import Presence
from gpubench.runner.everywhere import everywhere, wanted_devices
from gpubench.runner.prepared import Here
from gpubench.selection import Selection

PLAIN = Presence("1.0", (Device("cpu", ""),), "no toy is plugged in", accelerators=("toy",))
PLUGGED = replace(PLAIN, devices=(Device("cpu", ""), Device("toy:0", "Toy 9000")), missing="")
ABSENT = Presence(devices=(), absent="toy is not installed", hint="pip install toy", accelerators=("toy",))


@pytest.fixture(scope="module")
def plugins(toy_file):
    return catalogue([toy_file])


@pytest.fixture
def cells(plugins):
    """The cells of a selection of the smallest doubling, to their reasons."""

    def found(presence, **selection):
        here = Here(plugins, {"toy": plugins.backends["toy"]}, {"toy": presence})
        made = everywhere(Selection(**{"workloads": ("doubling",), "sizes": ("smoke",), **selection}), here)
        return {(cell.workload, cell.backend, cell.device): cell.reason for cell in made}

    return found


@pytest.mark.parametrize("presence", [PLAIN, PLUGGED, ABSENT])
def test_every_machine_has_the_same_cells(cells, presence):
    assert list(cells(presence)) == [("doubling", "toy", "cpu"), ("doubling", "toy", "toy:0")]


def test_the_reason_says_what_is_missing(cells):
    assert set(cells(PLUGGED).values()) == {""}
    assert list(cells(PLAIN).values()) == ["", "there is no device 'toy' here: no toy is plugged in"]
    assert set(cells(ABSENT).values()) == {"toy is not here: toy is not installed; pip install toy"}
    assert list(cells(PLUGGED, workloads=("matmul",)).values()) == ["matmul has no step for toy"] * 2


def test_the_id_of_a_cell_is_that_of_a_plan(plugins):
    here = Here(plugins, {"toy": plugins.backends["toy"]}, {"toy": ABSENT})
    there = Here(plugins, {"toy": plugins.backends["toy"]}, {"toy": PLUGGED})
    selection = Selection(workloads=("doubling",))
    ids = [[cell.cell_id for cell in everywhere(selection, place)] for place in (here, there)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])


def test_there_are_no_pairs_for_noise(plugins):
    here = Here(plugins, {"toy": plugins.backends["toy"]}, {"toy": PLUGGED})
    assert {cell.variant for cell in everywhere(Selection(workloads=("doubling",)), here)} == {""}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ((), {"cpu": "", "toy:0": ""}),
        (("toy",), {"toy:0": ""}),
        (("all",), {"cpu": "", "toy:0": ""}),
        (("toy:3", "cpu"), {"toy:3": "there is no device 'toy:3' here: the last one is toy:0", "cpu": ""}),
    ],
)
def test_devices_are_wanted_by_class_or_by_number(asked, wanted):
    assert wanted_devices(asked, {"toy": PLUGGED}) == wanted


def test_a_device_that_no_backend_knows_is_a_mistake_and_no_skip():
    with pytest.raises(UsageError, match="no backend knows a device 'gpu'"):
        wanted_devices(("gpu",), {"toy": PLUGGED})
