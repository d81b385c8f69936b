"""What else went on while samples were taken: found from counters, flagged beyond what a quiet machine shows."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from gpubench.worker.gpu_noise import GpuReading
from gpubench.worker.noise import Counters, Kernel, Noise, Watch, watch_of
from gpubench.worker.nvml_state import NvmlState

ZERO = Counters(wall=0.0, own=0.0, busy=0.0, stolen=0.0, throttled=0.0, preempted=0)
QUIET = Noise(foreign=(0.0, 0.0), own=1.9, stolen=0.0, throttled=0.0, preempted=5.0, processors=2)


class Machine:
    """Counters on a virtual clock."""

    def __init__(self) -> None:
        self.now = ZERO

    def read(self) -> Counters:
        return self.now

    def block(self, watch: Watch, seconds: float, *, own: float, foreign: float = 0.0, **more: float) -> None:
        """One block; own, foreign and the rest in processors."""
        now = self.now
        self.now = replace(
            now,
            wall=now.wall + seconds,
            own=now.own + own * seconds,
            busy=now.busy + (own + foreign) * seconds,
            stolen=now.stolen + more.get("stolen", 0.0) * seconds,
            throttled=now.throttled + more.get("throttled", 0.0) * seconds,
            preempted=now.preempted + round(more.get("preempted", 0.0) * seconds),
        )
        watch.after_block()


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def watch(machine: Machine) -> Watch:
    found = Watch(machine.read, lambda: machine.now.wall)
    found.begin()
    return found


def test_the_load_of_others_is_told_for_the_blocks_it_fell_on(machine: Machine, watch: Watch) -> None:
    for foreign in (0.0, 0.0, 1.0, 1.0, 0.0, 0.0):
        machine.block(watch, 0.25, own=2.0, foreign=foreign)
    noise = watch.end()
    assert noise.foreign == pytest.approx((0, 0, 1, 1, 0, 0))
    assert noise.own == pytest.approx(2.0)
    assert "foreign-load" in noise.flags(threads=2)


def test_a_last_window_that_is_too_short_is_counted_with_the_one_before(machine: Machine, watch: Watch) -> None:
    machine.block(watch, 0.6, own=1.0, foreign=0.0)
    machine.block(watch, 0.5, own=1.0, foreign=0.4)
    machine.block(watch, 0.3, own=1.0, foreign=0.0)
    assert watch.end().foreign == pytest.approx((0, 0.25, 0.25))


def test_one_short_block_is_a_window(machine: Machine, watch: Watch) -> None:
    machine.block(watch, 0.1, own=1.0, foreign=0.5)
    assert watch.end().foreign == pytest.approx((0.5,))


def test_a_second_sampling_begins_anew(machine: Machine, watch: Watch) -> None:
    machine.block(watch, 1.0, own=1.0, foreign=1.0)
    watch.begin()
    machine.block(watch, 1.0, own=1.0)
    assert watch.end().foreign == pytest.approx((0.0,))


def test_a_kernel_that_counts_late_gives_no_negative_load(machine: Machine, watch: Watch) -> None:
    machine.block(watch, 1.0, own=1.0, foreign=-0.02)
    assert watch.end().foreign == (0.0,)


@pytest.mark.parametrize(
    ("noise", "flag"),
    [
        (replace(QUIET, foreign=(0.0, 0.3)), "foreign-load"),
        (replace(QUIET, stolen=0.05), "steal"),
        (replace(QUIET, throttled=0.001), "throttled"),
        (replace(QUIET, own=3.9), "more-threads"),
    ],
)
def test_each_disturbance_is_flagged_by_its_name(noise: Noise, flag: str) -> None:
    assert noise.flags(threads=2) == (flag,)


@pytest.mark.parametrize(
    ("own", "foreign", "flagged"),
    [
        (1.0, 1.0, False),  # one thread, as for a GPU, and another program: the kernel gives each a processor
        (1.0, 4.0, True),
        (8.0, 1.9, False),
        (8.0, 2.1, True),
        (15.95, 0.15, True),  # none is idle: every thread waits for the one that was held up
        (15.95, 0.05, False),
    ],
)
def test_others_disturb_where_they_find_too_few_idle_processors(
    machine: Machine, own: float, foreign: float, flagged: bool
) -> None:
    watch = Watch(machine.read, lambda: machine.now.wall, processors=16)
    watch.begin()
    machine.block(watch, 1.0, own=own, foreign=foreign)
    assert ("foreign-load" in watch.end().flags(threads=16)) == flagged


def test_a_quiet_machine_is_not_flagged(machine: Machine, watch: Watch) -> None:
    for _ in range(10):
        machine.block(watch, 0.2, own=1.95, foreign=0.02, preempted=60)
    noise = watch.end()
    assert noise.flags(threads=2) == ()
    assert noise.summary()["preempted"] == pytest.approx(60, rel=0.1)


def test_the_gpu_is_looked_at_outside_the_windows(machine: Machine) -> None:
    """Before the first block, after each window, and at the end: what a look costs falls into no block."""
    looked: list[float] = []

    def look() -> GpuReading:
        looked.append(machine.now.wall)
        return GpuReading(clock_mhz=1000 + len(looked), highest_mhz=1980, reasons=0x40)

    watch = Watch(machine.read, lambda: machine.now.wall, look=look)
    watch.begin()
    for _ in range(5):
        machine.block(watch, 0.25, own=1.0)
    noise = watch.end()
    assert looked == [0.0, 0.5, 1.0, 1.25]
    assert noise.summary()["gpu clock MHz"] == 1002.5
    assert "gpu-throttled" in noise.flags(threads=2)


def test_a_second_sampling_forgets_the_looks_of_the_first(machine: Machine) -> None:
    temperatures = iter((90, 90, 40, 41))
    watch = Watch(machine.read, lambda: machine.now.wall, look=lambda: GpuReading(temperature_c=next(temperatures)))
    for _ in range(2):
        watch.begin()
        noise = watch.end()
    assert noise.summary()["gpu temperature C"] == 41


@pytest.mark.parametrize(("device", "looks"), [("cpu", False), ("cuda:0", True), ("toy:0", False)])
def test_only_on_an_nvidia_gpu_there_is_one_to_look_at(device: str, looks: bool) -> None:
    assert (watch_of(device).look is not None) is looks


def test_a_cuda_device_without_nvml_is_watched_like_any_other() -> None:
    def load(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    watch = watch_of("cuda:0")
    assert watch.look is not None
    watch.look = NvmlState(load).read
    watch.begin()
    noise = watch.end()
    assert not [name for name in noise.summary() if name.startswith("gpu")]
    assert not [name for name in noise.flags(threads=99) if name.startswith("gpu")]


def test_the_kernel_s_counters_are_read_for_the_processors_we_may_run_on(tmp_path: Path) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    lines = ["cpu  0 0 0 0 0 0 0 0 0 0", *(f"cpu{number} 100 10 20 999 7 1 2 30 50 0" for number in allowed)]
    lines.append(f"cpu{max(allowed) + 1} 5000 0 0 0 0 0 0 5000 0 0")
    (tmp_path / "stat").write_text("\n".join([*lines, "intr 1 2 3"]), encoding="ascii")
    (tmp_path / "own").write_text("3:cpuset:/\n0::/job\n", encoding="ascii")
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "cpu.stat").write_text("nr_throttled 3\nthrottled_usec 2500000\n", encoding="ascii")
    tick = os.sysconf("SC_CLK_TCK")
    counters = Kernel(tmp_path / "stat", tmp_path, tmp_path / "own").read()
    assert counters.busy == pytest.approx(133 * len(allowed) / tick)
    assert counters.stolen == pytest.approx(30 * len(allowed) / tick)
    assert counters.throttled == pytest.approx(2.5)


def test_what_the_kernel_does_not_expose_stays_zero(tmp_path: Path) -> None:
    counters = Kernel(tmp_path / "stat", tmp_path, tmp_path / "own").read()
    assert (counters.busy, counters.stolen, counters.throttled) == (0, 0, 0)


@pytest.mark.parametrize(
    ("own", "files", "seconds"),
    [
        pytest.param("0::/a/b\n", {"a/b": "throttled_usec 2500000"}, 2.5, id="version 2"),
        pytest.param("0::/a/b\n", {"a/b": "throttled_usec 0", "a": "throttled_usec 1500000"}, 1.5, id="the parent's"),
        pytest.param("4:memory:/a\n3:cpu:/a\n0::/\n", {"cpu/a": "throttled_time 2500000000"}, 2.5, id="version 1"),
        pytest.param("3:cpu,cpuacct:/a\n", {"cpu/a": "throttled_time 2500000000"}, 2.5, id="version 1, joined"),
        pytest.param("3:cpu:/docker/f00\n", {"cpu": "throttled_time 500000000"}, 0.5, id="version 1, in a container"),
        pytest.param("3:cpu:/a\n2:cpuacct:/a\n", {"cpu/a": "throttled_time 5000000"}, 0.005, id="version 1, apart"),
        pytest.param("3:cpu:/a\n", {"cpuacct/a": "throttled_time 5"}, 0.0, id="another controller's"),
        pytest.param("0::/a\n", {"b": "throttled_usec 5000000"}, 0.0, id="a sibling's"),
    ],
)
def test_throttling_is_read_in_either_version_of_control_groups(
    tmp_path: Path, own: str, files: dict[str, str], seconds: float
) -> None:
    (tmp_path / "own").write_text(own, encoding="ascii")
    for folder, line in files.items():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "cpu.stat").write_text(f"nr_periods 9\nnr_throttled 3\n{line}\n", encoding="ascii")
    assert Kernel(tmp_path / "stat", tmp_path, tmp_path / "own").read().throttled == pytest.approx(seconds)


@pytest.mark.parametrize(("said", "flags"), [("powersave", ("powersave",)), ("performance", ()), (None, ())])
def test_a_governor_that_saves_power_is_flagged(tmp_path: Path, said: str | None, flags: tuple[str, ...]) -> None:
    if said is not None:
        for processor in os.sched_getaffinity(0):
            (tmp_path / str(processor)).write_text(f"{said}\n", encoding="ascii")
    found = Kernel(governors=f"{tmp_path}/{{}}").governor()
    assert found == (said or "")
    assert replace(QUIET, governor=found).flags(threads=2) == flags


def test_a_process_beside_us_is_seen_on_the_real_counters() -> None:
    kernel = Kernel()
    watch = Watch(kernel.read)
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as beside:
        try:
            used = psutil.Process(beside.pid)
            watch.begin()
            while used.cpu_times().user < 1.0:
                watch.after_block()
            noise = watch.end()
        finally:
            beside.kill()
    assert max(noise.foreign) > 0.1
    assert "foreign-load" in noise.flags(threads=1)
