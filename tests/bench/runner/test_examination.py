"""The doctor's rounds: who is asked, in which order, and what becomes of the answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gpubench.backend import Device
from gpubench.errors import UnavailableError, UsageError
from gpubench.machine.cuda import Cuda
from gpubench.machine.driver import Driver
from gpubench.machine.host import Host
from gpubench.plugins import Catalogue, catalogue
from gpubench.runner.examination import Rounds, examine, require_of
from gpubench.runner.spawner import ProcessSpawner

CUDA_TOY = Path(__file__).parents[1] / "plugins" / "cuda_toy.py"
QUIET = Host({}, "", 0.0, 4, 2**40)
WITH_GPU, NO_DRIVER = Cuda(Driver(cuda="12.4", visible=1)), Cuda(Driver("no driver here"))
NO_LIBRARIES = "Could not load dynamic library 'libA.so'\nCannot dlopen some GPU libraries.\n"


@pytest.fixture
def alone():
    """A catalogue with the CUDA toy and nothing else."""
    known = catalogue([CUDA_TOY])
    return Catalogue({}, {"cudatoy": known.backends["cudatoy"]}, known.broken)


@pytest.fixture
def seen(alone, monkeypatch):
    """The examination of a toy that says what it is told, asked in a real worker."""

    def made(cuda: Cuda = WITH_GPU, **told):
        monkeypatch.setenv("CUDA_TOY", json.dumps(told))
        with ProcessSpawner({}) as spawner:
            return Rounds(alone, {}, spawner, lambda: QUIET, lambda: cuda).examine()

    return made


def test_everything_that_a_framework_tells_is_kept(seen):
    examination = seen(
        versions={"cuda": "12.4", "cudnn": "9.1.0"}, settings={"TF32": "on"}, devices=[["cuda:0", "Stub", 8, "9.0"]],
        log="a line\n",
    )  # fmt: skip
    (told,) = examination.frameworks
    assert (told.version, told.versions["cudnn"], told.settings) == ("9.9", "9.1.0", {"TF32": "on"})
    assert told.cuda_devices == (Device("cuda:0", "Stub", 8, "9.0"),)
    assert (told.missing, told.absent, told.log) == ("", "", "a line\n")
    assert examination.findings() == []


def test_what_a_framework_writes_to_standard_error_tells_the_state(seen):
    (finding,) = seen(log=NO_LIBRARIES).findings()
    assert (finding.state, finding.about) == ("no-cuda-libraries", "cudatoy")
    assert finding.commands[0].endswith("-m pip install --force-reinstall numpy --for-cuda 12.4")


def test_a_framework_that_does_not_start_keeps_what_it_wrote(seen):
    (told,) = seen(raises="libtoy.so: cannot open", log="some words\n").frameworks
    assert told.absent == "cudatoy can't be started in this interpreter: ImportError: libtoy.so: cannot open"
    assert "some words" in told.log


def test_the_load_is_read_before_our_own_workers_are_one(alone, fake):
    events = []

    def asked(start):
        events.append("worker")
        return {"status": "ok", "versions": {}, "settings": {}, "devices": [("cpu", "", None)], "missing": ""}

    Rounds(alone, {}, fake(started=asked), lambda: events.append("host") or QUIET, lambda: WITH_GPU).examine()
    assert events == ["host", "worker"]


def test_a_framework_is_asked_though_there_is_no_driver(seen):
    """Its version and its settings are of interest all the same."""
    examination = seen(NO_DRIVER)
    assert examination.frameworks[0].version == "9.9"
    assert [finding.state for finding in examination.findings()] == ["no-driver"]


def test_plugins_are_told_by_kind_and_the_broken_with_their_reason(tmp_path, known, fake):
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_module\n")
    found = catalogue([broken])
    alone = Catalogue(found.workloads, {}, found.broken)
    examination = Rounds(alone, {}, fake(), lambda: QUIET, lambda: WITH_GPU).examine()
    assert set(examination.plugins) == {"workloads", "backends", "reports"}
    assert "noop" in examination.plugins["workloads"]
    assert {"html", "png"} <= set(examination.plugins["reports"])
    assert "No module named 'no_such_module'" in examination.broken[str(broken)]


def test_a_broken_report_is_told_too(tmp_path, monkeypatch, fake):
    about = tmp_path / "no_such_report-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: no-such-report\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[gpubench.reports]\nnone = no_such_report:render\n")
    monkeypatch.syspath_prepend(tmp_path)
    examination = Rounds(Catalogue({}, {}, {}), {}, fake(), lambda: QUIET, lambda: WITH_GPU).examine()
    (origin,) = examination.broken
    assert "no-such-report 1" in origin
    assert examination.findings()[0].state == "broken-plugin"


@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_a_required_device_that_is_not_here_is_refused_with_the_doctors_reason(seen, name):
    with pytest.raises(
        UnavailableError, match=f"^{name} is required: there is no device '{name}' here: no driver here"
    ):
        require_of(seen(NO_DRIVER), [name])


def test_a_required_backend_that_does_not_start_is_refused_with_its_reason(seen):
    with pytest.raises(UnavailableError, match=r"cudatoy is required: .* libtoy"):
        require_of(seen(raises="libtoy"), ["cudatoy"])


def test_what_is_required_and_here_is_let_pass(seen):
    require_of(seen(devices=[["cuda:0", "Stub", 8, "9.0"]]), ["cuda", "cudatoy"])
    require_of(seen(NO_DRIVER), [])


def test_an_interpreter_for_no_backend_is_wrong_use():
    with pytest.raises(UsageError, match="an interpreter is given for 'tosch', which is no backend"):
        examine([], {"tosch": "/usr/bin/python3"})
