"""The table on a terminal: what it shows, how large it gets, and that it leaves nothing behind."""

from __future__ import annotations

import io
import re
import threading
from typing import Any

import pytest
from rich.console import Console

from gpubench.cli.progress_board import Board
from gpubench.results.records import Cell, Launch, Series

PLACES = [("torch", "cpu"), ("torch", "cuda:0"), ("tensorflow", "cpu"), ("tensorflow", "cuda:0")]


def made(size: int, backend: str = "torch", device: str = "cpu", workload: str = "matmul", **fields: Any) -> Cell:
    mode = "eager" if backend == "torch" else "graph"
    return Cell(
        cell_id=f"{workload} {size} {backend} {device} {fields}", workload=workload, version=1, axis="n", size=size,
        params=fields, backend=backend, device=device, precision="float32", mode=mode, data="resident", variant="",
        threads=2, item="row", reason="",
    )  # fmt: skip


def launch(cell: Cell, step: float | None = 2e-3, number: int = 0, **fields: Any) -> Launch:
    quantities = {} if step is None else {"step": Series(calls=10, seconds=[10 * step])}
    plain = {"status": "ok", "stopped": "time", "quantities": quantities, **fields}
    return Launch(cell_id=cell.cell_id, device=cell.device, launch=number, **plain)


class Terminal:
    """A board on a terminal of a size, with a clock that is set."""

    def __init__(self, width: int = 80, height: int = 24, *, verbose: bool = False) -> None:
        self.now = 0.0
        self.screen = io.StringIO()
        self.console = Console(
            file=self.screen, force_terminal=True, width=width, height=height, highlight=False, _environ={}
        )
        self.board = Board(verbose, self.console, lambda: self.now)

    def written(self) -> str:
        """Everything since this was asked last."""
        text = self.screen.getvalue()
        self.screen.seek(0)
        self.screen.truncate()
        return text

    def lines(self) -> list[str]:
        """What is on the screen since this was asked last, line by line."""
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self.written())
        return [line.rstrip() for line in plain.splitlines()]


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def grid(count: int = 2) -> list[Cell]:
    return [made(2**size, *place) for size in range(6, 6 + count) for place in PLACES]


def test_a_case_has_a_row_and_a_backend_on_a_device_a_column(terminal: Terminal) -> None:
    terminal.board.begin(grid(), launches=1, done=[])
    heads, devices, _, *rows = terminal.lines()
    assert heads.split() == ["torch", "torch", "tensorflow", "tensorflow"]
    assert devices.split() == ["cpu", "cuda:0", "cpu", "cuda:0"]
    assert [row.split() for row in rows[:2]] == [["matmul", "64", *"····"], ["matmul", "128", *"····"]]


def test_it_fills_while_cells_are_measured(terminal: Terminal) -> None:
    cells = grid()
    terminal.board.begin(cells, launches=2, done=[])
    terminal.board.starting("torch", "cuda:0", 0)
    terminal.board.measuring(cells[1], "time")
    terminal.written()
    terminal.board.measuring(cells[1], "time")
    shown = terminal.lines()
    assert shown[3].split() == ["matmul", "64", "·", "now", "·", "·"]
    assert "torch on cuda:0, launch 1 of 2: matmul n=64" in shown
    terminal.board.finished(cells[1], launch(cells[1], 2e-3, flags=["drift"]))
    assert terminal.lines()[3].split() == ["matmul", "64", "·", "2.00", "ms!", "·", "·"]
    terminal.board.finished(cells[1], launch(cells[1], 4e-3, 1))
    terminal.board.finished(cells[0], launch(cells[0], None, status="oom", reason="too large"))
    shown = terminal.lines()
    assert ["matmul", "64", "oom", "3.00", "ms!", "·", "·"] in [line.split() for line in shown]
    assert "! flagged: drift 1" in shown


def test_what_went_wrong_is_said_above_it_and_nothing_else_is(terminal: Terminal) -> None:
    cells = grid()
    terminal.board.begin(cells, launches=1, done=[])
    terminal.written()
    terminal.board.finished(cells[0], launch(cells[0]))
    assert not any("2.00 ms," in line or "eager" in line for line in terminal.lines())
    terminal.board.finished(cells[1], launch(cells[1], None, status="crashed", reason="[died]\nof\x1b[2J it"))
    assert terminal.lines()[0] == "matmul n=64 torch cuda:0 float32 eager: crashed: [died] of\ufffd[2J it"


def test_everything_is_said_on_request() -> None:
    terminal, cells = Terminal(width=120, verbose=True), grid()
    terminal.board.begin(cells, launches=1, done=[])
    terminal.written()
    terminal.board.finished(cells[0], launch(cells[0]))
    assert terminal.lines()[0].endswith("eager: 2.00 ms, 1 blocks of 10 calls, ended by time")


