"""What to type to measure a run once more."""

from __future__ import annotations

import pytest

from gpubench.analysis.again import again


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("gpubench run", "gpubench run --launches 7"),
        (
            "gpubench run matmul -b torch --size=smoke,small",
            "gpubench run matmul -b torch --size=smoke,small --launches 7",
        ),
        ("gpubench run --launches 3 matmul", "gpubench run matmul --launches 7"),
        ("gpubench run --launches=3 --out=there -o elsewhere --resume run noop", "gpubench run noop --launches 7"),
        (
            "pytest -q tests --gpubench-out run --gpubench-launches=2",
            "pytest -q tests --gpubench-out DIR --gpubench-launches 7",
        ),
        ("program.py", "gpubench run --launches 7"),
        ("", "gpubench run --launches 7"),
    ],
)
def test_the_same_is_measured_by_as_many_launches(command: str, said: str) -> None:
    assert again(command.split(), 7) == said
    assert again(tuple(command.split()), 7) == said


def test_what_a_shell_would_take_apart_is_quoted() -> None:
    assert again(["gpubench", "run", "--plugin", "my own.py"], 5) == "gpubench run --plugin 'my own.py' --launches 5"
