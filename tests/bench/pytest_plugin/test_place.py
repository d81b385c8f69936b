"""Where a test's step runs, as a text and back; what of a test makes a cell."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from gpubench.errors import UsageError
from gpubench.plugins import load_target
from gpubench.pytest_plugin.place import Marked, Place, cell_of

TOY = load_target(f"{Path(__file__).parents[1] / 'plugins' / 'toy.py'}:toy")


@pytest.mark.parametrize("place", [Place("torch", "cpu"), Place("torch", "cuda:1", 12)])
def test_a_place_travels_as_a_text(place: Place) -> None:
    assert Place.of(str(place)) == place


def item(**params):
    callspec = SimpleNamespace(params={"gpubench": "toy cpu", **params}, indices=dict.fromkeys(params, 3))
    marker = pytest.mark.gpubench("toy", precision="float64").mark
    return SimpleNamespace(
        path=Path("tests/test_speed.py"), cls=None, originalname="test_step", name="test_step[x]", callspec=callspec,
        get_closest_marker=lambda name: marker if name == "gpubench" else None,
    )  # fmt: skip


def cell(**params):
    return cell_of(item(**params), Place("toy", "cpu", 2), TOY, 1)


def test_the_only_number_among_the_parameters_is_the_size() -> None:
    found = cell(n=64, kind="sum", turned=True)
    assert (found.axis, found.size, found.params) == ("n", 64, {"kind": "sum", "turned": True})
    assert (found.workload, found.precision, found.mode) == ("test_speed.test_step", "float64", "eager")
    assert cell(n=64, m=8).params == {"n": 64, "m": 8}


def test_what_has_no_lasting_text_is_numbered_as_pytest_numbers_it() -> None:
    assert cell(made=object(), how=max, kind=float).params == {"made": "made3", "how": "max", "kind": "float"}


def test_launches_of_a_test_are_one_cell_and_other_parameters_another() -> None:
    assert cell(n=4).cell_id == cell_of(item(n=4), Place("toy", "cpu", 5), TOY, 1).cell_id
    assert cell(n=4).cell_id != cell(n=8).cell_id


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        (None, "no marker that says which framework"),
        (pytest.mark.gpubench(), "says {}"),
        (pytest.mark.gpubench(frame="toy"), "says {'frame': 'toy'}"),
        (pytest.mark.gpubench("toy", "float31"), "there is no precision 'float31'; did you mean"),
    ],
    ids=["none", "empty", "unknown", "precision"],
)
def test_a_marker_that_says_too_little_or_wrong_is_refused(marker, said: str) -> None:
    test = SimpleNamespace(name="test_step", get_closest_marker=lambda _: marker and marker.mark)
    with pytest.raises(UsageError) as raised:
        Marked.of(test)
    assert said in raised.value.message
