"""Why there is no speed-up, and what is proposed: only what could help, with all that was typed."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse


@pytest.fixture
def said(invented: Any) -> Any:
    """What is said of a run on the CPU: its last words, and what to type. accelerators: by backend."""

    def made(accelerators: dict[str, list[str]], typed: str = "gpubench run", **absent: str) -> tuple[str, str]:
        run = invented.Invented(accelerators=accelerators, absent=absent, command=typed.split())
        for backend in accelerators:
            run.cell((1.0, 1.0, 1.0), backend=backend)
        caveat = [one for one in analyse([run.results()]).caveats if one.kind == "absent"][-1]
        return caveat.text, caveat.next

    return made


ALONE = "Only the CPU was measured, so no speed-up is reported."
NONE = "So no speed-up over the CPU can be reported."


def test_all_that_was_typed_is_typed_again(said) -> None:
    typed = "gpubench run matmul -b torch -d cpu -s smoke --plugin mine.py --out there"
    assert said({"torch": ["cuda"]}, typed) == (
        f"{ALONE} To measure the GPU too, type:",
        "gpubench run matmul -b torch -s smoke --plugin mine.py --device cpu,cuda",
    )


def test_what_has_a_cpu_alone_is_told_so(said) -> None:
    assert said({"numpy": []}) == ("numpy computes on the CPU alone, so no speed-up is reported.", "")
    both = said({"numpy": [], "jax": []})
    assert both == ("jax and numpy compute on the CPU alone, so no speed-up is reported.", "")
    assert said({"numpy": []}, cuda="NumPy computes on the CPU alone") == (NONE, "")


def test_another_accelerator_is_called_as_it_is_typed(said) -> None:
    assert said({"torch": ["cuda"], "toy": ["toy"]}) == (
        f"{ALONE} To measure the GPU and toy too, type:",
        "gpubench run --device cpu,cuda,toy",
    )


def test_one_that_was_looked_for_and_is_not_here_is_not_proposed(said) -> None:
    assert said({"toy": ["toy"]}, toy="no toy is plugged in") == (NONE, "")
    typed = "gpubench run noop -d cpu,cuda:9"
    machine = f"{NONE} On a machine with an NVIDIA GPU, type:"
    assert said({"torch": ["cuda"]}, typed, **{"cuda:9": "no driver"}) == (machine, "gpubench run noop")


@pytest.mark.parametrize("typed", ["gpubench.run", "gpubench run --baseline latest"])
def test_where_no_words_could_be_typed_again_none_are_proposed(said, typed: str) -> None:
    assert said({"torch": ["cuda"]}, typed) == (ALONE, "")


def test_the_gpu_that_was_measured_is_measured_beside_the_cpu(invented: Any) -> None:
    made = invented.Invented(command=["gpubench", "run", "noop", "-d", "cuda:1"])
    made.cell((1.0, 1.0, 1.0), device="cuda:1")
    (caveat,) = (one for one in analyse([made.results()]).caveats if one.kind == "absent")
    assert caveat.next == "gpubench run noop --device cpu,cuda:1"
