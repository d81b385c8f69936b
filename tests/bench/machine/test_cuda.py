"""The driver and NVML asked in a child process, through stub libraries; and what is known without them."""

from __future__ import annotations

import sys

import pytest

from gpubench.machine.cuda import Cuda, Silent, asked_in_a_child, look_at_cuda, nvidia_cards
from gpubench.machine.driver import Driver
from gpubench.machine.nvml import Gpu, Nvml

SAID = {"driver": {"cuda": "12.4", "visible": 1}, "nvml": {"driver": "550", "gpus": [{"name": "A"}]}}


def test_what_the_child_says_becomes_values():
    cuda = look_at_cuda(lambda: SAID)
    assert cuda.driver == Driver(cuda="12.4", visible=1)
    assert cuda.nvml == Nvml(driver="550", gpus=(Gpu("A"),))


@pytest.mark.parametrize(("mask", "visible"), [("0", 1), ("1,0", 2), ("", 0), ("7", 0), ("-1", 0)])
def test_the_driver_counts_what_the_user_left_and_nvml_all(driver, mask, visible):
    driver(CUDA_DEVICES=2, NVML_DEVICES=2, CUDA_VISIBLE_DEVICES=mask)
    cuda = look_at_cuda()
    assert (cuda.mask, cuda.driver.visible, len(cuda.nvml.gpus)) == (mask, visible, 2)


def test_a_driver_that_crashes_ends_its_child_alone(driver):
    driver(CUDA_CRASH=1)
    assert look_at_cuda().silent == "the NVIDIA driver ended the process that asked it (SIGABRT)"


def test_a_driver_that_hangs_is_left_alone():
    hanging = (sys.executable, "-c", "import signal; signal.pause()")
    with pytest.raises(Silent, match=r"no answer within 0\.05 s"):
        asked_in_a_child(hanging, 0.05)


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("raise ValueError('no sense')", "the NVIDIA driver could not be asked: ValueError: no sense"),
        ("os._exit(3)", "the NVIDIA driver could not be asked: its process ended with 3, and said nothing"),
        ("sys.exit('3')", "the NVIDIA driver could not be asked: 3"),
        ("os._exit(0)", "the NVIDIA driver could not be asked: its process ended with 0, and said nothing"),
        ("print('NVRM: banner')", "the NVIDIA driver could not be asked: NVRM: banner"),
        ("os.kill(os.getpid(), 40)", r"the NVIDIA driver ended the process that asked it \(signal 40\)"),
    ],
)
def test_a_child_that_gives_no_answer_says_why(does: str, words: str):
    """A library that is loaded may do anything."""
    with pytest.raises(Silent, match=f"^{words}$"):
        asked_in_a_child((sys.executable, "-c", f"import os, sys; {does}"))


def test_a_machine_without_a_driver_has_neither(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    said = {"driver": {"missing": "none"}, "nvml": {"error": "LibraryNotFound", "gpus": []}}
    cuda = look_at_cuda(lambda: said)
    assert (cuda.driver.missing, cuda.nvml.error, cuda.mask, cuda.silent) == ("none", "LibraryNotFound", None, "")


def test_a_mask_by_uuid_is_kept_as_a_hash(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6,1")
    mask = look_at_cuda(lambda: SAID).mask
    assert mask is not None
    assert mask.endswith(",1")
    assert "8932f937" not in mask


def test_silence_is_kept_beside_what_is_known_without_the_driver(monkeypatch):
    def silent():
        raise Silent("not a word")

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    cuda = look_at_cuda(silent)
    assert (cuda.silent, cuda.mask, cuda.driver, cuda.nvml) == ("not a word", "0", Driver(), Nvml())


def test_cards_are_counted_by_maker_and_kind(tmp_path):
    for name, vendor, kind in [
        ("00:01.0", "0x10de", "0x030000"),  # a display controller
        ("00:02.0", "0x10de", "0x030200"),  # a 3D controller
        ("00:01.1", "0x10de", "0x040300"),  # the sound of the first
        ("00:03.0", "0x8086", "0x030000"),  # another maker's
    ]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(vendor + "\n")
        (tmp_path / name / "class").write_text(kind + "\n")
    (tmp_path / "torn").mkdir()
    assert nvidia_cards(tmp_path) == 2


def test_a_bus_that_can_not_be_read_has_an_unknown_number(tmp_path):
    assert nvidia_cards(tmp_path / "none") is None
    assert Cuda().cards is None
