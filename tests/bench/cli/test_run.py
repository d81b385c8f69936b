"""`gpubench run`: from options to a selection, and what is refused before anything is measured."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gpubench.results.records import Event
from gpubench.results.results import load
from gpubench.results.writer import Writer


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["doublin"], "there is no workload 'doublin'; did you mean 'doubling'?"),
        (["-b", "tyo"], "there is no backend 'tyo'; did you mean 'toy'?"),
        (["-s", "smal"], "--size smal: no selected workload and backend has it; did you mean 'small'?"),
        (["-s", "nan"], "--size nan: no selected workload and backend has it"),
        (["-s", "2.5"], "--size 2.5: no selected workload and backend has it"),
        (["-s", "0"], "doubling can't be made with n=0: n must be at least 1"),
        (["--param", "faul=raise"], "--param faul: no selected workload and backend has it; did you mean 'fault'?"),
        (["--param", "n=x"], "--param n=x: doubling wants a int there"),
        (["--precision", "bfloat16"], "--precision bfloat16: no selected workload and backend has it\n"),
        (["--mode", "jit", "--precision", "float32"], "--mode jit: no selected workload and backend has it"),
        (["--precision", "floatt32"], "did you mean 'float32'?"),
        (["--mode", "egaer"], "--mode egaer: no selected workload and backend has it; did you mean 'eager'?"),
        (["--data", "hots"], "--data hots: no selected workload and backend has it; did you mean 'host'?"),
        (["--data-dir", "nowhere"], "nowhere: doubling trains on no files\n  leave it out"),
        (["--param", "n=3"], "--param n=3 and --size smoke both say how large doubling is\n  say it once: --size 3"),
        (["-d", "cu da"], "'cu da' is no device"),
        (["-d", "cuda:x"], "'cuda:x' is no device"),
        (["--plugin", "nosuch.py"], "nosuch.py: there is no such file"),
    ],
)
def test_a_selection_of_nothing_is_wrong_use_and_says_what_there_is(
    cli, toy: list[str], typed: list[str], said: str
) -> None:
    without_size = toy[:-2] if "-s" in typed else toy
    outcome = cli("run", *without_size, *typed, "--out", "new")
    assert outcome.code == 2
    assert said in outcome.err
    assert len(outcome.err.splitlines()) >= 2  # what to type next stands below
    assert outcome.out == ""
    assert not Path("new").exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["-d", "cuda"], "there is no device 'cuda' here: no backend knows such a device"),
        (["-d", "toy"], "there is no device 'toy' here: no toy is plugged in"),
        (["-d", "toy:3"], "there is no device 'toy:3' here: no toy is plugged in"),
        (["-d", "cpu", "--require", "toy"], "toy is required: there is no device 'toy' here: no toy is plugged in"),
        (["-d", "cpu", "--require", "cuda"], "cuda is required: there is no device 'cuda' here"),
        (["-d", "cpu", "--require", "jax"], "jax is required: there is no device 'jax' here"),
        (["-d", "cpu", "--require", "dol"], "dol is required: .*; did you mean 'doll'?"),
    ],
)
def test_what_is_asked_for_and_absent_ends_with_5(cli, toy_file: Path, typed: list[str], said: str) -> None:
    # The backend's name is its accelerator's too, so here it goes by another.
    other = Path("other.py")
    text = toy_file.read_text(encoding="utf-8")
    other.write_text(text.replace('name="toy"', 'name="doll"').replace('{"toy": toy_step}', '{"doll": toy_step}'))
    outcome = cli("run", "doubling", "--plugin", other, "-b", "doll", *typed)
    assert outcome.code == 5
    assert all(part in outcome.err for part in said.split(".*"))
    assert "`gpubench list devices`" in outcome.err


@pytest.mark.parametrize("typed", [["-d", "toy"], ["-d", "cpu", "--require", "toy"], ["--require", "toy", "-d", "all"]])
def test_a_device_that_is_here_satisfies(
    cli, toy_file: Path, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_DEVICES", "1")
    said = cli("run", "doubling", "--plugin", toy_file, "-b", "toy", "-s", "smoke", *typed, "--dry-run")
    assert said.code == 0
    assert ("toy:0" in said.out) == (typed != ["-d", "cpu", "--require", "toy"])


def test_a_dry_run_shows_the_plan_and_writes_nothing(cli, toy: list[str], tmp_path: Path) -> None:
    before = list(tmp_path.iterdir())
    said = cli("run", *toy, "--param", "fault=wrong,none", "--dry-run", "--out", "new")
    assert said.code == 0
    assert said.out.splitlines() == [
        "doubling n=4 fault=wrong toy cpu float32 eager",
        "doubling n=4 fault=none toy cpu float32 eager",
        "doubling n=4 fault=none toy cpu float32 eager again",
    ]
    assert "3 cells x 3 launches: about 40 seconds" in said.err
    assert list(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / 0\n", "ZeroDivisionError"),
        ("def (\n", "SyntaxError"),
        ("raise SystemExit(1)\n", "SystemExit: 1"),
        ("x = 1\n", "it declares no Workload, no Backend and no Renderer"),
        (
            "from gpubench import Addition\nmore = Addition('matmull', 'toy', print)\n",
            "it adds a builder to 'matmull', and there is no such workload",
        ),
    ],
)
def test_a_plug_in_that_is_named_and_broken_is_wrong_use_though_others_could_be_measured(
    cli, toy: list[str], text: str, reason: str
) -> None:
    Path("mine.py").write_text(text, encoding="utf-8")
    said = cli("run", *toy, "--plugin", "mine.py", "--dry-run")
    assert (said.code, said.out) == (2, "")
    assert f"mine.py: it can't be used: {reason}" in said.err
    assert "mend it, or leave it out" in said.err


def test_an_installed_plug_in_that_is_broken_is_named_and_left_out(
    cli, toy: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "site" / "theirs-1.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.5\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[gpubench.workloads]\nwreck = no_such_module:it\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    said = cli("run", *toy, "--dry-run", "-q")
    assert said.code == 0
    assert len(said.out.splitlines()) == 2
    assert "Left out: plug-in wreck (theirs 1.5, no_such_module:it) is broken: ModuleNotFoundError" in said.err


def test_a_plan_of_which_nothing_can_be_measured_is_wrong_use(cli, toy: list[str]) -> None:
    chosen = ["noop" if word == "doubling" else word for word in toy]
    said = cli("run", *chosen, "--out", "new")
    assert (said.code, said.out) == (2, "")
    assert "nothing that is selected can be measured here: noop has no step for toy\n" in said.err
    assert "`gpubench list -v` shows for which backends a workload has a step" in said.err
    assert not Path("new").exists()
    planned = cli("run", *chosen, "--dry-run")
    assert planned.code == 0
    assert "can't run: noop has no step for toy" in planned.out


@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_a_run_in_which_nothing_had_a_meaning_ends_with_2_and_says_so(cli, toy: list[str], quiet: list[str]) -> None:
    how = ["--launches", "1", "--max-time", "0.02", "--no-report", "--out", "new", *quiet]
    said = cli("run", *toy, "--param", "fault=unsupported", *how)
    assert said.code == 2
    assert "Nothing was measured, for nothing that is selected has a meaning here: toys can't do that\n" in said.err
    assert said.err.endswith("`gpubench list devices` what is here\n")
    assert set(load(Path("new")).cells()["status"]) == {"skipped"}
    said = cli("run", *toy, "--param", "fault=unsupported,none", *[*how, "--out", "some"])
    assert said.code == 0
    assert "Nothing was measured" not in said.err


@pytest.mark.parametrize(
    "typed",
    [
        ["doubling"],
        ["--size", "smoke"],
        ["--preset", "quick"],  # which is the default
        ["--seed", "0"],
        ["--timeout", "300"],
        ["--data-dir", ""],
        ["--launches", "1"],
        ["--param", "n=3"],
        ["--dry-run"],
        ["--out", "elsewhere"],
        ["--python", "toy=true"],
    ],
)
def test_a_resumed_run_takes_no_other_selection(cli, incomplete: Path, typed: list[str]) -> None:
    before = (incomplete / "results.jsonl").read_bytes()
    said = cli("run", "--resume", incomplete, *typed)
    assert said.code == 2
    assert "--resume takes the run's stored plan" in said.err
    assert typed[0] in said.err
    assert (incomplete / "results.jsonl").read_bytes() == before


def test_defaults_of_the_environment_and_the_file_are_no_matter_to_a_resumed_run(
    cli, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPUBENCH_SIZE", "large")
    (tmp_path / "pyproject.toml").write_text('[tool.gpubench]\npreset = "thorough"\n')
    assert cli("run", "--resume", run).code == 0


@pytest.mark.parametrize(("name", "code"), [("", 2), ("nosuch", 6), ("latest", 6), (".", 6)])
def test_a_run_to_resume_has_to_be_there(cli, name: str, code: int, tmp_path: Path) -> None:
    said = cli("run", "--resume", name)
    assert said.code == code
    assert "gpubench" in said.err.splitlines()[1]
    assert list(tmp_path.iterdir()) == []


def test_a_copy_of_another_name_is_not_resumed_into_the_file_beside_it(cli, run: Path, lines: list[bytes]) -> None:
    (run / "backup.jsonl").write_bytes(b"".join(lines[:-2]))
    said = cli("run", "--resume", run / "backup.jsonl")
    assert said.code == 2
    assert "backup.jsonl is not called results.jsonl" in said.err
    assert (run / "results.jsonl").read_bytes() == b"".join(lines)


@pytest.mark.parametrize(
    ("out", "code", "said"),
    [
        ("file", 2, "--out file is a file"),
        ("full", 2, "--out full is not empty"),
        ("run", 2, "run holds a run already, which is complete\n  choose another --out, or move that folder away"),
        ("half", 2, "half holds a run already, which is not finished\n  go on with it: gpubench run --resume half, or"),
        ("a half", 2, "  go on with it: gpubench run --resume 'a half', or choose another --out"),
        ("torn", 2, "torn holds a run already, whose file can't be read\n  choose another --out"),
        ("file/below", 74, "a part of that path is a file and no folder: choose another folder with --out"),
        ("/dev/null/x", 74, "cannot write /dev/null/x/results.jsonl: Not a directory\n  a part of that path is a file"),
        ("/proc/gpubench", 74, "cannot write /proc/gpubench/results.jsonl"),
    ],
)
def test_a_folder_that_can_hold_no_new_run_is_refused(
    cli, toy: list[str], run: Path, out: str, code: int, said: str
) -> None:
    Path("file").touch()
    Path("full").mkdir()
    Path("full/x").touch()
    Path("half").mkdir()
    Path("a half").symlink_to("half")
    whole = (run / "results.jsonl").read_bytes()
    Path("half/results.jsonl").write_bytes(whole[: whole.rindex(b'{"kind":"end"')])
    Path("torn").mkdir()
    Path("torn/results.jsonl").write_bytes(b"x" + whole)
    before = (run / "results.jsonl").read_bytes()
    outcome = cli("run", *toy, "--param", "fault=raise", "--out", out)
    assert outcome.code == code
    assert said in outcome.err
    assert "--out" in outcome.err
    assert outcome.out == ""
    assert (run / "results.jsonl").read_bytes() == before


def test_an_empty_folder_holds_a_new_run(cli, toy_file: Path, toy: list[str]) -> None:
    Path("ünï 雪").mkdir()
    Path("my plug-in.py").write_bytes(toy_file.read_bytes())
    mine = ["doubling", "--plugin", "my plug-in.py", *toy[3:]]
    said = cli("run", *mine, "--param", "fault=raise", "--out", "ünï 雪", "--no-report", "--launches", "1")
    assert said.code == 3
    assert said.out == "ünï 雪\n"
    stored = load("ünï 雪").run
    assert stored.command[:2] == ["gpubench", "run"]
    assert stored.command[-2:] == ["--launches", "1"]
    assert stored.selection["plugins"] == [str(Path("my plug-in.py").resolve())]  # so it can be resumed from elsewhere


def test_a_run_that_another_process_writes_is_left_alone(cli, incomplete: Path) -> None:
    whole = (incomplete / "results.jsonl").stat().st_size
    with Writer(incomplete, whole) as other:
        said = cli("run", "--resume", incomplete)
        assert said.code == 74
        assert f"another gpubench is writing {incomplete}" in said.err
        assert "wait for it to end" in said.err
        other.write(Event(at="now", what="still writing"))
    assert load(incomplete).events[-1].what == "still writing"


def test_a_folder_of_data_is_looked_at_first(cli, toy: list[str], tmp_path: Path) -> None:
    (tmp_path / "nothing in it").mkdir()
    for name in ("missing", "nothing in it"):
        said = cli("run", "mnist_cnn_train", *toy[1:], "--data-dir", name, "--dry-run")
        assert said.code == 2
        assert str(tmp_path / name) in said.err
        assert "train-images-idx3-ubyte" in said.err


def test_help_says_what_every_option_takes(cli) -> None:
    said = cli("run", "--help").out
    options = [
        "--backend", "--device", "--size", "--param", "--precision", "--mode", "--data", "--data-dir", "--preset",
        "--launches", "--max-time", "--timeout", "--threads", "--seed", "--out", "--resume", "--dry-run", "--require",
        "--python", "--plugin", "--no-report", "--json", "--progress", "-q", "-v",
    ]  # fmt: skip
    assert [option for option in options if f"{option} " not in said and f"{option}," not in said] == []


def test_a_current_folder_that_is_gone_is_said(cli, toy: list[str], tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    said = cli("run", *toy, "--param", "fault=raise")
    os.chdir(tmp_path)
    assert said.code == 74
    assert "No such file or directory" in said.err
