"""What holds for all workloads that ship."""

from __future__ import annotations

import importlib
import itertools
import subprocess
import sys
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from gpubench.errors import UsageError
from gpubench.workload import DATA, PRECISIONS, Workload
from gpubench_workloads.matmul import matmul

NAMES = ("noop", "dispatch", "copy", "matmul", "conv2d", "mnist_cnn_train")
PRESETS = ("quick", "standard", "thorough")
HEAVY = {"torch", "tensorflow", "keras", "jax", "pandas", "matplotlib", "scipy"}


@pytest.fixture(params=NAMES)
def workload(request):
    return getattr(importlib.import_module(f"gpubench_workloads.{request.param}"), request.param)


def test_packaging_names_them_all(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    entries = project["entry-points"]["gpubench.workloads"]
    assert set(entries) == set(NAMES)
    for name, target in entries.items():
        module, _, attribute = target.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        assert isinstance(found, Workload)
        assert found.name == name


@pytest.mark.parametrize("name", NAMES)
def test_importing_one_loads_no_framework(name):
    code = f"import sys, gpubench_workloads.{name}; print(*{{m.partition('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "gpubench_workloads" in loaded
    assert loaded & HEAVY == set()


def test_each_has_the_sizes_that_scripts_rely_on_in_growing_order(workload):
    axis = [getattr(workload.sizes[name], workload.axis) for name in ("smoke", "small", "medium", "large")]
    assert axis == sorted(set(axis))


def test_each_is_built_for_both_frameworks(workload):
    assert set(workload.builders) == {"torch", "tensorflow"}


def test_the_same_seed_gives_the_same_inputs_and_another_seed_others(workload):
    params = workload.sizes["smoke"]
    first, again, other = (params.inputs(np.random.default_rng(seed)) for seed in (1, 1, 2))
    for kind in ("data", "weights"):
        for name, array in getattr(first, kind).items():
            np.testing.assert_array_equal(array, getattr(again, kind)[name])
            assert array.dtype in (np.float64, np.int64)
            assert not np.array_equal(array, getattr(other, kind)[name])


def test_work_grows_with_the_axis_and_traffic_with_the_width(workload):
    small, large = workload.sizes["smoke"].work(4), workload.sizes["large"].work(4)
    assert (small.flops, small.bytes) <= (large.flops, large.bytes)
    assert small.items <= large.items
    assert workload.sizes["smoke"].work(2).bytes <= small.bytes
    assert workload.sizes["smoke"].work(2).flops == small.flops


def test_a_tolerance_is_tighter_in_a_wider_type(workload):
    params = workload.sizes["smoke"]
    bounds = [params.tolerance(unit) for unit in (2.0**-53, 2.0**-24, 2.0**-11, 2.0**-8)]
    assert bounds == sorted(bounds)
    assert bounds[-1] < 0.1


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_name_what_there_is(workload, preset):
    for grid in workload.presets[preset]:
        assert set(grid.sizes) <= set(workload.sizes)
        assert set(grid.precisions) <= set(workload.precisions) <= set(PRECISIONS)
        assert set(grid.data) <= set(workload.data) <= set(DATA)
        assert set(grid.modes) <= {"eager", "compile", "cuda-graph", "graph", "xla"}
        for values in itertools.product(*grid.params.values()):
            made = workload.params(grid.sizes[0], **dict(zip(grid.params, values, strict=True)))
            assert set(grid.params) <= set(workload.identity(made))


def cells(workload, preset, *, accelerated=None):
    """Sizes with parameters, as both backends would plan them before their limits.

    accelerated: True for what is planned on accelerators alone, False for the rest; None for all.
    """
    for grid in workload.presets[preset]:
        if accelerated is not None and grid.accelerated is not accelerated:
            continue
        for size, *values in itertools.product(grid.sizes, *grid.params.values()):
            made = workload.params(size, **dict(zip(grid.params, values, strict=True)))
            yield (*workload.identity(made).values(), grid.precisions, grid.modes)


def test_quick_measures_what_the_contract_promises():
    def quick(name):
        workload = getattr(importlib.import_module(f"gpubench_workloads.{name}"), name)
        assert all((grid.precisions, grid.modes, grid.data) == ((), (), ()) for grid in workload.presets["quick"])
        assert name == "matmul" or not list(cells(workload, "quick", accelerated=True))
        return [cell[:-2] for cell in cells(workload, "quick", accelerated=False)]

    assert quick("matmul") == [(n, "square") for n in (64, 256, 1024, 2048)]
    assert [cell[:-2] for cell in cells(matmul, "quick", accelerated=True)] == [(4096, "square")]
    assert len(quick("conv2d")) == 4
    assert {cell[0:1] + cell[2:] for cell in quick("conv2d")} == {(8, "forward", "native")}
    assert [cell[:2] for cell in quick("mnist_cnn_train")] == [(32, "raw"), (128, "raw"), (128, "keras")]
    assert quick("noop") == [(1,)]
    assert quick("dispatch") == [(1,)]
    assert quick("copy") == [(2**25, "new"), (2**25, "kept")]


def test_standard_has_all_of_quick_and_stays_within_twenty_minutes(workload):
    quick, standard, thorough = (set(cells(workload, preset)) for preset in PRESETS)
    assert quick <= standard
    assert {cell[:-2] for cell in standard} <= {cell[:-2] for cell in thorough}
    # On each of two backends, five launches of four seconds.
    assert len(set(cells(workload, "standard", accelerated=False))) <= 9
    assert len(set(cells(workload, "standard", accelerated=True))) <= 11


def test_limits_name_parameters_and_values_that_there_are(workload):
    for limits in workload.limits.values():
        for name, values in limits.items():
            for value in values:
                workload.params("smoke", **{name: value})


def test_an_unknown_parameter_or_value_is_wrong_use(workload):
    with pytest.raises(UsageError, match="no parameter 'colour'"):
        workload.params("smoke", colour="red")
    with pytest.raises(UsageError, match="can't be made"):
        workload.params("smoke", **{workload.axis: 0})


def test_parameters_can_be_told_apart_and_hashed(workload):
    smoke = workload.sizes["smoke"]
    assert replace(smoke) == smoke
    assert len(set(workload.sizes.values())) >= 4
