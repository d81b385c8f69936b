"""How many threads: the cores that affinity and quota allow, read from made-up files of the kernel."""

from __future__ import annotations

import os

import pytest

from gpubench.machine.processors import allowed_cores, cpu_quota, model, thread_count

LOGICAL = sorted(os.sched_getaffinity(0))


@pytest.fixture
def topology(tmp_path):
    """The kernel's lists of siblings: so many logical processors to a core."""

    def made(threads_a_core: int) -> str:
        for position, processor in enumerate(LOGICAL):
            core = position // threads_a_core
            (tmp_path / f"cpu{processor}").write_text(f"{core * threads_a_core}-{(core + 1) * threads_a_core - 1}\n")
        return f"{tmp_path}/cpu{{}}"

    return made


@pytest.fixture
def cgroup(tmp_path):
    """The files of a cgroup's CPU quota; folder to the text of its cpu.max."""

    def made(path: str = "/a/b", **quotas: str):
        root, own = tmp_path / "cgroup", tmp_path / "own"
        own.write_text(f"12:cpu:/old\n0::{path}\n")
        for folder, text in quotas.items():
            file = root / folder.replace("root", "").replace("_", "/") / "cpu.max"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
        return root, own

    return made


@pytest.fixture
def on_one_processor():
    """This process may run on a single logical processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


def test_logical_processors_of_one_core_count_once(topology):
    assert allowed_cores(topology(1)) == len(LOGICAL)
    assert allowed_cores(topology(len(LOGICAL))) == 1


@pytest.mark.usefixtures("on_one_processor")
def test_affinity_leaves_what_it_leaves(topology):
    assert allowed_cores(topology(1)) == 1
    assert thread_count() == 1


def test_where_the_kernel_tells_no_siblings_every_processor_is_a_core(tmp_path):
    assert allowed_cores(f"{tmp_path}/cpu{{}}") == len(LOGICAL)


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        pytest.param({}, None, id="no files"),
        pytest.param({"a_b": "max 100000"}, None, id="none"),
        pytest.param({"a_b": "150000 100000"}, 1.5, id="one and a half"),
        pytest.param({"a_b": "50000 100000"}, 0.5, id="half"),
        pytest.param({"a_b": "400000 100000", "a": "200000 100000"}, 2.0, id="the parent's"),
        pytest.param({"a_b": "max 100000", "a": "200000 100000"}, 2.0, id="the parent's alone"),
        pytest.param({"root": "300000 100000"}, 3.0, id="the root's"),
        pytest.param({"a_other": "100000 100000"}, None, id="a sibling's"),
        pytest.param({"a_b": ""}, None, id="empty"),
    ],
)
def test_the_tightest_quota_of_the_group_and_those_above_it_holds(cgroup, quotas, expected):
    assert cpu_quota(*cgroup(**quotas)) == expected


@pytest.mark.parametrize(
    ("own", "quotas", "expected"),
    [
        pytest.param("3:cpu:/a/b\n0::/\n", {"cpu/a/b": ("150000", "100000")}, 1.5, id="its own"),
        pytest.param(
            "3:cpu:/a/b\n", {"cpu/a/b": ("-1", "100000"), "cpu/a": ("50000", "100000")}, 0.5, id="the parent's"
        ),
        pytest.param("3:cpu,cpuacct:/docker/f00\n", {"cpu": ("200000", "100000")}, 2.0, id="in a container"),
        pytest.param("3:cpu:/a\n", {"cpu/a": ("-1", "100000")}, None, id="none"),
        pytest.param("3:cpu:/a\n", {"cpu/a": ("200000", "")}, None, id="no period"),
    ],
)
def test_version_1_has_quota_and_period_in_a_file_each(tmp_path, own: str, quotas, expected: float | None):
    (tmp_path / "own").write_text(own)
    for folder, (quota, period) in quotas.items():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "cpu.cfs_quota_us").write_text(f"{quota}\n")
        (tmp_path / folder / "cpu.cfs_period_us").write_text(f"{period}\n")
    assert cpu_quota(tmp_path, tmp_path / "own") == expected


def test_in_a_container_the_group_is_the_root(cgroup):
    assert cpu_quota(*cgroup("/", root="150000 100000")) == 1.5


def test_without_cgroups_there_is_no_quota(tmp_path):
    assert cpu_quota(tmp_path, tmp_path / "missing") is None


@pytest.mark.parametrize(
    ("quota", "threads"),
    [
        pytest.param("max 100000", len(LOGICAL), id="none"),
        pytest.param("50000 100000", 1, id="half"),
        pytest.param("100000 100000", 1, id="one"),
        pytest.param("190000 100000", 1, id="almost two"),
        pytest.param("99900000 100000", len(LOGICAL), id="more than there are"),
    ],
)
def test_threads_are_whole_processors_of_the_quota_and_at_least_one(cgroup, topology, quota: str, threads: int):
    assert thread_count(*cgroup(a_b=quota), topology(1)) == threads


def test_of_two_hyperthreads_one_computes(cgroup, topology):
    assert thread_count(*cgroup(), topology(2)) == (len(LOGICAL) + 1) // 2


def test_the_processor_is_called_as_its_maker_does(tmp_path):
    file = tmp_path / "cpuinfo"
    file.write_text(
        "processor\t: 0\nmodel name\t: Toy (R) 9000 @ 1 Hz\n\nprocessor\t: 1\nmodel name\t: Toy (R) 9000 @ 1 Hz\n"
    )
    assert model(file) == "Toy (R) 9000 @ 1 Hz"


@pytest.mark.parametrize("text", ["", "processor\t: 0\nBogoMIPS\t: 50.00\n", None])
def test_where_the_maker_is_silent_there_is_a_name_still(tmp_path, text: str | None):
    """ARM's cpuinfo has no model name."""
    file = tmp_path / "cpuinfo"
    if text is not None:
        file.write_text(text)
    assert model(file)
