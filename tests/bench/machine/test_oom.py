"""The kernel's counters of processes killed for memory: those of our own control group before those of the machine."""

from __future__ import annotations

import pytest

from gpubench.machine.oom import oom_kills

EVENTS = "low 0\nhigh 0\nmax 12\noom 3\noom_kill {}\noom_group_kill 9\n"
CONTROL = "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n"
VMSTAT = "nr_free_pages 1\noom_kill {}\npgfault 77\n"


@pytest.fixture
def counted(tmp_path):
    """How many kills are found under made-up files. own: the groups of this process; files: path to kills."""

    def count(own: str, **files: int) -> int:
        (tmp_path / "own").write_text(own)
        (tmp_path / "vmstat").write_text(VMSTAT.format(files.pop("vmstat", 0)))
        for name, kills in files.items():
            *folders, kind = name.split("_")
            file = tmp_path.joinpath("cgroup", *folders) / {"v2": "memory.events", "v1": "memory.oom_control"}[kind]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text({"v2": EVENTS, "v1": CONTROL}[kind].format(kills))
        return oom_kills(tmp_path / "cgroup", tmp_path / "own", tmp_path / "vmstat")

    return count


@pytest.mark.parametrize(
    ("own", "files", "kills"),
    [
        pytest.param("0::/a/b\n", {"a_b_v2": 2, "a_v2": 7, "vmstat": 9}, 2, id="our own group's, version 2"),
        pytest.param("0::/a/b\n", {"a_v2": 7, "vmstat": 9}, 7, id="the nearest that counts"),
        pytest.param("0::/a/b\n", {"a_b_v2": 0, "vmstat": 9}, 0, id="somebody else's process was killed"),
        pytest.param("0::/\n", {"v2": 3, "vmstat": 9}, 3, id="in a container"),
        pytest.param("4:memory:/a\n0::/\n", {"memory_a_v1": 4, "vmstat": 9}, 4, id="version 1"),
        pytest.param("4:memory:/docker/f00\n", {"memory_v1": 4, "vmstat": 9}, 4, id="version 1, in a container"),
        pytest.param("4:memory:/a\n", {"cpu_a_v1": 4, "vmstat": 9}, 9, id="another controller's file"),
        pytest.param("0::/\n", {"vmstat": 9}, 9, id="the machine's, where no group counts"),
    ],
)
def test_whose_kills_are_evidence(counted, own: str, files: dict[str, int], kills: int):
    assert counted(own, **files) == kills


def test_a_group_whose_kernel_does_not_count_is_passed_over(counted, tmp_path):
    (tmp_path / "cgroup").mkdir()
    (tmp_path / "cgroup" / "memory.events").write_text("low 0\noom 3\n")
    assert counted("0::/\n", vmstat=5) == 5


def test_where_nothing_is_counted_there_is_no_evidence(tmp_path):
    assert oom_kills(tmp_path, tmp_path / "own", tmp_path / "vmstat") == 0


def test_the_real_counters_do_not_fall():
    first = oom_kills()
    assert oom_kills() >= first >= 0
