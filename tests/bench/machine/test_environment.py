"""What is stored of a machine: facts that decide its numbers, and nothing that names a person, a host or a secret."""

from __future__ import annotations

import getpass
import os
import platform
import re
from pathlib import Path

import psutil
import pytest

from gpubench.machine import environment as module
from gpubench.machine.environment import environment

FACTS = {
    "host (hashed)", "boot (hashed)", "processor", "logical processors", "physical cores allowed", "CPU quota",
    "memory", "CPU governor",
    "operating system", "python", "load average at start",
}  # fmt: skip
VARIABLES = {"OMP_WAIT_POLICY", "OMP_PROC_BIND", "KMP_AFFINITY", "TF_ENABLE_ONEDNN_OPTS", "CUDA_VISIBLE_DEVICES"}


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_it_is_an_allow_list(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t-value")
    monkeypatch.setenv("OMP_WAIT_POLICY_OF_MINE", "s3cr3t-value")
    facts = environment()
    assert set(facts) == FACTS
    assert "s3cr3t-value" not in repr(facts)


def test_no_value_of_the_environment_is_in_it(monkeypatch):
    monkeypatch.setattr(os, "environ", {f"VARIABLE_{number}": f"value-{number}-of-many" for number in range(100)})
    assert not re.search("value-[0-9]+-of-many", repr(environment()))


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_a_variable_that_changes_speed_is_kept_where_it_is_set(monkeypatch, name: str):
    monkeypatch.setenv(name, "1")
    assert environment()[name] == "1"
    assert set(environment()) == FACTS | {name}


def test_the_host_is_a_hash_and_the_user_is_not_told(monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "annes-laptop.example.org")
    facts = environment()
    assert re.fullmatch("[0-9a-f]{12}", facts["host (hashed)"])
    assert "annes-laptop" not in repr(facts)
    user = getpass.getuser()
    assert user not in facts.values()


def test_the_same_host_has_the_same_hash_and_another_has_another(monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "one")
    first, again = environment()["host (hashed)"], environment()["host (hashed)"]
    monkeypatch.setattr(platform, "node", lambda: "two")
    assert first == again != environment()["host (hashed)"]


@pytest.mark.parametrize("kind", ["GPU", "MIG"])
def test_a_gpus_uuid_is_a_hash(monkeypatch, kind: str):
    """CUDA_VISIBLE_DEVICES may name devices by number or by UUID."""
    uuid = f"{kind}-8932f937-d72c-4106-c12f-20bd9faed9f6"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", f"0,{uuid}, {uuid[:-1]}7")
    stored = environment()["CUDA_VISIBLE_DEVICES"]
    assert "8932f937" not in stored
    assert re.fullmatch("0,([0-9a-f]{12}),([0-9a-f]{12})", stored)
    assert len(set(stored.split(","))) == 3


def test_a_mask_that_hides_every_gpu_is_kept(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert environment()["CUDA_VISIBLE_DEVICES"] == ""


def test_the_facts_are_the_machines():
    facts = environment()
    assert facts["logical processors"] == str(psutil.cpu_count())
    assert 1 <= int(facts["physical cores allowed"]) <= psutil.cpu_count()
    assert facts["memory"] == f"{psutil.virtual_memory().total / 2**30:.1f} GiB"
    assert facts["python"] == platform.python_version()
    assert re.fullmatch(r"(\d+\.\d\d ){2}\d+\.\d\d", facts["load average at start"])
    assert facts["CPU quota"] == "none" or facts["CPU quota"].endswith(" processors")
    assert all(facts.values())


def test_all_containers_of_a_machine_tell_the_same_boot_and_only_its_hash(monkeypatch, tmp_path):
    boot = environment()["boot (hashed)"]
    monkeypatch.setattr(platform, "node", lambda: "another-container")
    assert environment()["boot (hashed)"] == boot
    assert re.fullmatch("[0-9a-f]{12}", boot)
    assert boot not in Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").replace("-", "")


def test_a_system_that_tells_no_boot_has_no_such_fact(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_BOOT", tmp_path / "none")
    assert set(environment()) == FACTS - {"boot (hashed)"}
