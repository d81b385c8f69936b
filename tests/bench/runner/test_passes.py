"""Memory and energy: passes of their own after the times, which change no status and are not repeated."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gpubench.results.results import load
from gpubench.results.writer import FILE_NAME, Writer
from gpubench.runner.order import passes
from gpubench.runner.progress import Silent
from gpubench.runner.run import Execution, new_run
from gpubench.runner.spawner import WorkerDied
from gpubench.selection import PRESETS, passes_of
from gpubench.worker.job import ENERGY, MEMORY, TIME

PASSES = {
    MEMORY: {"status": "ok", "reason": "", "peak_host_bytes": 4096},
    ENERGY: {"status": "ok", "reason": "", "energy_j": 0.5},
}


@pytest.fixture
def answering(fake, answered):
    """A spawner whose workers answer passes too; keywords give other answers: to a pass, or to a size."""

    def made(**others):
        def measured(job):
            return others.get(job.measures) or PASSES.get(job.measures) or answered(job)

        return fake(measured=measured)

    return made


@pytest.fixture
def executed(tmp_path, known):
    """Executes a prepared selection into a run folder, or goes on with what an earlier sitting left there."""

    def execute(prepared, spawner, progress=None, folder=tmp_path / "run"):
        if (folder / FILE_NAME).exists():
            stored = load(folder)
            with Writer(folder, stored.whole_bytes) as writer:
                Execution(
                    stored.run, stored.cell_records, known, writer, spawner, progress or Silent(),
                    list(stored.launch_records), list(stored.pass_records),
                ).execute()  # fmt: skip
            return load(folder)
        run, _ = new_run(prepared, folder, ["test"])
        with Writer(folder) as writer:
            writer.write(run, *prepared.plan.cells)
            Execution(run, prepared.plan.cells, known, writer, spawner, progress or Silent()).execute()
        return load(folder)

    return execute


def asked(spawner) -> list[list[tuple[str, int]]]:
    """What each worker was asked: what to measure, of which size."""
    return [[(job.measures, job.params["n"]) for job in worker.jobs] for worker in spawner.workers]


@pytest.mark.parametrize(
    ("preset", "names"), [("quick", ()), ("standard", (MEMORY,)), ("thorough", (MEMORY, ENERGY)), ("of old", ())]
)
def test_a_preset_has_its_passes(preset: str, names: tuple[str, ...]):
    assert passes_of(preset) == names
    assert set(passes_of(preset)) <= {MEMORY, ENERGY}


def test_passes_follow_the_times_memory_with_a_worker_a_cell(prepared, answering, executed):
    spawner = answering()
    results = executed(prepared(preset="thorough", launches=2, sizes=("1", "2", "4")), spawner)
    timed, memory, energy = asked(spawner)[:-4], asked(spawner)[-4:-1], asked(spawner)[-1]
    assert {what for jobs in timed for what, _ in jobs} == {TIME}
    assert sorted(memory) == [[(MEMORY, 1)], [(MEMORY, 2)], [(MEMORY, 4)]]
    assert sorted(energy) == [(ENERGY, 1), (ENERGY, 2), (ENERGY, 4)]
    assert results.complete
    assert {one.measures for one in results.launch_records} == {TIME}
    assert len(results.launch_records) == 8  # with the A/A partner, which has no pass
    cells = results.cells()
    assert cells[cells["variant"] == ""]["peak_host_bytes"].tolist() == [4096] * 3
    assert cells[cells["variant"] == ""]["energy_j"].tolist() == [0.5] * 3
    assert cells[cells["variant"] == "aa"]["peak_host_bytes"].isna().all()
    assert (cells["launches"] == 2).all()
    assert all(env.facts for env in results.envs)


def test_the_quick_preset_has_no_pass(prepared, answering, executed):
    spawner = answering()
    assert executed(prepared(launches=1, sizes=("1",)), spawner).pass_records == ()
    assert {job.measures for job in spawner.jobs} == {TIME}


@pytest.mark.parametrize(
    "answer", [{"status": "oom", "reason": "too large"}, WorkerDied("it fell", "SIGSEGV")], ids=["oom", "crash"]
)
def test_a_pass_that_fails_changes_no_status_and_is_an_event(prepared, answering, executed, answer):
    results = executed(prepared(preset="thorough", launches=1, sizes=("1",)), answering(memory=answer))
    cells = results.cells()
    assert set(cells["status"]) == {"ok"}
    assert cells["peak_host_bytes"].isna().all()
    assert cells["energy_j"].notna().sum() == 1, "energy is measured all the same"
    (event,) = results.events
    assert event.what == "memory not measured"
    assert event.detail.startswith("doubling n=1 toy@cpu (")
    assert event.detail.endswith("too large" if isinstance(answer, dict) else "it fell")
    assert results.end.statuses == {"ok": 2}


def test_a_cell_that_failed_has_no_pass(prepared, fake, answered, executed):
    def measured(job):
        if job.measures == MEMORY:
            return PASSES[MEMORY]
        return {"status": "failed", "reason": "so"} if job.params["n"] == 1 else answered(job)

    spawner = fake(measured=measured)
    executed(prepared(preset="standard", launches=1, sizes=("1", "2")), spawner)
    assert [job.params["n"] for job in spawner.jobs if job.measures == MEMORY] == [2]


def test_a_missing_counter_stands_in_the_environment_once(prepared, answering, executed):
    lacking = {"status": "skipped", "reason": "no counter: none", "facts": {"energy": "no counter: none"}}
    results = executed(prepared(preset="thorough", launches=1, sizes=("1", "2")), answering(energy=lacking))
    assert [(env.scope, env.facts) for env in results.envs if "energy" in env.facts] == [
        ("toy@cpu", {"energy": "no counter: none"})
    ]
    assert results.events == ()
    assert results.cells()["energy_j"].isna().all()


def test_a_run_that_goes_on_repeats_no_pass(prepared, answering, executed):
    made = prepared(preset="thorough", launches=1, sizes=("1", "2"))

    class Full(Exception):
        """In place of an interruption."""

    class Stopping(Silent):
        def finished(self, cell, launch):
            if launch.measures == MEMORY:
                raise Full

    with pytest.raises(Full):
        executed(made, answering(), Stopping())
    spawner = answering()
    results = executed(made, spawner)
    assert sorted(job.measures for job in spawner.jobs) == [ENERGY, ENERGY, MEMORY]
    assert results.cells()["peak_host_bytes"].notna().sum() == 2


def test_progress_counts_passes(prepared, answering, executed):
    log = []

    class Counting(Silent):
        def begin(self, cells, launches, done, passes=0):
            log.append(len(cells) * launches + passes)

        def finished(self, cell, launch):
            log.append(launch.measures)

    executed(prepared(preset="thorough", launches=2, sizes=("1",)), answering(), Counting())
    assert log == [6, TIME, TIME, TIME, TIME, MEMORY, ENERGY]


def test_the_order_of_a_pass_is_random_and_seeded(cell):
    cells = [cell(size=size) for size in range(20)]
    orders = [[turn.cells[0].size for turn in passes(cells, MEMORY, seed)] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == list(range(20))


def test_energy_has_a_worker_for_each_backend_and_device(cell):
    cells = [cell(size=size, device=device) for size in (1, 2) for device in ("cpu", "toy:0")]
    assert sorted((turn.group.device, len(turn.cells)) for turn in passes(cells, ENERGY, 0)) == [
        ("cpu", 2),
        ("toy:0", 2),
    ]


def test_a_run_under_standard_measures_memory(toy_file, tmp_path):
    """From the command line to the column, with real workers."""
    assert PRESETS["standard"].passes == (MEMORY,)
    command = [
        sys.executable, "-m", "gpubench", "run", "doubling", "--plugin", str(toy_file), "-b", "toy", "-s", "1000000",
        "--preset", "standard", "--launches", "1", "--max-time", "0.01", "--no-report", "--json", "--progress", "plain",
        "--threads", "1",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    cells = {cell["variant"]: cell for cell in json.loads(done.stdout)["cells"]}
    assert 11e6 < cells[""]["peak_host_bytes"] < 25e6  # three arrays of 4 MB, and what NumPy loads at its first draw
    assert cells["aa"]["peak_host_bytes"] is None
    assert cells[""]["peak_device_bytes"] is None
    assert "3/3 doubling n=1000000 fault=none toy cpu float32 eager: memory 1" in done.stderr
