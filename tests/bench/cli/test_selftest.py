"""`gpubench selftest` with real workers on the abacus: table, object, exit codes, and what runs say then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpubench.machine.driver import missing_driver

NAME, DEVICE = "abacus", "abacus:0"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for what is remembered."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def selftest(cli, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command on the abacus; fault: what is wrong with it."""

    def call(*arguments: object, fault: str = "", device: str = DEVICE):
        monkeypatch.setenv("ABACUS_FAULT", fault)
        plugin = repository / "tests" / "bench" / "plugins" / "abacus.py"
        return cli("selftest", "--plugin", plugin, "--backend", NAME, "--device", device, *arguments)

    return call


@pytest.fixture
def run(cli, repository: Path, tmp_path: Path) -> Callable[..., Any]:
    """A short run of the abacus; its folder is `run`."""

    def call(out: str, *arguments: object):
        plugin = repository / "tests" / "bench" / "plugins" / "abacus.py"
        wanted = ["--plugin", plugin, "-b", NAME, "-d", DEVICE, "-s", "smoke", "--launches", 1, "--max-time", 0.05]
        return cli("run", "abacus-product", *wanted, "--out", tmp_path / out, *arguments)

    return call


def plain(text: str) -> str:
    """Without the breaks of lines that are too long for a terminal."""
    return " ".join(text.split())


@pytest.mark.alone  # every check is to pass: beside other tests one of them may find the processors taken
def test_a_right_device_passes_with_a_table_and_a_pass_is_what_runs_say_then(selftest, run, tmp_path):
    before = run("before")
    told = "abacus on abacus:0: timings on this device not verified by selftest."
    assert told in plain(before.err)
    assert "gpubench selftest --device abacus:0 --plugin " in plain(before.err)
    assert told in (tmp_path / "before" / "report.html").read_text(encoding="utf-8")

    outcome = selftest()
    assert outcome.code == 0
    assert outcome.err == "Testing abacus on abacus:0 ...\n"
    lines = outcome.out.splitlines()
    assert lines[0].startswith("abacus ")
    assert lines[0].endswith(" on abacus:0: abacus: a simulated device, no GPU")
    assert lines[1].split() == ["check", "found", "expected"]
    (line,) = (line for line in lines if "residual-wait" in line)
    assert line.startswith("pass ")
    assert " left after a" in line
    assert lines[-1].startswith("passed: 12 pass, 2 not-applicable, in ")
    assert "\033[" not in outcome.out

    after = run("after", "--json")
    assert told not in plain(after.err)
    lines = (tmp_path / "after" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    (env,) = (record for record in map(json.loads, lines) if record.get("scope") == "abacus@abacus:0")
    assert env["facts"]["selftest"].startswith("passed 20")
    assert told not in (tmp_path / "after" / "report.html").read_text(encoding="utf-8")


def test_a_failed_check_ends_with_3_says_what_it_means_and_so_does_the_next_run(selftest, run):
    outcome = selftest(fault="tf32 is dead")
    assert outcome.code == 3
    assert "\nfail            tf32-switch" in outcome.out
    assert "failed: 2 fail, " in outcome.out
    assert "abacus on abacus:0: tf32-switch: tf32 errs as float32 does: the switch does nothing" in outcome.err
    assert "--out selftest.json" in outcome.err.splitlines()[-1]
    assert "abacus on abacus:0: selftest failed 20" in plain(run("after").err)


def test_a_worker_that_dies_ends_with_3_and_its_signal(selftest):
    outcome = selftest(fault="kill")
    assert outcome.code == 3
    assert "the worker exited with 9" in outcome.out


def test_the_object_holds_every_check_with_its_figures_and_goes_to_a_file_too(selftest, tmp_path):
    outcome = selftest("--json", "--out", tmp_path / "selftest.json", device="cpu,abacus")
    assert outcome.code == 0
    found = json.loads(outcome.out)
    assert json.loads((tmp_path / "selftest.json").read_text(encoding="utf-8")) == found
    assert set(found) == {"schema", "gpubench", "created", "machine", "examined", "across", "absent", "failed"}
    assert "host (hashed)" in found["machine"]
    cpu, device = found["examined"]
    assert (cpu["device"], device["device"]) == ("cpu", DEVICE)
    assert (device["model"], device["outcome"]) == ("abacus: a simulated device, no GPU", "passed")
    assert set(device["versions"]) == {"numpy"}
    checks = {check["name"]: check for check in device["checks"]}
    assert checks["calls-doubled"]["figures"]["ratio"] == pytest.approx(2, rel=0.3)
    assert checks["calls-doubled"]["expected"] == "1.8 to 2.2 times"
    assert {check["name"]: check["outcome"] for check in cpu["checks"]}["negative-control"] == "not-applicable"


def test_a_file_that_can_t_be_written_ends_with_74_after_the_table_is_lost_to_nobody(selftest, tmp_path):
    (tmp_path / "file").write_text("")
    outcome = selftest("--out", tmp_path / "file" / "selftest.json", device="cpu")
    assert outcome.code == 74
    assert "name another file with --out" in outcome.err
    assert "residual-wait" in outcome.out


def test_where_the_outcome_can_t_be_remembered_that_is_said(selftest, state):
    state.write_text("a file")
    outcome = selftest(device="cpu")
    assert outcome.code == 0
    assert "The outcome could not be remembered" in outcome.err
    assert "XDG_STATE_HOME" in outcome.err


@pytest.mark.alone  # other tests load a driver's stub into their process
@pytest.mark.parametrize("how", [("--device", "cuda"), ("--require", "cuda")])
def test_a_device_that_is_required_and_absent_ends_with_5_and_the_doctors_reason(cli, repository, how):
    if not missing_driver():
        pytest.skip("this machine has a driver")
    plugin = repository / "tests" / "bench" / "plugins" / "cuda_toy.py"
    outcome = cli("selftest", "--plugin", plugin, "--backend", "cudatoy", *how)
    assert outcome.code == 5
    assert "there is no device 'cuda' here: no NVIDIA driver on this machine" in outcome.err
    assert outcome.out == ""


def test_one_of_several_devices_that_is_absent_is_told_and_the_rest_is_tested(selftest):
    outcome = selftest(device="cpu,cuda")
    assert outcome.code == 0
    assert "Not tested: cuda: no backend knows such a device" in outcome.err
    assert " on cpu: " in outcome.out


def test_the_defaults_are_those_of_a_run_but_for_where_it_writes(cli, repository, tmp_path):
    plugin = repository / "tests" / "bench" / "plugins" / "abacus.py"
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.gpubench]\nplugin = ["{plugin}"]\nbackend = "abacus"\ndevice = ["cpu"]\nout = "somewhere"\n'
    )
    outcome = cli("selftest")
    assert outcome.code == 0
    assert outcome.out.count(" on cpu: ") == 1
    assert not (tmp_path / "somewhere").exists()


def test_a_narrow_terminal_folds_what_was_found_and_loses_nothing(selftest, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    outcome = selftest(device="cpu")
    lines = outcome.out.splitlines()
    assert max(map(len, lines)) <= 60
    words = " ".join(" ".join(line[32:] for line in lines).split())
    assert "calls return" in words
    assert "not-applicable" in outcome.out