def test_the_time_left_is_that_of_what_was_measured_in_this_sitting(terminal: Terminal) -> None:
    cells = grid()
    terminal.board.begin(cells, launches=2, done=[launch(cell) for cell in cells[:4]])
    assert any(line.endswith(" 4/16, 0:00") for line in terminal.lines())
    terminal.now = 30.0
    terminal.board.finished(cells[4], launch(cells[4]))
    assert any(line.endswith(" 5/16, 0:30") for line in terminal.lines()), "one of sixteen tells nothing yet"
    terminal.now = 65.0
    terminal.board.finished(cells[4], launch(cells[4]))
    assert any(line.endswith(" 6/16, 1:05, about 5.5 minutes left") for line in terminal.lines())


def test_a_cell_given_up_is_not_waited_for(terminal: Terminal) -> None:
    cells = grid(1)
    terminal.board.begin(cells, launches=3, done=[])
    terminal.written()
    terminal.board.finished(cells[0], launch(cells[0], None, status="failed", reason="wrong"))
    assert any(" 1/10, " in line for line in terminal.lines())


def test_a_pass_is_named(terminal: Terminal) -> None:
    cells = grid(1)
    terminal.board.begin(cells, launches=1, done=[launch(cell) for cell in cells], passes=4)
    terminal.board.measuring(cells[2], "memory")
    assert "tensorflow on cpu, memory: matmul n=64" in terminal.lines()


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
@pytest.mark.parametrize("height", [5, 10, 24, 60])
@pytest.mark.parametrize("count", [1, 10, 100])
def test_it_never_gets_larger_than_the_terminal(width: int, height: int, count: int) -> None:
    terminal = Terminal(width, height)
    cells = grid(count) + [
        made(8, *place, workload="conv2d", layer=f"a-long-name-{n}") for place in PLACES for n in "ab"
    ]
    terminal.board.begin(cells, launches=1, done=[])
    terminal.board.measuring(cells[0], "time")
    terminal.written()
    terminal.board.finished(cells[0], launch(cells[0], flags=["drift"]))
    shown = terminal.lines()
    assert 0 < len(shown) <= height
    assert max(map(len, shown)) <= width


def test_more_cases_than_lines_are_counted_by_workload() -> None:
    terminal = Terminal(80, 24)
    cells = [*grid(40), made(1, *PLACES[0], workload="noop")]
    terminal.board.begin(cells, launches=2, done=[])
    terminal.written()
    terminal.board.finished(cells[0], launch(cells[0]))
    shown = terminal.lines()
    assert ["matmul", "1/80", "0/80", "0/80", "0/80"] in [line.split() for line in shown]
    assert ["noop", "0/2"] in [line.split() for line in shown]
    assert any("1/322" in line for line in shown)


def test_more_places_than_columns_are_counted_one_by_one() -> None:
    terminal = Terminal(40, 24)
    terminal.board.begin(grid(2), launches=1, done=[])
    shown = [line.split() for line in terminal.lines()]
    assert ["torch", "on", "cuda:0", "0/2"] in shown
    assert ["tensorflow", "on", "cpu", "0/2"] in shown


def test_nothing_of_it_is_left_at_the_end_and_the_cursor_is_back(terminal: Terminal) -> None:
    cells = grid()
    terminal.board.begin(cells, launches=1, done=[])
    terminal.board.finished(cells[0], launch(cells[0]))
    terminal.board.end()
    text = terminal.written()
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1
    assert re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text.rpartition("\x1b[2K")[2]) == ""


def test_a_run_that_ends_before_it_began_leaves_the_terminal_alone(terminal: Terminal) -> None:
    terminal.board.end()
    assert terminal.written() == ""


def test_no_thread_is_started(terminal: Terminal) -> None:
    before = set(threading.enumerate())
    cells = grid()
    terminal.board.begin(cells, launches=1, done=[])
    terminal.board.starting("torch", "cpu", 0)
    terminal.board.measuring(cells[0], "time")
    assert set(threading.enumerate()) == before
    terminal.board.end()


def test_nothing_is_written_but_when_it_is_told_something(terminal: Terminal) -> None:
    cells = grid()
    terminal.board.begin(cells, launches=1, done=[])
    terminal.board.measuring(cells[0], "time")
    terminal.written()
    terminal.now = 100.0
    assert terminal.written() == ""
    terminal.board.finished(cells[0], launch(cells[0]))
    assert terminal.written() != ""


class Gone(io.StringIO):
    """A terminal whose other side was closed."""

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")

    def flush(self) -> None:
        raise OSError(5, "Input/output error")


def test_a_terminal_that_has_gone_ends_no_measurement() -> None:
    board, cells = Board(False, Console(file=Gone(), force_terminal=True, width=80, height=24, _environ={})), grid()
    board.begin(cells, launches=1, done=[])
    board.starting("torch", "cpu", 0)
    board.measuring(cells[0], "time")
    board.finished(cells[0], launch(cells[0], None, status="failed", reason="wrong"))
    board.end()
