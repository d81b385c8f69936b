"""How long a run will take, in words that a person would use."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from gpubench.plan import Plan
from gpubench.results.results import load
from gpubench.runner.estimate import estimate_s, in_words
from gpubench.runner.prepared import Prepared
from gpubench.selection import Selection


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "10 seconds"),
        (12.0, "10 seconds"),
        (38.0, "40 seconds"),
        (89.0, "90 seconds"),
        (90.0, "1.5 minutes"),
        (200.0, "3.5 minutes"),
        (3600.0, "60 minutes"),
        (5400.0, "1.5 hours"),
        (7300.0, "2 hours"),
    ],
)
def test_times_in_words(seconds: float, words: str):
    assert in_words(seconds) == words


def test_every_launch_costs_the_same(prepared):
    one, three = (estimate_s(prepared(sizes=("1", "2"), launches=launches)) for launches in (1, 3))
    assert three == pytest.approx(3 * one)


def test_sampling_time_counts_for_every_cell(prepared):
    short, long = (estimate_s(prepared(sizes=("1", "2"), launches=1, max_time_s=time)) for time in (1.0, 2.0))
    assert long - short == pytest.approx(3 * 1.2)  # two cells and an A/A partner, and a fifth for single calls


def test_a_cell_more_costs_no_worker_more(prepared):
    cells = [estimate_s(prepared(sizes=SIZES, launches=1)) for SIZES in (("1",), ("1", "2"), ("1", "2", "3"))]
    assert cells[2] - cells[1] == pytest.approx(cells[1] - cells[0])
    assert cells[0] > 2 * 2.5  # a worker each for the cell and its A/A partner


def test_what_cannot_run_takes_no_time(prepared):
    with_noop = prepared(workloads=("doubling", "noop"), sizes=("1",), launches=1)
    assert estimate_s(with_noop) == estimate_s(prepared(sizes=("1",), launches=1))


def test_passes_take_their_time(prepared):
    quick, standard, thorough = (
        estimate_s(prepared(preset=name, sizes=("1", "2"), launches=1, max_time_s=1.0))
        for name in ("quick", "standard", "thorough")
    )
    assert standard - quick == pytest.approx(2 * 3.0)  # a worker for each cell, none for the A/A partner
    assert thorough - standard == pytest.approx(2.5 + 2 + 2 * 5.5)  # one worker, which idles and then runs each


def test_a_slow_call_is_waited_for_whatever_the_time_limit(prepared, toy_file, tmp_path):
    """Of a workload that does what one thread is reckoned to do in n seconds."""
    slow = tmp_path / "slow.py"
    slow.write_text(toy_file.read_text(encoding="utf-8").replace("Work(flops=self.n,", "Work(flops=3e10 * self.n,"))

    def seconds(size, limit):
        return estimate_s(prepared(sizes=(size,), launches=1, max_time_s=limit, plugins=(str(slow),)))

    assert seconds("5", 0.02) == pytest.approx(seconds("5", 0.01), rel=0.01)
    assert seconds("5", 0.01) > 2 * 12 * 5  # a cell and its A/A partner; a dozen calls of each at the least
    assert seconds("10", 0.01) > 1.5 * seconds("5", 0.01)


def test_data_take_their_time_even_where_little_is_computed(prepared):
    small, large = (replace(prepared(sizes=(size,), launches=1), memory={}) for size in ("1", "1000000000"))
    assert estimate_s(large) > estimate_s(small) + 2 * 30  # of 8 GB each


def test_work_that_cannot_be_told_takes_what_a_small_cell_takes(prepared, toy_file, tmp_path):
    text = toy_file.read_text(encoding="utf-8")
    for number, wrong in enumerate(("1 / 0", 'float("nan")', "None")):
        plugin = tmp_path / f"wrong{number}.py"
        plugin.write_text(text.replace("Work(flops=self.n,", f"Work(flops={wrong},"))
        made = prepared(sizes=("1",), launches=1, plugins=(str(plugin),))
        assert estimate_s(made) == pytest.approx(estimate_s(prepared(sizes=("1",), launches=1)))


@pytest.fixture
def on_a_gpu(known, cell):
    """Seconds of one launch of one matrix product, on a GPU of this compute capability."""

    def seconds(capability: str, precision: str = "float32", n: int = 8192, device: str = "cuda:0") -> float:
        product = cell(
            workload="matmul", size=n, params={"shape": "square"}, backend="torch", device=device, precision=precision
        )
        capabilities = {device: capability} if capability else {}
        return estimate_s(Prepared(Selection(launches=1), known, Plan((product,), {}), {}, capabilities))

    return seconds


@pytest.mark.parametrize("capability", ["8.6", "8.9", "12.0", "", "99.9"])
def test_double_precision_is_slow_where_a_gpu_has_few_units_of_it(on_a_gpu, capability: str):
    """A GeForce takes seconds for one such product, and a dozen are made at the least."""
    assert on_a_gpu(capability, "float64") - on_a_gpu("9.0", "float64") > 80


@pytest.mark.parametrize("capability", ["6.0", "7.0", "8.0", "9.0", "10.0"])
def test_double_precision_is_half_as_fast_or_faster_on_a_gpu_for_data_centres(on_a_gpu, capability: str):
    assert on_a_gpu(capability, "float64") < 2.5 * on_a_gpu(capability)


def test_narrow_types_are_fast_where_a_gpu_has_arithmetic_for_them(on_a_gpu):
    assert on_a_gpu("9.0", "bfloat16") < on_a_gpu("7.5", "bfloat16") - 1
    assert on_a_gpu("8.0", "tf32") < on_a_gpu("8.0") - 1
    assert on_a_gpu("7.5", "float16") < on_a_gpu("6.1", "float16") - 1


def test_an_accelerator_takes_longer_to_start(on_a_gpu):
    assert on_a_gpu("9.0", n=1) - on_a_gpu("", n=1, device="cpu") == pytest.approx(2.0)


def test_a_plan_knows_the_compute_capability_of_its_devices(prepared, toy_file, tmp_path, monkeypatch):
    told = {"devices": [["cuda:0", "Toy 9000", 2**30, "8.9"], ["cuda:1", "Toy 1", None, ""]]}
    monkeypatch.setenv("CUDA_TOY", json.dumps(told))
    served = tmp_path / "served.py"
    served.write_text(toy_file.read_text(encoding="utf-8").replace('builders={"toy"', 'builders={"cudatoy"'))
    made = prepared(
        backends=("cudatoy",), devices=(), sizes=("1",), interpreters={"cudatoy": sys.executable},
        plugins=(str(served), str(toy_file.with_name("cuda_toy.py"))),
    )  # fmt: skip
    assert made.capabilities == {"cuda:0": "8.9"}


def test_what_a_run_on_a_gpu_took_had_been_told(known, repository):
    """The quick preset with PyTorch on an H100 and its 16 processors."""
    run = load(repository / "tests" / "gallery" / "data" / "h100")
    made = Prepared(run.selection(), known, Plan(run.cell_records, {}), {}, {"cuda:0": "9.0"})
    assert estimate_s(made) == pytest.approx(run.end.seconds["wall"], rel=0.05)
