"""Which backends and devices are here, and why others are not."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from gpubench.backend import Device
from gpubench.machine import processors
from gpubench.machine.cuda import Cuda
from gpubench.machine.driver import Driver, missing_driver
from gpubench.plugins import Plugin
from gpubench.runner import survey as module
from gpubench.runner.spawner import ProcessSpawner, WorkerDied, WorkerTimedOut
from gpubench.runner.survey import installed_version, survey


@pytest.fixture
def toy(known):
    return known.backends["toy"]


def changed(plugin: Plugin, **fields) -> Plugin:
    return replace(plugin, value=replace(plugin.value, **fields))


def asked(plugin, spawner, devices=(), interpreters=None):
    return survey({"toy": plugin}, interpreters or {}, devices, spawner)["toy"]


def test_where_only_the_cpu_is_wanted_nobody_is_asked(toy, fake):
    spawner = fake()
    found = asked(toy, spawner, ("cpu",))
    assert spawner.workers == []
    assert found.version == installed_version(toy.value) != ""
    assert (found.devices, found.absent) == ((Device("cpu", processors.model()),), "")


@pytest.mark.parametrize("devices", [(), ("toy",), ("cpu", "toy:1"), ("all",)])
def test_where_an_accelerator_may_be_wanted_a_worker_is_asked_that_sees_all(toy, fake, devices):
    spawner = fake()
    found = asked(toy, spawner, devices)
    assert [worker.start.device for worker in spawner.workers] == ["all"]
    assert all(worker.closed for worker in spawner.workers)
    assert found.version == np.__version__
    assert found.devices == (Device("cpu", processors.model()), Device("toy:0", "Toy 9000", 2**30))


def test_a_distribution_that_is_not_installed_is_absent_without_asking(toy, fake):
    spawner = fake()
    found = asked(changed(toy, distribution="no-such-toy"), spawner)
    assert (found.absent, found.hint) == ("no-such-toy is not installed", "pip install no-such-toy")
    assert (found.devices, spawner.workers) == ((), [])


def test_an_interpreter_of_its_own_is_asked_even_for_the_cpu(toy, fake):
    """What is installed there, this interpreter can't know; nor need it have the distribution itself."""
    spawner = fake()
    found = asked(changed(toy, distribution="no-such-toy"), spawner, ("cpu",), {"toy": "/other/python"})
    assert len(spawner.workers) == 1
    assert (found.absent, found.version) == ("", "")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": "failed", "reason": "ImportError: no libtoy"}, "ImportError: no libtoy"),
        (WorkerTimedOut(), "no answer within 120 s"),
        (WorkerDied("the worker exited with 1"), "the worker exited with 1: worker 0 said this"),
    ],
    ids=["raises", "hangs", "dies"],
)
def test_a_backend_that_does_not_start_is_absent_with_its_reason(toy, fake, answer, why: str):
    spawner = fake(started=lambda start: answer)
    found = asked(toy, spawner, (), {"toy": sys.executable})
    assert found.absent == f"toy can't be started in {sys.executable}: {why}"
    assert found.hint == f"it must have numpy and NumPy: `{shlex.quote(sys.executable)} -m pip install numpy`"
    assert found.devices == ()
    assert all(worker.closed for worker in spawner.workers)


def test_a_mistyped_interpreter_is_absent_by_name(toy):
    with ProcessSpawner({"toy": "/no/such/python"}) as spawner:
        found = asked(toy, spawner, ("cpu",), {"toy": "/no/such/python"})
    assert found.absent == (
        "toy can't be started in /no/such/python, which is no Python 3: /no/such/python can't be run: "
        "No such file or directory"
    )
    assert found.hint == "name the Python of an environment, for example ../env/bin/python"


