"""What to type to measure a run once more, or better."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.again import Typed, other_work, typed
from gpubench.analysis.measured import measured
from gpubench.analysis.overview import overview


def typing(command: str, *, hurried: bool = False) -> Typed:
    return Typed(tuple(command.split()), hurried)


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
        ("gpubench run --no-report --progress none noop", "gpubench run noop --launches 7"),
        ("gpubench run -q --progress=plain --json -qv noop --verbose", "gpubench run noop --launches 7"),
        ("gpubench run noop --max-time 0.1 --timeout 9", "gpubench run noop --max-time 0.1 --timeout 9 --launches 7"),
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
    assert typing(command).with_launches(7) == said


def test_what_a_shell_would_take_apart_is_quoted() -> None:
    mine = Typed(("gpubench", "run", "--plugin", "my own.py"))
    assert mine.with_launches(5) == "gpubench run --plugin 'my own.py' --launches 5"


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
    assert typing(command).on_devices(devices) == said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            "gpubench run mine --plugin mine.py --preset quick --no-report",
            "gpubench run mine --plugin mine.py --preset standard",
        ),
        ("gpubench run --baseline latest", ""),
        ("pytest tests --gpubench-out run", ""),
        ("gpubench.run", "gpubench run --preset standard"),
    ],
)
def test_another_preset_measures_the_same_work(command: str, said: str) -> None:
    assert typing(command).in_preset("standard") == said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("gpubench run noop --max-time 0.1 -d cpu", "gpubench run noop -d cpu --launches 7"),
        (
            "pytest tests --gpubench-max-time=0.1 --gpubench-out run",
            "pytest tests --gpubench-out DIR --gpubench-launches 7",
        ),
    ],
)
def test_a_time_that_was_too_short_is_not_asked_for_again(command: str, said: str) -> None:
    assert typing(command, hurried=True).with_launches(7) == said


@pytest.mark.parametrize(
    ("preset", "max_time_s", "flag", "hurried"),
    [
        ("quick", 0.1, "few-samples", True),
        ("quick", 0.1, "drift", False),
        ("quick", 1.1, "few-samples", False),
        ("standard", 1.1, "few-samples", True),
        ("of another version", 0.1, "few-samples", True),
    ],
)
def test_a_time_was_too_short_where_the_preset_gives_more_and_samples_were_few(
    invented: Any, preset: str, max_time_s: float, flag: str, hurried: bool
) -> None:
    made = invented.Invented(preset=preset, max_time_s=max_time_s)
    made.cell((1.0,) * 3)
    made.cell((1.0,) * 3, size=512, flags=(flag,))
    results = made.results()
    cells = measured([results])
    assert typed(overview(results, "", cells), cells).hurried is hurried


def test_other_work_is_measured_where_the_run_was(invented: Any) -> None:
    command = ["gpubench", "run", "mine", "--plugin", "mine.py", "--python", "torch=v/bin/python", "--threads", "3"]
    chosen = {"plugins": ["/home/a/mine.py"], "interpreters": {"torch": "/home/a/v/bin/python"}, "threads": 3}
    made = invented.Invented(command=command, selection=chosen)
    assert other_work(made.run, ["matmul", "copy"], {"size": ["64", "128"], "mode": [""], "device": []}) == (
        "gpubench run matmul copy --size 64,128 --threads 3 --python torch=v/bin/python --plugin mine.py"
    )
