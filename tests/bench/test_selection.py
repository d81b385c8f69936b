"""A selection is stored with its run, and comes back the same for `--resume`."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench.results.line import decode, encode
from gpubench.results.records import Run
from gpubench.selection import DEFAULT_PRESET, PRESETS, Selection

_text = st.text(max_size=6)
_texts = st.lists(_text, max_size=3).map(tuple)
_seconds = st.floats(0.01, 1e4)
SELECTIONS = st.builds(
    Selection, workloads=_texts, backends=_texts, devices=_texts, sizes=_texts, precisions=_texts, modes=_texts,
    data=_texts, params=st.dictionaries(_text, _texts, max_size=3), preset=_text, require=_texts, plugins=_texts,
    launches=st.one_of(st.none(), st.integers(1, 99)), max_time_s=st.one_of(st.none(), _seconds), timeout_s=_seconds,
    threads=st.one_of(st.none(), st.integers(1, 99)), seed=st.integers(0, 2**32), data_dir=_text,
    interpreters=st.dictionaries(_text, _text, max_size=3),
)  # fmt: skip


@given(SELECTIONS)
def test_a_stored_selection_comes_back_the_same(selection: Selection) -> None:
    run = Run(
        run_id="", created="", gpubench="", command=[], preset="", seed=0, launches=1, max_time_s=1.0, timeout_s=1.0,
        selection=selection.stored(), planned=0, absent={},
    )  # fmt: skip
    read = decode(encode(run)[:-1])
    assert isinstance(read, Run)
    assert Selection.of(read.selection) == selection


def test_everything_that_was_asked_is_stored() -> None:
    assert set(json.loads(json.dumps(Selection().stored()))) == {field.name for field in fields(Selection)}


@pytest.mark.parametrize(("name", "launches"), [("quick", 3), ("standard", 5), ("thorough", 10)])
def test_a_preset_gives_enough_launches_for_an_interval(name: str, launches: int) -> None:
    assert PRESETS[name].launches == launches
    assert PRESETS[name].name == name
    assert PRESETS[name].about


def test_more_thorough_presets_take_longer() -> None:
    times = [PRESETS[name].max_time_s for name in ("quick", "standard", "thorough")]
    assert times == sorted(set(times))


def test_nothing_asked_is_the_quick_preset() -> None:
    assert Selection().preset == DEFAULT_PRESET == "quick"
