"""Which devices a selection means, and what is said of those that are not here."""

from __future__ import annotations

import pytest

from gpubench.backend import Device
from gpubench.errors import UnavailableError, UsageError
from gpubench.presence import DeviceChoice, Presence, choose_devices, require, require_interpreters

CPU, FIRST, SECOND = Device("cpu", "A CPU"), Device("cuda:0", "A GPU"), Device("cuda:1", "A GPU")
NO_DRIVER = "no NVIDIA driver is loaded"
NO_CUDA = "torch 2.13.0+cpu is built without CUDA"

WITHOUT = {
    "torch": Presence("2.13", (CPU,), missing=NO_CUDA),
    "tensorflow": Presence("2.21", (CPU,), missing=NO_DRIVER),
}
WITH = {"torch": Presence("2.13", (CPU, FIRST, SECOND)), "tensorflow": Presence("2.21", (CPU,), missing=NO_DRIVER)}
GONE = Presence(devices=(), absent="torch is not installed", hint="pip install torch")
BOTH = f"{NO_CUDA}; {NO_DRIVER}"


@pytest.mark.parametrize(
    ("asked", "devices"),
    [
        ((), ("cpu", "cuda:0")),
        (("cpu",), ("cpu",)),
        (("cuda",), ("cuda:0",)),
        (("cuda:1",), ("cuda:1",)),
        (("all",), ("cpu", "cuda:0", "cuda:1")),
        (("cuda", "cpu"), ("cuda:0", "cpu")),
        (("cuda", "cuda:0", "cuda:1"), ("cuda:0", "cuda:1")),
        (("cuda:1", "all"), ("cuda:1", "cpu", "cuda:0")),
    ],
)
def test_what_is_here_is_chosen_once_each(asked: tuple[str, ...], devices: tuple[str, ...]) -> None:
    assert choose_devices(asked, WITH) == DeviceChoice(devices)


@pytest.mark.parametrize(
    ("asked", "absent"),
    [
        ((), {"cuda": BOTH}),
        (("cpu", "cuda"), {"cuda": BOTH}),
        (("cuda", "cpu"), {"cuda": BOTH}),
        (("cpu", "cuda:1"), {"cuda:1": BOTH}),
        (("cpu",), {}),
        (("all",), {}),
    ],
)
def test_without_an_accelerator_the_cpu_is_measured_and_the_reason_kept(
    asked: tuple[str, ...], absent: dict[str, str]
) -> None:
    assert choose_devices(asked, WITHOUT) == DeviceChoice(("cpu",), absent)


def test_an_accelerator_alone_that_is_not_here_is_refused_with_its_reason() -> None:
    with pytest.raises(UnavailableError, match=f"^there is no device 'cuda' here: {BOTH}$".replace("+", r"\+")) as no:
        choose_devices(("cuda",), WITHOUT)
    assert no.value.exit_code == 5
    assert "gpubench list devices" in no.value.hint


def test_one_reason_that_several_give_is_told_once() -> None:
    same = {name: Presence("1", (CPU,), missing=NO_DRIVER) for name in ("torch", "tensorflow")}
    assert choose_devices((), same).absent == {"cuda": NO_DRIVER}


def test_a_backend_that_has_the_cpu_alone_does_not_speak_first() -> None:
    alone = {"numpy": Presence("2", (CPU,), missing="NumPy computes on the CPU alone")}
    able = {"torch": Presence("2.13", (CPU,), missing=NO_CUDA, accelerators=("cuda",))}
    assert choose_devices((), alone | able).absent == {"cuda": f"{NO_CUDA}; NumPy computes on the CPU alone"}
    assert choose_devices((), alone).absent == {"cuda": "NumPy computes on the CPU alone"}


def test_a_device_beyond_the_last_one_is_refused_with_the_last_one() -> None:
    with pytest.raises(UnavailableError, match="there is no device 'cuda:2' here: the last one is cuda:1"):
        choose_devices(("cuda:2",), WITH)
    assert choose_devices(("cpu", "cuda:7"), WITH).absent == {"cuda:7": "the last one is cuda:1"}


