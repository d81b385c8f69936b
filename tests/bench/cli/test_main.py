"""The command itself: what it exits with, and what it says when it can't."""

from __future__ import annotations

import signal
from pathlib import Path

import click
import pytest

import gpubench
from gpubench.cli import main as command
from gpubench.errors import Interrupted

COMMANDS = command.gpubench_command.list_commands(click.Context(command.gpubench_command))


def test_the_help_names_every_command(cli) -> None:
    said = cli("--help")
    assert said.code == 0
    assert said.err == ""
    named = [line.split()[0] for line in said.out.partition("Commands:\n")[2].splitlines() if line[2] != " "]
    assert named == COMMANDS
    assert {"run", "list", "report", "export", "validate"} <= set(named)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help(cli, name: str, flag: str) -> None:
    said = cli(name, flag)
    assert said.code == 0
    assert said.out.startswith(f"Usage: gpubench {name} ")
    assert said.err == ""


def test_the_version_is_that_of_the_package(cli) -> None:
    assert cli("--version").out == f"gpubench, version {gpubench.__version__}\n"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["runn"], "No such command 'runn'; did you mean 'run'?"),
        (["xyz"], "No such command 'xyz'\n"),
        (["run", "--presett", "quick"], "No such option"),
        (["export"], "Missing argument 'RUN'"),
        (["validate", "a", "b"], "unexpected extra argument (b)"),
        (["list", "runz"], "'runz' is not one of"),
        (["run", "--resume"], "Option '--resume' requires an argument"),
    ],
)
def test_wrong_use_ends_with_2_and_the_way_to_the_help(cli, typed: list[str], said: str) -> None:
    outcome = cli(*typed)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.out == ""


def test_a_defect_ends_with_70_and_asks_for_a_report(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect() -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr("gpubench.results.locate.runs", defect)
    said = cli("list", "runs")
    assert said.code == 70
    assert "Traceback" in said.err
    assert "RuntimeError: nobody thought of this" in said.err
    assert said.err.endswith("this is a defect of gpubench; please report the lines above\n")


def test_an_interrupt_before_anything_is_measured_ends_with_130(cli, tmp_path: Path) -> None:
    (tmp_path / "ctrl_c.py").write_text("raise KeyboardInterrupt\n")
    said = cli("list", "--plugin", "ctrl_c.py")
    assert said.code == 130
    assert said.err.endswith("gpubench: interrupted\n")


@pytest.mark.parametrize("wrapped", [True, False])
def test_an_interrupted_run_says_how_to_go_on(cli, monkeypatch: pytest.MonkeyPatch, wrapped: bool) -> None:
    """Click wraps what interrupts a command, except where standard error is gone as well."""

    def interrupted(*_: object, **__: object) -> None:
        try:
            raise Interrupted(Path("a b/run"), "Go on with:\n  this")
        except Interrupted as error:
            raise (click.Abort() if wrapped else OSError("no terminal")) from error

    monkeypatch.setattr(command.gpubench_command, "main", interrupted)
    said = cli("run")
    assert said.code == 130
    assert said.err.endswith("what was measured is in a b/run. Go on with:\n  this\n")


def test_sigterm_interrupts_as_ctrl_c_does(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(command, "open_streams", lambda: None)
    with pytest.raises(SystemExit) as end:
        command.main(["--version"])
    assert end.value.code == 0
    with pytest.raises(KeyboardInterrupt):
        handlers[signal.SIGTERM](signal.SIGTERM, None)


def test_a_name_that_is_not_utf_8_is_refused(cli) -> None:
    said = cli("run", "--out", b"caf\xe9".decode(errors="surrogateescape"))
    assert said.code == 2
    assert r"'caf\udce9' is not UTF-8" in said.err


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_follows_the_environment(
    cli, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[31m" in cli("export", "nosuch").err) == coloured


def test_a_wrong_value_from_the_environment_names_its_variable(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUBENCH_LAUNCHES", "many")
    said = cli("run")
    assert said.code == 2
    assert "'many' is not a valid" in said.err
    assert said.err.endswith("It was given by GPUBENCH_LAUNCHES=many in the environment.\n")
    assert "environment" not in cli("run", "--launches", "many").err


def test_the_shell_completes(cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("_GPUBENCH_COMPLETE", "bash_source")
    said = cli()
    assert said.code == 0
    assert "complete -o nosort -F _gpubench_completion gpubench" in said.out
    (tmp_path / "pyproject.toml").write_text("[tool.gpubench]\nnosuch = 1\n")  # no matter while a word is completed
    monkeypatch.setenv("_GPUBENCH_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "gpubench run --preset ")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert cli().out == "plain,quick\nplain,standard\nplain,thorough\n"


def test_an_unknown_shell_is_wrong_use(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_GPUBENCH_COMPLETE", "nosuch_source")
    assert cli().code == 2
