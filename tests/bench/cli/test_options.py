"""Options that several commands share: one meaning, one default from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "command", [["list", "workloads"], ["list", "backends"], ["run", "doubling", "--dry-run", "-q"]]
)
def test_a_plug_in_may_be_named_by_the_environment(
    cli, command: list[str], toy_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPUBENCH_PLUGIN", str(toy_file))
    monkeypatch.setenv("GPUBENCH_BACKEND", "toy")
    said = cli(*command)
    assert said.code == 0
    assert "toy " in said.out or "doubling" in said.out


@pytest.mark.parametrize("command", ["run", "list", "doctor", "report", "check"])
def test_the_help_of_a_shared_option_is_the_same(cli, command: str) -> None:
    assert "A Python file that declares workloads, backends or reports." in " ".join(cli(command, "--help").out.split())


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_another_environment_is_named_the_same_way(cli, command: str) -> None:
    said = cli(command, "--python", "torch")
    assert said.code == 2
    assert "for example --python tensorflow=/opt/tf/bin/python" in said.err
