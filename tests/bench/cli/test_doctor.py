"""`gpubench doctor` as a whole: the page, the object, what it exits with, and where its defaults come from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpubench.machine.driver import missing_driver

FALSE = shutil.which("false") or "/bin/false"
WITH_GPU = {"devices": [["cuda:0", "Stub 100", 2**30, "9.0"]]}


@pytest.fixture(scope="module")
def cuda_toy(repository: Path) -> Path:
    """The plug-in whose framework says what CUDA_TOY makes it say."""
    return repository / "tests" / "bench" / "plugins" / "cuda_toy.py"


@pytest.fixture
def doctor(cli, cuda_toy: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command with the CUDA toy; the real frameworks are given an interpreter that ends at once."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def call(*arguments: object, told: dict[str, Any] | None = None):
        monkeypatch.setenv("CUDA_TOY", json.dumps(told or {}))
        others = [f"--python={name}={FALSE}" for name in ("torch", "tensorflow")]
        return cli("doctor", "--plugin", cuda_toy, *others, *arguments)

    return call


def test_the_page_tells_the_machine_each_framework_and_what_to_do(doctor, driver):
    driver(CUDA_VERSION=12040)
    outcome = doctor(told={"versions": {"cuda": "13.0"}, "settings": {"TF32 by default": "on"}})
    assert (outcome.code, outcome.err) == (0, "")
    page = outcome.out
    for words in (
        "free disk here",
        "580.65.06, for CUDA up to 12.4; it shows 1 to this process",
        "Stub 100, 80.0 GiB, compute capability 9.0, PCIe 5.0 x8 of x16, UUID hashed ",
        f"cudatoy 9.9 in {sys.executable}\n",
        "TF32 by default                  on\n",
        "the toy has no GPU",
        "workloads                        conv2d, copy, dispatch",
        "error: cudatoy 9.9 is built for CUDA 13.0, and the NVIDIA driver 580.65.06 serves CUDA 12.4 at most",
        "(driver-too-old)",
        f"      {sys.executable} -m pip install --force-reinstall numpy --for-cuda 12.4\n",
    ):
        assert words in page
    assert page.index("can't be started in") < page.index("What to do")


def test_a_command_stands_alone_in_its_line_however_narrow_the_terminal_is(doctor, driver, monkeypatch):
    driver(CUDA_VERSION=12040)
    monkeypatch.setenv("COLUMNS", "40")
    lines = doctor(told={"versions": {"cuda": "13.0"}}).out.splitlines()
    assert f"      {sys.executable} -m pip install --force-reinstall numpy --for-cuda 12.4" in lines


def test_a_finding_is_not_prefixed_where_it_names_what_it_is_about(doctor, driver):
    driver(CUDA_VISIBLE_DEVICES="")
    page = doctor().out
    assert "error: CUDA_VISIBLE_DEVICES='' hides the NVIDIA GPU (masked)\n" in page
    driver(CUDA_VISIBLE_DEVICES="0")
    assert "error: cudatoy: the toy has no GPU (unexplained)\n" in doctor().out


def test_colours_are_for_those_who_want_them(doctor, monkeypatch):
    assert "\033[" not in doctor().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\033[" in doctor().out


def test_the_object_holds_everything_that_was_found(doctor, driver):
    driver()
    outcome = doctor("--json", told={**WITH_GPU, "log": "a line\n"})
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    assert set(found) == {
        "gpubench", "machine", "cuda", "frameworks", "plugins", "broken", "findings", "unmet",
    }  # fmt: skip
    assert found["cuda"]["nvml"]["gpus"][0]["name"] == "Stub 100"
    told = {framework["backend"]: framework for framework in found["frameworks"]}
    assert set(told) == {"cudatoy", "tensorflow", "torch"}
    assert told["cudatoy"]["devices"][1] == {
        "name": "cuda:0", "model": "Stub 100", "memory_bytes": 2**30, "capability": "9.0",
    }  # fmt: skip
    assert told["cudatoy"]["log"] == "a line\n"
    assert told["torch"]["interpreter"] == FALSE
    assert "is no Python 3: exited with 1" in told["torch"]["absent"]
    assert found["unmet"] is None
    finding = next(finding for finding in found["findings"] if finding["about"] == "torch")
    assert (finding["state"], finding["weight"], finding["commands"]) == ("not-started", "error", [])


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_what_is_required_and_missing_ends_with_5_after_everything_is_told(doctor, driver, how):
    driver(CUDA_VISIBLE_DEVICES="")
    outcome = doctor("--require", "cuda", *how)
    assert outcome.code == 5
    assert (
        "cuda is required: there is no device 'cuda' here: CUDA_VISIBLE_DEVICES='' hides the NVIDIA GPU" in outcome.err
    )
    assert "unset CUDA_VISIBLE_DEVICES" in outcome.out
    if how:
        assert json.loads(outcome.out)["unmet"].startswith("cuda is required: ")


def test_a_framework_that_is_required_and_does_not_start_ends_with_5(doctor):
    outcome = doctor("--require", "cudatoy,torch")
    assert outcome.code == 5
    assert f"torch is required: torch can't be started in {FALSE}" in outcome.err


def test_what_is_required_and_there_ends_with_0(doctor, driver):
    driver()
    assert doctor("--require", "cuda", "--require", "cudatoy", told=WITH_GPU).code == 0


def test_what_no_backend_knows_is_refused_by_name(doctor):
    outcome = doctor("--require", "cudatoi")
    assert outcome.code == 5
    assert "did you mean 'cudatoy'?" in outcome.err


def test_an_interpreter_for_no_backend_is_wrong_use(cli):
    outcome = cli("doctor", "--python", f"tosch={sys.executable}")
    assert outcome.code == 2
    assert "'tosch', which is no backend" in outcome.err


def test_the_environments_of_the_configuration_file_are_those_that_are_looked_into(cli, cuda_toy, driver, tmp_path):
    driver()
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.gpubench]\nplugin = ["{cuda_toy}"]\nrequire = ["cuda"]\nlaunches = 5\n'
        f'python = {{ torch = "{FALSE}", tensorflow = "{FALSE}" }}\n'
    )
    outcome = cli("doctor", "--json")
    told = {framework["backend"]: framework["interpreter"] for framework in json.loads(outcome.out)["frameworks"]}
    assert told == {"cudatoy": sys.executable, "tensorflow": FALSE, "torch": FALSE}
    assert outcome.code == 5


def test_those_of_the_environment_are_too(cli, cuda_toy, monkeypatch):
    monkeypatch.setenv("GPUBENCH_PYTHON", f"torch={FALSE} tensorflow={FALSE}")
    monkeypatch.setenv("GPUBENCH_PLUGIN", str(cuda_toy))
    told = [framework["interpreter"] for framework in json.loads(cli("doctor", "--json").out)["frameworks"]]
    assert told.count(FALSE) == 2


def test_a_mistake_in_the_configuration_file_is_told(cli, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.gpubench]\npyhton = 3\n")
    outcome = cli("doctor")
    assert outcome.code == 2
    assert "did you mean 'python'" in outcome.err
    assert cli("doctor", "--help").code == 0


def test_a_broken_plugin_is_listed_and_stops_nobody(doctor, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_module\n")
    page = doctor("--plugin", broken)
    assert page.code == 0
    assert (
        f"plug-in {broken} is broken: ModuleNotFoundError: No module named 'no_such_module' (broken-plugin)" in page.out
    )
    assert json.loads(doctor("--plugin", broken, "--json").out)["broken"][str(broken)].startswith("ModuleNotFoundError")


def run_here(folder: Path, libraries: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process that starts with a driver in its loader's path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GPUBENCH_", "CUDA_VISIBLE"))}
    command = [sys.executable, "-m", "gpubench", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env={**kept, "LD_LIBRARY_PATH": libraries, **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "told", "state"),
    [
        ({"CUDA_VISIBLE_DEVICES": ""}, {}, "masked"),
        ({"STUB_CUDA_VERSION": "11080"}, {}, "driver-too-old"),
        ({}, {"log": "Cannot dlopen some GPU libraries"}, "no-cuda-libraries"),
    ],
)
def test_a_run_without_its_gpu_ends_with_the_doctors_reason(
    tmp_path, cuda_toy, stub_libcuda, stub_nvml, how, told, state
):
    libraries, environment = f"{stub_libcuda}:{stub_nvml}", {**how, "CUDA_TOY": json.dumps(told)}
    others = [f"--python={name}={FALSE}" for name in ("torch", "tensorflow")]
    seen = run_here(tmp_path, libraries, "doctor", "--json", "--plugin", cuda_toy, *others, **environment)
    reasons = {finding["state"]: finding["reason"] for finding in json.loads(seen.stdout)["findings"]}
    run = run_here(
        tmp_path, libraries, "run", "noop", "-b", "cudatoy", "--device", "cuda", "--plugin", cuda_toy, **environment
    )
    assert run.returncode == 5
    assert f"there is no device 'cuda' here: {reasons[state]}\n" in run.stderr
    assert "`gpubench doctor`" in run.stderr


@pytest.mark.alone  # other tests load a driver's stub into their process
def test_a_run_without_a_driver_asks_no_framework(cli, cuda_toy, monkeypatch):
    """So it answers at once."""
    if not missing_driver():
        pytest.skip("this machine has a driver")
    monkeypatch.setenv("CUDA_TOY", json.dumps({"raises": "it was asked"}))
    outcome = cli("run", "noop", "-b", "cudatoy", "--device", "cuda", "--plugin", cuda_toy)
    assert outcome.code == 5
    assert "there is no device 'cuda' here: no NVIDIA driver on this machine" in outcome.err


@pytest.mark.framework("torch", "tensorflow")
def test_the_real_frameworks_are_told_apart_on_a_machine_with_a_driver(cli, driver):
    """As the package indexes have them: torch for the CPU, TensorFlow for CUDA without its libraries."""
    import importlib.metadata
    import importlib.util

    if importlib.util.find_spec("nvidia") or "+cpu" not in importlib.metadata.version("torch"):
        pytest.skip("CUDA's libraries are installed")
    driver()
    found = json.loads(cli("doctor", "--json").out)
    told = {framework["backend"]: framework for framework in found["frameworks"]}
    assert told["tensorflow"]["settings"]["TF32 by default"] == "on"
    assert told["torch"]["settings"]["TF32 in products by default"] == "off"
    assert "sm_" in told["tensorflow"]["settings"]["CUDA architectures"]
    by_backend = {finding["about"]: finding for finding in found["findings"] if finding["about"] in told}
    assert by_backend["torch"]["state"] == "no-cuda-build"
    assert by_backend["tensorflow"]["state"] == "no-cuda-libraries"
    assert "libcudart.so" in by_backend["tensorflow"]["reason"]
    for name, finding in by_backend.items():  # both lie in one environment
        assert finding["commands"][-1] == f"gpubench run --python {name}={name}-env/bin/python"
