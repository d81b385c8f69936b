"""The results file while it is written: nothing lost, nothing torn in its middle, one writer at a time."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpubench.errors import StorageError
from gpubench.results.line import encode
from gpubench.results.reader import read
from gpubench.results.results import load
from gpubench.results.writer import FILE_NAME, Writer


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process may grow beyond a size: a disk that is full in the middle of a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


class BrokenDisk:
    """An open file in front of a disk that fails in every way from some moment on."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, _: bytes) -> int:
        raise OSError(errno.EIO, "Input/output error")

    def truncate(self, _: int) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def test_what_is_written_is_read(tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path / "deep" / "run") as writer:
        writer.write(*make.every_kind()[:3])
        for record in make.every_kind()[3:]:
            writer.write(record)
    assert list(read(tmp_path / "deep" / "run" / "results.jsonl").records) == make.every_kind()


def test_a_record_is_in_the_file_and_synced_when_write_returns(
    tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    file = tmp_path / "results.jsonl"
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(file.read_bytes()))
    with Writer(tmp_path) as writer:
        writer.write(make.run())
        writer.write(make.cell(), make.launch())
        lines = [encode(record) for record in (make.run(), make.cell(), make.launch())]
        assert synced == [lines[0], b"".join(lines)]


def test_a_second_writer_of_a_run_is_refused_and_the_first_goes_on(tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path) as first:
        first.write(make.run())
        size = (tmp_path / "results.jsonl").stat().st_size
        with pytest.raises(StorageError, match=f"another gpubench is writing {tmp_path}") as refusal:
            Writer(tmp_path, size)
        assert refusal.value.exit_code == 74
        assert "--out" in refusal.value.hint
        first.write(make.end())
    assert load(tmp_path).complete


def test_another_process_cannot_write_the_run_either(tmp_path: Path, make: Any) -> None:
    code = "import sys, pathlib; from gpubench.results.writer import Writer; Writer(pathlib.Path(sys.argv[1]), 1)"
    with Writer(tmp_path) as first:
        first.write(make.run())
        other = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert f"StorageError: another gpubench is writing {tmp_path}" in other.stderr
    assert read(tmp_path / "results.jsonl").records == (make.run(),)


def test_a_closed_run_can_be_gone_on_with(tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path) as writer:
        writer.write(make.run())
    with Writer(tmp_path, read(writer.path).whole_bytes) as writer:
        writer.write(make.end())
    assert load(tmp_path).complete


def test_going_on_behind_a_torn_line_gives_a_whole_file(tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path) as writer:
        writer.write(make.run(), make.cell())
    writer.path.write_bytes(writer.path.read_bytes() + encode(make.launch(stderr="x" * 5000))[:-40])
    torn = load(tmp_path)
    assert torn.notes
    with Writer(tmp_path, torn.whole_bytes) as writer:
        writer.write(make.launch(1), make.end())  # shorter than the torn line, which must not show behind them
    mended = load(tmp_path)
    assert mended.complete
    assert mended.notes == ()
    assert mended.launch_records == (make.launch(1),)


def test_a_new_run_does_not_overwrite_another(tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path) as writer:
        writer.write(make.run())
    before = writer.path.read_bytes()
    with pytest.raises(StorageError, match="File exists") as refusal:
        Writer(tmp_path)
    assert writer.path.read_bytes() == before
    Writer(tmp_path, len(before)).close()  # the refusal let go of the lock, even while it is looked at:
    assert refusal.value.exit_code == 74


@pytest.mark.parametrize("room", [0, 1, 50])
def test_a_full_disk_cuts_the_file_back_to_its_last_whole_line(room: int, tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path) as writer:
        writer.write(make.run())
        before = writer.path.read_bytes()
        with file_size_limit(len(before) + room):
            with pytest.raises(StorageError, match=r"cannot write .*results\.jsonl: File too large") as refusal:
                writer.write(make.cell(), make.launch())
            assert writer.path.read_bytes() == before
    assert refusal.value.exit_code == 74
    assert f"gpubench run --resume {tmp_path}" in refusal.value.hint


@pytest.mark.parametrize(
    ("fields", "instead"),
    [({"turns_with": "another"}, "measure both anew"), ({"command": ["pytest", "-x"]}, "measure it anew")],
)
def test_of_a_run_that_none_can_go_on_with_a_full_disk_is_no_reason_to_try(
    fields: dict[str, Any], instead: str, tmp_path: Path, make: Any
) -> None:
    with Writer(tmp_path) as writer:
        writer.write(make.run(**fields))
        with file_size_limit(writer.path.stat().st_size), pytest.raises(StorageError) as refusal:
            writer.write(make.cell())
    assert "--resume" not in refusal.value.hint
    assert f"what was measured is kept, but nothing can go on with it: {instead}" in refusal.value.hint


def test_what_is_written_after_a_full_disk_got_room_again_follows_the_last_whole_line(
    tmp_path: Path, make: Any
) -> None:
    with Writer(tmp_path) as writer:
        writer.write(make.run())
        with file_size_limit(writer.path.stat().st_size + 50), pytest.raises(StorageError):
            writer.write(make.cell())
        writer.write(make.event())
    assert list(read(writer.path).records) == [make.run(), make.event()]


def test_a_disk_that_is_gone_is_told_as_one_that_cannot_be_written(tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path) as writer:
        writer.write(make.run())
        writer._file = BrokenDisk(writer._file)  # type: ignore[assignment]
        with pytest.raises(StorageError, match="Input/output error"):
            writer.write(make.cell())


def test_a_record_that_cannot_be_stored_leaves_the_file_as_it_was(tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path) as writer:
        writer.write(make.run())
        with pytest.raises(ValueError, match="can't be stored"):
            writer.write(make.cell(), make.launch(work={"flops": float("nan")}))
        writer.write(make.end())
    assert list(read(writer.path).records) == [make.run(), make.end()]


@pytest.mark.parametrize(
    "place", ["file", "file/run", "/proc/no-such-place/run"], ids=["a file", "below a file", "no place"]
)
def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_measured(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write .*results\.jsonl: ") as refusal:
        Writer(tmp_path / place)
    assert "--out" in refusal.value.hint


def test_a_run_that_vanished_cannot_be_gone_on_with(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        Writer(tmp_path / "gone", 100)


def test_a_run_that_was_interrupted_can_be_gone_on_with_in_the_same_process(tmp_path: Path, make: Any) -> None:
    def interrupted() -> None:
        with Writer(tmp_path) as writer:
            writer.write(make.run())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with Writer(tmp_path, (tmp_path / "results.jsonl").stat().st_size) as writer:
        writer.write(make.end())
    assert load(tmp_path).complete


def test_a_run_that_another_process_went_on_with_since_it_was_read_is_not_cut_back(tmp_path: Path, make: Any) -> None:
    with Writer(tmp_path / "run") as writer:
        writer.write(make.run())
    read_then = load(tmp_path / "run").whole_bytes
    with Writer(tmp_path / "run", read_then) as another:
        another.write(make.launch())
    whole = (tmp_path / "run" / FILE_NAME).read_bytes()
    with pytest.raises(StorageError, match="in the meantime"):
        Writer(tmp_path / "run", read_then)
    assert (tmp_path / "run" / FILE_NAME).read_bytes() == whole
    with Writer(tmp_path / "run", len(whole)) as free:
        free.write(make.end())
