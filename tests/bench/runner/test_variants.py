"""Which cells an author's workload is reviewed on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.errors import UsageError
from gpubench.runner.variants import variants
from gpubench.worker.job import REVIEW, REVIEW_OF_SIZE, REVIEW_OF_VARIANT
from gpubench.workload import Grid


@pytest.fixture
def toy(known):
    return known.backends["toy"].value


@pytest.fixture
def doubling(known):
    return known.workloads["doubling"].value


def told(found):
    return [
        (one.measures, one.point.params.n, one.point.params.fault, one.point.precision, one.point.mode, one.point.data)
        for one in found
    ]


def test_the_smallest_size_comes_first_and_in_every_way_and_the_others_as_they_are_by_default(toy, doubling):
    shuffled = {name: doubling.sizes[name] for name in ("large", "smoke", "medium", "small")}
    assert told(variants(replace(doubling, sizes=shuffled), toy)) == [
        (REVIEW, 4, "none", "float32", "eager", "resident"),
        (REVIEW_OF_VARIANT, 4, "none", "float64", "eager", "resident"),
        (REVIEW_OF_VARIANT, 4, "none", "float32", "slow", "resident"),
        (REVIEW_OF_VARIANT, 4, "none", "float32", "eager", "host"),
        (REVIEW_OF_SIZE, 64, "none", "float32", "eager", "resident"),
        (REVIEW_OF_SIZE, 256, "none", "float32", "eager", "resident"),
        (REVIEW_OF_SIZE, 1024, "none", "float32", "eager", "resident"),
    ]


def test_values_that_presets_name_are_tried_one_at_a_time(toy, doubling):
    presets = {
        "quick": (Grid(("small",), params={"fault": ("none", "a")}),),
        "standard": (Grid(("small",), params={"fault": ("a", "b"), "n": (7,)}),),
    }
    found = told(variants(replace(doubling, presets=presets), toy))
    assert [one[2] for one in found if one[0] == REVIEW_OF_VARIANT] == ["none", "none", "none", "a", "b"]
    limited = replace(doubling, presets=presets, limits={"toy": {"fault": ("none", "b")}})
    assert [one[2] for one in told(variants(limited, toy))][4:5] == ["b"]


def test_sizes_of_one_value_are_one_and_the_first_name_counts(toy, doubling):
    sizes = {"smoke": doubling.sizes["smoke"], "4": replace(doubling.sizes["smoke"], fault="other")}
    assert [one[:3] for one in told(variants(replace(doubling, sizes=sizes, precisions=("float32",)), toy))][:1] == [
        (REVIEW, 4, "none")
    ]


def test_a_size_can_be_named_or_given_by_its_value(toy, doubling):
    plain = replace(doubling, precisions=("float32",), data=("resident",))
    assert [one[:2] for one in told(variants(plain, toy, ["medium", "7"]))] == [
        (REVIEW, 7), (REVIEW_OF_VARIANT, 7), (REVIEW_OF_SIZE, 256),
    ]  # fmt: skip


@pytest.mark.parametrize(("size", "meant"), [("smok", " (did you mean 'smoke'?)"), ("huge", ""), ("-3", "")])
def test_a_size_that_there_is_not_is_wrong_use(size, meant, toy, doubling):
    with pytest.raises(UsageError, match="has no such size") as refusal:
        list(variants(doubling, toy, [size]))
    assert "its sizes: smoke, small, medium, large; or a value of n" in refusal.value.hint
    assert bool(meant) == ("smoke" in refusal.value.message)


def test_modes_can_be_named(toy, doubling):
    plain = replace(doubling, precisions=("float32",), data=("resident",), sizes={"smoke": doubling.sizes["smoke"]})
    assert [one[4] for one in told(variants(plain, toy))] == ["eager", "slow"]
    assert [(one[0], one[4]) for one in told(variants(plain, toy, modes=["slow", "xla"]))] == [(REVIEW, "slow")]
    assert list(variants(plain, toy, modes=["xla"])) == []


def test_a_backend_that_has_none_of_it_has_no_cell(toy, doubling):
    assert list(variants(replace(doubling, precisions=("bfloat16",)), toy)) == []
    assert list(variants(replace(doubling, limits={"toy": {"fault": ("other",)}}), toy)) == []
