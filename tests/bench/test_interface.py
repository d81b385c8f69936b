"""Which plug-ins are served, by the version of the interface that they say they need."""

from __future__ import annotations

import pytest

import gpubench
from gpubench.interface import FIRST, INTERFACE, refusal


def test_what_is_offered_is_served_and_so_is_the_first_version() -> None:
    assert refusal(INTERFACE) == ""
    assert refusal(FIRST) == ""
    assert gpubench.INTERFACE == INTERFACE


@pytest.mark.parametrize("needed", ["1.0", "1.2", "1.3"])
def test_an_older_minor_version_is_served(needed: str) -> None:
    assert refusal(needed, offered="1.3") == ""


@pytest.mark.parametrize(
    ("needed", "offered", "says"),
    [
        (
            "1.4",
            "1.3",
            "it is written for interface 1.4 of gpubench, and this one serves 1.0 to 1.3: update gpubench-suite",
        ),
        ("2.0", "1.0", "it is written for interface 2.0 of gpubench, and this one serves 1.0: update gpubench-suite"),
        ("1.10", "1.9", "serves 1.0 to 1.9: update gpubench-suite"),
        ("1.9", "2.1", "serves 2.0 to 2.1: update it, or install a gpubench-suite that serves 1.9"),
    ],
)
def test_any_other_version_is_refused_with_what_to_do(needed: str, offered: str, says: str) -> None:
    assert refusal(needed, offered).endswith(says)


@pytest.mark.parametrize("declared", [1, 1.0, "1", "1.0.0", "one", None, ""], ids=repr)
def test_what_is_no_version_is_refused(declared: object) -> None:
    assert refusal(declared) == f'GPUBENCH_INTERFACE = {declared!r}: a version is expected, such as "{INTERFACE}"'
