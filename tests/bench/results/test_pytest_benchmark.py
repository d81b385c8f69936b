"""Files of pytest-benchmark: real ones, written by pytest itself, and awkward ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpubench.errors import ResultsError, UsageError
from gpubench.machine.environment import environment
from gpubench.results.pytest_benchmark import parsed
from gpubench.results.results import Results, load

_TESTS = """
import pytest

@pytest.mark.parametrize("size", [10, 1000])
@pytest.mark.parametrize("order", ["sorted", "random"])
def test_sort(benchmark, size, order):
    benchmark(sorted, list(range(size)))

@pytest.mark.benchmark(group="numbers")
def test_sum(benchmark):
    benchmark.pedantic(sum, args=([1, 2, 3],), rounds=7, iterations=5)

@pytest.mark.parametrize("value", [float("nan"), object(), None, [1, 2]], ids=["nan", "object", "none", "list"])
def test_odd(benchmark, value):
    benchmark.pedantic(str, args=(value,), rounds=3)

def test_ours(benchmark):
    benchmark.extra_info.update(
        cell_id="0123456789abcdef", workload="matmul", size=256, params='{"shape": "square"}', backend="torch",
        backend_version="2.13.0", device="cuda:0", device_name="A GPU", precision="float32", mode="eager",
        data="resident", variant="", threads=2, flops=2e6, bytes=3e3, items=256.0, checked=True, max_error=1e-7,
        more="than we know",
    )
    benchmark.pedantic(sum, args=([1, 2, 3],), rounds=5)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a real run of pytest, with all rounds, and one that `--benchmark-save` left without them."""
    folder = tmp_path_factory.mktemp("benchmark")
    (folder / "test_speed.py").write_text(_TESTS, encoding="utf-8")
    options = [
        "--benchmark-max-time=0.01",
        "--benchmark-min-rounds=5",
        "--benchmark-warmup=off",
        "-p",
        "no:cacheprovider",
    ]
    saved = ["--benchmark-json=bench.json", "--benchmark-save=short", "--benchmark-storage=file://saved"]
    command = [sys.executable, "-m", "pytest", "-q", "test_speed.py", *options, *saved]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def real(written: Path) -> Results:
    return load(written / "bench.json")


def test_every_test_is_a_row_with_its_latency_and_never_a_step_time(real: Results, written: Path) -> None:
    cells = real.cells()
    tests = json.loads((written / "bench.json").read_text(encoding="utf-8"))["benchmarks"]
    assert len(cells) == len(tests) == 10
    assert cells["step_s"].isna().all()
    assert (cells["status"] == "ok").all()
    medians = sorted(test["stats"]["median"] for test in tests)
    assert sorted(cells["latency_s"]) == pytest.approx(medians)
    assert real.complete
    assert real.made_by.startswith("pytest-benchmark ")


def test_a_strangers_test_is_a_workload_its_values_parameters_and_its_only_number_the_size(real: Results) -> None:
    cells = real.cells().set_index("workload")
    sort = cells.loc[["test_sort"]]
    assert sorted(zip(sort["size"], sort["params"], strict=True)) == [
        (size, f'{{"order": "{order}"}}') for size in (10, 1000) for order in ("random", "sorted")
    ]
    assert (cells.loc["test_sum", "size"], cells.loc["test_sum", "params"]) == ("", '{"group": "numbers"}')
    for column in ("backend", "device", "precision", "mode", "data", "threads", "checked"):
        assert sort[column].isna().all(), column


def test_values_that_results_cannot_hold_are_texts(real: Results) -> None:
    cells = real.cells()
    params = [json.loads(text)["value"] for text in cells.loc[cells["workload"] == "test_odd", "params"]]
    assert params[0] == "nan"
    assert params[1].startswith("UNSERIALIZABLE[<object")
    assert params[2:] == ["null", "[1, 2]"]


def test_a_cell_of_ours_says_who_it_is(real: Results) -> None:
    (row,) = real.cells().query("workload == 'matmul'").to_dict("records")
    told = {
        "cell_id": "0123456789abcdef", "size": 256, "params": '{"shape": "square"}', "backend": "torch",
        "backend_version": "2.13.0", "device": "cuda:0", "device_name": "A GPU", "precision": "float32",
        "mode": "eager", "data": "resident", "variant": "", "threads": 2, "flops": 2e6, "items": 256.0, "checked": True,
        "max_error": 1e-7, "samples": 5, "launches": 1,
    }  # fmt: skip
    assert {name: row[name] for name in told} == told


def test_rounds_are_samples(real: Results) -> None:
    frame = real.samples()
    assert set(frame["quantity"]) == {"latency"}
    own = frame[frame["cell_id"] == "0123456789abcdef"]
    assert list(own["block"]) == [0, 1, 2, 3, 4]
    assert (own["calls"] == 1).all()


def test_a_file_without_rounds_has_the_medians_and_says_so(written: Path, real: Results) -> None:
    (short,) = written.glob("saved/*/*_short.json")
    results = load(short)
    assert list(results.cells()["latency_s"]) == pytest.approx(list(real.cells()["latency_s"]))
    assert "10 of 10 tests have no rounds (--benchmark-save-data), so a median" in results.notes
    assert not any("no rounds" in note for note in real.notes)
    assert len(results.samples()) == 10


def test_what_is_not_known_of_strangers_is_said(real: Results, written: Path) -> None:
    assert "9 of 10 tests don't say on what they ran" in real.notes
    tests = json.loads((written / "bench.json").read_text(encoding="utf-8"))["benchmarks"]
    several = sum(test["stats"]["iterations"] > 1 for test in tests)  # test_sum's five, and what was calibrated so
    assert f"{several} of 10 tests timed several calls as one, so theirs are means" in real.notes


def test_the_machine_is_known_by_the_same_facts_as_ours_and_its_name_is_hashed(real: Results, written: Path) -> None:
    (env,) = real.envs
    ours = environment()
    for fact in ("host (hashed)", "processor", "python", "operating system"):
        assert env.facts[fact] == ours[fact], fact
    node = json.loads((written / "bench.json").read_text(encoding="utf-8"))["machine_info"]["node"]
    assert node not in repr(real)


def made(*tests: dict[str, Any], **fields: Any) -> bytes:
    plain = {"machine_info": {}, "datetime": "2026-01-02T03:04:05+00:00", "version": "5"}
    found = [{"name": "test_a", "fullname": "t.py::test_a", "stats": {"median": 1.0}, **test} for test in tests]
    return json.dumps({**plain, "benchmarks": found, **fields}).encode()


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., Results]:
    def of(*tests: dict[str, Any], **fields: Any) -> Results:
        (tmp_path / "bench.json").write_bytes(made(*tests, **fields))
        return load(tmp_path / "bench.json")

    return of


def test_one_name_in_two_files_is_told_apart(loaded: Callable[..., Results]) -> None:
    names = ["a.py::test_a[1]", "a.py::test_a[2]", "b.py::test_a[1]", "b.py::test_b"]
    results = loaded(*({"name": name.partition("::")[2], "fullname": name} for name in names))
    assert list(results.cells()["workload"]) == ["a.py::test_a", "a.py::test_a", "b.py::test_a", "test_b"]
    assert list(results.cells()["params"]) == ['{"param": "1"}', '{"param": "2"}', '{"param": "1"}', "{}"]


def test_two_numbers_are_two_parameters_and_no_size(loaded: Callable[..., Results]) -> None:
    (row,) = loaded({"params": {"n": 3, "m": 4, "fast": True}}).cells().to_dict("records")
    assert (row["size"], json.loads(row["params"])) == ("", {"n": 3, "m": 4, "fast": True})


@pytest.mark.parametrize("median", [float("nan"), float("inf"), 0.0, -1.0])
def test_no_time_is_made_of_what_is_none(loaded: Callable[..., Results], median: float) -> None:
    (row,) = loaded({"stats": {"median": median}}).cells().to_dict("records")
    assert (row["status"], row["reason"]) == ("failed", "the file holds no valid time of it")


def test_a_cell_measured_by_two_tests_has_two_launches(loaded: Callable[..., Results]) -> None:
    names = ("cell_id", "workload", "size", "params", "backend", "device", "precision", "mode", "data")
    own = {"extra_info": dict.fromkeys(names, "x")}
    results = loaded(own | {"stats": {"median": 1.0}}, own | {"stats": {"median": 3.0}, "fullname": "t.py::b"})
    (row,) = results.cells().to_dict("records")
    assert (row["launches"], row["latency_s"]) == (2, 2.0)
    assert row["checked"] is not False


@pytest.mark.parametrize("lacking", ["cell_id", "workload", "size", "params", "backend", "device", "precision", "mode"])
def test_a_test_that_says_less_is_a_strangers(loaded: Callable[..., Results], lacking: str) -> None:
    names = {"cell_id", "workload", "size", "params", "backend", "device", "precision", "mode", "data"} - {lacking}
    (row,) = loaded({"extra_info": dict.fromkeys(sorted(names), "x")}).cells().to_dict("records")
    assert row["workload"] == "test_a"


def test_halves_of_characters_and_huge_numbers_do_no_harm(loaded: Callable[..., Results]) -> None:
    results = loaded(
        {"name": "test_\ud800", "fullname": "t.py::test_\ud800", "params": {"n\udfff": "\ud801", "m": 10**400}}
    )
    (row,) = results.cells().to_dict("records")
    assert row["workload"] == "test_?"
    assert json.loads(row["params"]) == {"n?": "?", "m": str(10**400)}
    results.cells().to_csv().encode()


def test_a_file_of_no_test_is_an_empty_run(loaded: Callable[..., Results]) -> None:
    assert len(loaded().cells()) == 0
    assert loaded(datetime="someday").run.run_id.startswith("undated-")


def test_two_files_are_two_runs_and_one_file_is_one(loaded: Callable[..., Results]) -> None:
    first, again, other = loaded({}), loaded({}), loaded({"stats": {"median": 2.0}})
    assert first.run.run_id == again.run.run_id != other.run.run_id
    assert first.run.run_id.startswith("20260102T030405-")


@pytest.mark.parametrize(
    "text",
    [b"", b"[" * 100_000, b"{}", b'{"benchmarks": []}', b"\xff\xfe\x00", b'{"benchmarks": 1, "machine_info": {}}'],
)
def test_anything_else_is_not_taken_for_one(text: bytes, tmp_path: Path) -> None:
    assert parsed(text) is None
    (tmp_path / "other.json").write_bytes(text)
    with pytest.raises(ResultsError, match="is no results file of gpubench"):
        load(tmp_path / "other.json")


def test_what_needs_a_run_of_ours_says_so(loaded: Callable[..., Results]) -> None:
    with pytest.raises(UsageError, match=r"bench\.json is a file of pytest-benchmark 5: no run can go on in it"):
        loaded({}).refuse_foreign("no run can go on in it")