def test_a_device_that_nothing_knows_is_refused() -> None:
    with pytest.raises(UnavailableError, match="there is no device 'npu' here: no backend knows such a device"):
        choose_devices(("npu",), {"torch": Presence("2.13", (CPU, FIRST))})


@pytest.mark.parametrize("name", ["", "cuda:", "cuda:x", "cuda:-1", "cuda 0", "0", "cpu:a", ":0"])
def test_what_is_no_name_of_a_device_is_wrong_use(name: str) -> None:
    with pytest.raises(UsageError, match=f"^'{name}' is no device$") as refusal:
        choose_devices((name,), WITH)
    assert refusal.value.exit_code == 2


def test_the_first_of_every_kind_of_accelerator_is_measured_by_default() -> None:
    here = {"torch": Presence("1", (CPU, FIRST)), "toy": Presence("1", (CPU, Device("toy:0", ""), Device("toy:1", "")))}
    assert choose_devices((), here).devices == ("cpu", "cuda:0", "toy:0")


def test_a_kind_of_accelerator_that_a_backend_knows_is_missed_by_its_name() -> None:
    here = {"toy": Presence("1", (CPU,), missing="no toy is plugged in", accelerators=("toy",))}
    assert choose_devices((), here) == DeviceChoice(("cpu",), {"toy": "no toy is plugged in"})
    assert choose_devices(("cpu", "cuda"), here).absent == {"cuda": "no backend knows such a device"}


def test_a_backend_that_is_absent_has_no_say_in_devices() -> None:
    here = {
        "torch": Presence(devices=(FIRST,), absent="broken", missing="never said"),
        "tensorflow": WITHOUT["tensorflow"],
    }
    assert choose_devices((), here) == DeviceChoice(("cpu",), {"cuda": NO_DRIVER})


@pytest.mark.parametrize(("device", "has"), [("cpu", True), ("cuda:1", True), ("cuda:2", False), ("cuda", False)])
def test_a_backend_has_the_devices_it_lists(device: str, has: bool) -> None:
    assert WITH["torch"].has(device) == has


@pytest.mark.parametrize("names", [(), ("cuda",), ("torch",), ("torch", "cuda:1", "cpu")])
def test_what_is_required_and_here_is_no_matter(names: tuple[str, ...]) -> None:
    require(names, ("torch", "tensorflow"), WITH)


def test_a_required_backend_that_is_absent_is_refused_with_its_hint() -> None:
    with pytest.raises(UnavailableError, match=r"^torch is required: torch is not installed$") as refusal:
        require(("tensorflow", "torch"), ("torch", "tensorflow"), {**WITHOUT, "torch": GONE})
    assert refusal.value.hint == "pip install torch"
    assert refusal.value.exit_code == 5


def test_a_required_device_that_is_absent_is_refused_with_its_reason() -> None:
    with pytest.raises(UnavailableError, match=r"there is no device 'cuda' here: torch 2\.13\.0\+cpu"):
        require(("cuda",), ("torch", "tensorflow"), WITHOUT)


def test_a_requirement_that_is_mistyped_is_told_what_was_meant() -> None:
    with pytest.raises(UnavailableError, match=r"^toch is required: .*; did you mean 'torch'\?$") as refusal:
        require(("toch",), ("torch", "tensorflow"), WITHOUT)
    assert "gpubench list devices" in refusal.value.hint


def test_a_requirement_that_names_nothing_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="'no such' is no device"):
        require(("no such",), ("torch", "tensorflow"), WITH)


def test_a_backend_whose_interpreter_was_named_has_to_start_in_it() -> None:
    with pytest.raises(UnavailableError, match=r"^torch is not installed$") as refusal:
        require_interpreters({"torch": "env/bin/python"}, {**WITHOUT, "torch": GONE})
    assert refusal.value.exit_code == 5
    assert refusal.value.hint == "pip install torch; or leave out --python torch=env/bin/python"


@pytest.mark.parametrize("named", [{}, {"tensorflow": "python"}, {"not selected": "python"}])
def test_an_interpreter_that_is_fine_or_not_needed_is_no_matter(named: dict[str, str]) -> None:
    require_interpreters(named, {**WITHOUT, "torch": GONE})
