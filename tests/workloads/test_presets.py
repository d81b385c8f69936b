"""What the presets plan for machines with a GPU, by the plan alone: all of it fits, and none of it takes for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.backend import Device
from gpubench.plan import Plan, make_plan
from gpubench.plugins import DISTRIBUTION, catalogue
from gpubench.presence import Presence
from gpubench.runner.estimate import estimate_s
from gpubench.runner.need import needs
from gpubench.runner.prepared import Prepared
from gpubench.selection import Selection

GIB = 2**30
LONGEST_S = 30.0
"""For one launch of one cell, its worker's start included."""
GPUS = {"RTX 4060": (8, "8.9"), "T4": (16, "7.5"), "RTX 4090": (24, "8.9"), "H100": (80, "9.0"), "B200": (180, "10.0")}


def planned(preset: str, gpu: str, *devices: str) -> Prepared:
    """For a machine of 16 GiB and eight cores with this GPU, which only PyTorch knows the memory of."""
    gib, capability = GPUS[gpu]
    known = catalogue([])
    selection = Selection(preset=preset, devices=devices)
    presence = {
        name: Presence("", (Device("cpu", ""), Device("cuda:0", gpu, memory, capability)), accelerators=("cuda",))
        for name, memory in (("torch", gib * GIB), ("tensorflow", None))
    }
    shipped = {name: plugin for name, plugin in known.workloads.items() if plugin.origin.startswith(DISTRIBUTION)}
    workloads = {name: plugin.value for name, plugin in shipped.items()}
    backends = {name: known.backends[name].value for name in presence}
    plan = make_plan(selection, workloads, backends, presence, 8)
    return Prepared(selection, known, plan, {"cpu": 16 * GIB, "cuda:0": gib * GIB}, {"cuda:0": capability})


@pytest.mark.parametrize("preset", ["quick", "standard"])
@pytest.mark.parametrize("gpu", GPUS)
def test_every_cell_fits_and_is_done_while_one_waits(preset: str, gpu: str) -> None:
    made = planned(preset, gpu)
    assert needs(made) == ()
    for cell in made.plan.runnable:
        alone = replace(made, plan=Plan((cell,), {}), selection=Selection(launches=1, preset="quick"))
        assert estimate_s(alone) < LONGEST_S, cell


@pytest.mark.parametrize(("device", "minutes"), [("cpu", 25), ("cuda", 50)])
def test_standard_takes_as_long_as_the_readme_says(device: str, minutes: int) -> None:
    """With both frameworks; quick is said to take a few minutes."""
    assert 60 * minutes / 2 < estimate_s(planned("standard", "RTX 4090", device)) < 60 * minutes
    assert estimate_s(planned("quick", "RTX 4090", device)) < 60 * 6


def test_thorough_tells_beforehand_what_a_small_gpu_cannot_hold() -> None:
    assert {need.cell.workload for need in needs(planned("thorough", "RTX 4060"))} == {"conv2d"}
    assert needs(planned("thorough", "T4")) == ()
