"""Whether there is an NVIDIA driver, asked of the loader; and what it says, through a stub of its library."""

from __future__ import annotations

import pytest

from gpubench.machine.cuda import asked_in_a_child
from gpubench.machine.driver import Driver, look_at_driver, missing_driver


def test_a_library_that_does_not_load_is_a_missing_driver():
    def load(name: str):
        raise OSError(f"{name}: cannot open shared object file")

    assert missing_driver(load) == "no NVIDIA driver on this machine (libcuda.so.1 was not found)"


def test_a_library_that_loads_is_a_driver():
    asked = []
    assert missing_driver(asked.append) == ""
    assert asked == ["libcuda.so.1"]


@pytest.mark.cuda
def test_where_there_is_a_gpu_there_is_a_driver():
    assert missing_driver() == ""


@pytest.fixture
def stub_says(driver):
    """What the driver says that the environment makes; keywords are variables without their STUB_CUDA_.

    In a child: once loaded into this process, the stub would be every later test's driver.
    """

    def said(**how: int) -> Driver:
        driver(**{f"CUDA_{name}": value for name, value in how.items()})
        return Driver(**asked_in_a_child()["driver"])

    return said


@pytest.mark.parametrize(
    ("number", "version"), [(12040, "12.4"), (13000, "13.0"), (11080, "11.8"), (12120, "12.12"), (0, "")]
)
def test_a_driver_tells_the_newest_cuda_that_it_serves_and_its_devices(stub_says, number, version):
    assert stub_says(VERSION=number, DEVICES=2) == Driver(cuda=version, visible=2)


@pytest.mark.parametrize(
    ("code", "error"),
    [(803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"), (999, "CUDA_ERROR_UNKNOWN"), (77, "CUDA error 77")],
)
def test_what_the_driver_does_not_start_with_is_its_own_name_for_it(stub_says, code, error):
    assert stub_says(INIT=code) == Driver(cuda="13.0", error=error)


def test_a_driver_without_a_device_has_none(stub_says):
    assert stub_says(DEVICES=0) == Driver(cuda="13.0", error="CUDA_ERROR_NO_DEVICE")


def test_a_driver_that_is_not_there_is_not_asked():
    def load(name: str):
        raise OSError(name)

    assert look_at_driver(load) == Driver("no NVIDIA driver on this machine (libcuda.so.1 was not found)")