def test_an_interpreter_that_lacks_numpy_says_so(toy, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    python = str(tmp_path / "bare" / "bin" / "python")
    with ProcessSpawner({"toy": python}) as spawner:
        found = asked(toy, spawner, ("cpu",), {"toy": python})
    assert found.absent == (
        f"toy can't be started in {python}: the worker exited with 1: ModuleNotFoundError: No module named 'numpy'"
    )


def test_without_a_driver_no_framework_is_started(toy, fake, monkeypatch):
    monkeypatch.setitem(module._DRIVERS, "cuda", lambda: "no driver here")
    spawner = fake()
    found = asked(changed(toy, accelerators=("cuda",)), spawner)
    assert (found.missing, spawner.workers) == ("no driver here", [])
    assert found.devices == (Device("cpu", processors.model()),)


@pytest.mark.parametrize("accelerators", [("cuda", "toy"), ("toy",)])
def test_another_kind_of_accelerator_is_asked_for_all_the_same(toy, fake, monkeypatch, accelerators):
    monkeypatch.setitem(module._DRIVERS, "cuda", lambda: "no driver here")
    spawner = fake()
    asked(changed(toy, accelerators=accelerators), spawner)
    assert len(spawner.workers) == 1


def test_a_driver_that_is_there_is_asked(toy, fake, monkeypatch):
    monkeypatch.setitem(module._DRIVERS, "cuda", lambda: missing_driver(lambda name: object()))
    spawner = fake()
    asked(changed(toy, accelerators=("cuda",)), spawner)
    assert len(spawner.workers) == 1


@pytest.mark.parametrize(("count", "missing"), [("0", "no toy is plugged in"), ("2", "")])
def test_a_real_worker_tells_what_is_plugged_in(toy, monkeypatch, count: str, missing: str):
    monkeypatch.setenv("TOY_DEVICES", count)
    with ProcessSpawner({}) as spawner:
        found = asked(toy, spawner)
    assert [device.name for device in found.devices] == ["cpu", "toy:0", "toy:1"][: 1 + int(count)]
    assert found.missing == missing


def test_a_real_backend_that_is_broken_is_absent(toy, monkeypatch):
    monkeypatch.setenv("TOY_BROKEN", "1")
    with ProcessSpawner({}) as spawner:
        found = asked(toy, spawner)
    assert found.absent == "toy can't be started in this interpreter: ImportError: the toy is broken"


def test_what_to_install_is_told_for_the_interpreter_that_was_named(toy, fake, tmp_path):
    (tmp_path / "my env").mkdir()
    python = tmp_path / "my env" / "python"
    python.symlink_to(sys.executable)
    spawner = fake(started=lambda start: WorkerDied("the worker exited with 1"))
    found = asked(changed(toy, distribution="torch"), spawner, (), {"toy": str(python)})
    assert found.hint == f"it must have torch and NumPy: `'{python}' -m pip install torch numpy`"


@pytest.fixture
def cuda_toy(toy, monkeypatch):
    """The toy as one that computes on NVIDIA's GPUs, on a machine with a driver."""
    monkeypatch.setitem(module._DRIVERS, "cuda", lambda: "")
    return changed(toy, accelerators=("cuda",))


def told_of(*devices, missing=""):
    """What a worker says that has these devices."""
    said = [("cpu", "", None), *devices]
    return lambda start: {"status": "ok", "versions": {}, "settings": {}, "devices": said, "missing": missing}


MASKED = Cuda(Driver(cuda="12.4", error="CUDA_ERROR_NO_DEVICE"), mask="7", cards=1)


def test_why_there_is_no_cuda_device_is_the_doctors_reason(cuda_toy, fake):
    spawner = fake(started=told_of(missing="no CUDA GPUs are available"))
    found = survey({"toy": cuda_toy}, {}, (), spawner, look=lambda: MASKED)["toy"]
    assert found.missing == "CUDA_VISIBLE_DEVICES='7' hides the NVIDIA GPU"
    assert found.accelerators == ("cuda",)


def test_cuda_is_looked_at_once_for_all(cuda_toy, fake):
    looks = []
    spawner = fake(started=told_of(missing="none"))
    survey({"one": cuda_toy, "two": cuda_toy}, {}, (), spawner, look=lambda: looks.append(1) or MASKED)
    assert (len(spawner.workers), looks) == (2, [1])


def test_cuda_is_not_looked_at_where_it_is_there_or_unknown(toy, cuda_toy, fake):
    def look():
        raise AssertionError("looked at")

    found = survey({"toy": cuda_toy}, {}, (), fake(started=told_of(("cuda:0", "A", 1, "9.0"))), look=look)["toy"]
    assert (found.devices[1].capability, found.missing) == ("9.0", "")
    assert survey({"toy": toy}, {}, (), fake(started=told_of(missing="no toy")), look=look)["toy"].missing == "no toy"
