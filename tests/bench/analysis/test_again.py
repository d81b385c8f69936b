"""What to type to measure a run once more."""

from __future__ import annotations

import pytest

from gpubench.analysis.again import again, on_devices


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
        ("gpubench run -othere noop -dcpu", "gpubench run noop -dcpu --launches 7"),
        (
            "pytest -q tests --gpubench-out run --gpubench-launches=2",
            "pytest -q tests --gpubench-out DIR --gpubench-launches 7",
        ),
        ("pytest -o log_cli=1", "pytest -o log_cli=1 --gpubench-out DIR --gpubench-launches 7"),
        ("program.py", "gpubench run --launches 7"),
        ("", "gpubench run --launches 7"),
    ],
)
def test_the_same_is_measured_by_as_many_launches(command: str, said: str) -> None:
    assert again(command.split(), 7) == said
    assert again(tuple(command.split()), 7) == said


def test_what_a_shell_would_take_apart_is_quoted() -> None:
    assert again(["gpubench", "run", "--plugin", "my own.py"], 5) == "gpubench run --plugin 'my own.py' --launches 5"


@pytest.mark.parametrize(
    ("command", "devices", "said"),
    [
        ("gpubench run", ["cpu", "cuda"], "gpubench run --device cpu,cuda"),
        (
            "gpubench run matmul -d cpu --plugin mine.py --launches 3 --out there",
            ["cpu", "toy"],
            "gpubench run matmul --plugin mine.py --launches 3 --device cpu,toy",
        ),
        ("gpubench run -dcpu -ogate --device=cpu noop", ["cpu", "cuda:1"], "gpubench run noop --device cpu,cuda:1"),
        ("gpubench run noop -d cpu,cuda", [], "gpubench run noop"),
        (
            "pytest -d tests --gpubench-device cpu --gpubench-out run",
            ["cpu", "cuda"],
            "pytest -d tests --gpubench-out DIR --gpubench-device cpu,cuda",
        ),
        ("gpubench run --baseline latest", ["cpu", "cuda"], ""),
        ("gpubench run --baseline=latest", [], ""),
        ("gpubench.run", ["cpu", "cuda"], ""),
    ],
)
def test_the_same_on_other_devices_keeps_what_else_was_typed(command: str, devices: list[str], said: str) -> None:
    assert on_devices(command.split(), devices) == said
