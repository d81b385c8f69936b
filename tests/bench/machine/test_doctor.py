"""All findings together: each once, the worst first, and none about CUDA where nobody wants it."""

from __future__ import annotations

from dataclasses import replace

from gpubench.backend import Backend, Device
from gpubench.machine.cuda import Cuda
from gpubench.machine.doctor import Examination
from gpubench.machine.driver import Driver
from gpubench.machine.finding import Weight
from gpubench.machine.framework import Framework
from gpubench.machine.host import Host

QUIET = Host({}, "performance", 0.0, 4, 2**40)
BUSY = replace(QUIET, load=3.5, governor="powersave", free_bytes=2**20)
NO_DRIVER, WITH_GPU = Cuda(Driver("no driver here"), place="debian"), Cuda(Driver(cuda="12.4", visible=1))
CPU = Device("cpu", "")


def framework(name: str, python: str = "/python", accelerators: tuple[str, ...] = ("cuda",), **fields) -> Framework:
    backend = Backend(
        name, name, {"eager": ""}, (), accelerators, lambda *_: {}, lambda *_: None, lambda cuda: f"{name}+"
    )
    return Framework(backend, python, "1.0", **{"devices": (CPU,), "missing": f"{name} sees none", **fields})


def states(host: Host, cuda: Cuda, *frameworks: Framework, **more) -> list[str]:
    return [finding.state for finding in Examination(host, cuda, frameworks, **more).findings()]


def test_a_machine_that_lacks_nothing_has_no_findings():
    with_gpu = framework("one", devices=(CPU, Device("cuda:0", "A")), missing="")
    assert states(QUIET, WITH_GPU, with_gpu) == []


def test_the_drivers_reason_is_told_once_for_all_and_no_build_is_blamed():
    assert states(QUIET, NO_DRIVER, framework("one"), framework("two", "/other")) == ["no-driver"]


def test_each_build_has_its_own_reason_where_the_driver_has_a_device():
    found = Examination(QUIET, WITH_GPU, [framework("one"), framework("two", "/other")]).findings()
    assert [(finding.state, finding.about) for finding in found] == [("no-cuda-build", "one"), ("no-cuda-build", "two")]


def test_a_framework_that_has_its_gpu_does_not_hide_what_another_lacks():
    one = framework("one", devices=(CPU, Device("cuda:0", "A")))
    found = Examination(QUIET, WITH_GPU, [one, framework("two")]).findings()
    assert [finding.about for finding in found] == ["two"]
    assert found[0].commands[-1] == "gpubench run --python two=two-env/bin/python"  # one shares its environment


def test_nobody_is_told_of_a_driver_that_nobody_wants():
    assert states(QUIET, NO_DRIVER, framework("one", accelerators=("toy",))) == []
    assert states(QUIET, NO_DRIVER) == []


def test_a_clash_in_a_shared_environment_is_told_once():
    clash = {"clashing wheels": "a-cu12, a-cu13"}
    shared = [framework("one", settings=clash), framework("two", settings=clash)]
    assert states(QUIET, NO_DRIVER, *shared).count("clashing-wheels") == 1
    apart = [framework("one", settings=clash), framework("two", "/other", settings=clash)]
    assert states(QUIET, NO_DRIVER, *apart).count("clashing-wheels") == 2


def test_a_framework_that_is_not_installed_is_a_note_with_the_command_that_installs_it():
    gone = framework("one", absent="one is not installed", hint="pip install one", installed=False)
    (finding,) = Examination(QUIET, NO_DRIVER, [gone]).findings()
    assert (finding.state, finding.weight, finding.commands) == ("not-installed", Weight.NOTE, ("pip install one",))


def test_where_there_is_a_gpu_its_build_for_the_gpu_is_proposed():
    gone = framework("one", absent="one is not installed", hint="pip install one", installed=False)
    (finding,) = Examination(QUIET, WITH_GPU, [gone]).findings()
    assert finding.commands == ("/python -m pip install --force-reinstall one+",)
    without = replace(gone, backend=replace(gone.backend, accelerators=()))
    assert Examination(QUIET, WITH_GPU, [without]).findings()[0].commands == ("pip install one",)


def test_a_framework_that_does_not_start_is_an_error_in_its_own_words():
    broken = framework("one", absent="one can't be started: no libtoy", hint="/python must have one and NumPy")
    (finding,) = Examination(QUIET, WITH_GPU, [broken]).findings()
    assert (finding.state, finding.weight) == ("not-started", Weight.ERROR)
    assert (finding.reason, finding.advice) == (
        "one can't be started: no libtoy", "/python must have one and NumPy.",
    )  # fmt: skip


def test_a_broken_plugin_is_told_with_its_reason():
    (finding,) = Examination(QUIET, NO_DRIVER, [], broken={"mine.py": "SyntaxError: where"}).findings()
    assert (finding.state, finding.reason) == ("broken-plugin", "plug-in mine.py is broken: SyntaxError: where")


def test_the_worst_comes_first():
    found = Examination(BUSY, NO_DRIVER, [framework("one")], broken={"mine.py": "no"}).findings()
    assert [finding.weight for finding in found] == sorted(
        (finding.weight for finding in found), key=[Weight.ERROR, Weight.WARNING, Weight.NOTE].index
    )
    assert [finding.state for finding in found] == ["no-driver", "broken-plugin", "busy", "disk-full", "cpu-governor"]
