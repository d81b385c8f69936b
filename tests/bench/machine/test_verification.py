"""What is remembered of a self-test, for which device it holds, and what becomes of a file that is none."""

from __future__ import annotations

import json

import pytest

from gpubench.machine.verification import Verification, recall, remember, subject

READY = {"versions": {"torch": "2.13.0", "cuda": "12.6"}, "identity": {"uuid": "abcd", "driver": "580.65.06"}}
PASS, FAIL = Verification("passed", "2026-11-26"), Verification("failed", "2026-11-26", ("residual-wait", "answers"))


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """An empty folder for state."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def about():
    return subject("torch", "cuda", "Stub 100", READY)


@pytest.mark.parametrize("verification", [PASS, FAIL])
def test_what_is_remembered_is_recalled(about, verification):
    assert recall(about) is None
    remember(about, verification)
    assert recall(about) == verification


def test_the_last_one_counts_and_nothing_else_is_left(about, state):
    remember(about, FAIL)
    file = remember(about, PASS)
    assert recall(about) == PASS
    assert [found.name for found in (state / "gpubench" / "selftest").iterdir()] == [file.name]


def test_in_words_it_is_the_outcome_and_the_day():
    assert str(PASS) == "passed 2026-11-26"
    assert str(FAIL) == "failed 2026-11-26: residual-wait, answers"


@pytest.mark.parametrize(
    "other",
    [
        subject("tensorflow", "cuda", "Stub 100", READY),
        subject("torch", "cpu", "Stub 100", READY),
        subject("torch", "cuda", "Stub 200", READY),
        subject("torch", "cuda", "Stub 100", {**READY, "versions": {"torch": "2.13.1", "cuda": "12.6"}}),
        subject("torch", "cuda", "Stub 100", {**READY, "identity": {"uuid": "abce", "driver": "580.65.06"}}),
        subject("torch", "cuda", "Stub 100", {**READY, "identity": {"uuid": "abcd", "driver": "590.1"}}),
        subject("torch", "cuda", "Stub 100", {"versions": READY["versions"]}),
    ],
)
def test_it_holds_for_no_other_backend_device_version_or_driver(about, other):
    remember(about, PASS)
    assert recall(other) is None


def test_it_holds_for_no_other_version_of_gpubench_and_no_other_machine(about, monkeypatch):
    remember(about, PASS)
    monkeypatch.setattr("gpubench.__version__", "99")
    assert recall(subject("torch", "cuda", "Stub 100", READY)) is None
    monkeypatch.undo()
    monkeypatch.setattr("gpubench.machine.processors.model", lambda: "another processor")
    assert recall(subject("torch", "cuda", "Stub 100", READY)) is None


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"outcome": "passed"}', b'{"outcome": 1, "on": 2, "failed": []}',
        b'{"outcome": "splendid", "on": "2026-11-26", "failed": []}',
        b'{"outcome": "passed", "on": "\\u001b[31m2026-11-26", "failed": []}',
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_verifies_nothing(about, text):
    remember(about, PASS).write_bytes(text)
    assert recall(about) is None


def test_a_folder_in_the_place_of_the_file_verifies_nothing(about):
    file = remember(about, PASS)
    file.unlink()
    file.mkdir()
    assert recall(about) is None
    with pytest.raises(OSError, match="directory"):
        remember(about, PASS)
    assert list(file.parent.iterdir()) == [file]


def test_the_file_says_for_people_what_it_holds_for(about):
    kept = json.loads(remember(about, PASS).read_text(encoding="utf-8"))
    assert (kept["backend"], kept["model"], kept["versions"]["cuda"]) == ("torch", "Stub 100", "12.6")


@pytest.mark.parametrize("given", ["", "relative/folder"])
def test_without_an_absolute_folder_for_state_it_lies_in_the_home(about, tmp_path, monkeypatch, given):
    """As the XDG Base Directory Specification wants it."""
    monkeypatch.setenv("XDG_STATE_HOME", given)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    file = remember(about, PASS)
    assert file.is_relative_to(tmp_path / "home" / ".local" / "state" / "gpubench")
