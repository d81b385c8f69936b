"""The memory that control groups leave, read from made-up files of the kernel."""

from __future__ import annotations

import pytest

from gpubench.machine.cgroup import folders, memory_limit


@pytest.fixture
def group(tmp_path):
    """The files of a group at /a/b; folder to the text of its memory.max."""

    def made(**limits: str):
        root, own = tmp_path / "cgroup", tmp_path / "own"
        own.write_text("12:cpu:/old\n0::/a/b\n")
        for folder, text in limits.items():
            file = root / folder.replace("root", "").replace("_", "/") / "memory.max"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
        return root, own

    return made


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"a_b": "max", "a": "max"}, None),
        ({"a_b": "1048576"}, 2**20),
        ({"a_b": "4096", "a": "2048"}, 2048),  # the tightest holds
        ({"a_b": "2048", "a": "max", "root": "4096"}, 2048),
        ({}, None),
    ],
)
def test_the_tightest_limit_of_the_group_and_those_above_holds(group, limits, expected):
    assert memory_limit(*group(**limits)) == expected


def test_a_kernel_that_tells_no_group_limits_nothing(tmp_path):
    assert folders(tmp_path, tmp_path / "none") == []
    assert memory_limit(tmp_path, tmp_path / "none") is None


def test_no_group_above_the_root_is_read(group):
    root, own = group(a_b="4096")
    (root.parent / "memory.max").write_text("1\n")
    assert memory_limit(root, own) == 4096


@pytest.mark.parametrize(
    ("own", "limits", "expected"),
    [
        pytest.param("4:memory:/a/b\n0::/\n", {"memory/a/b": 4096, "memory/a": 8192}, 4096, id="its own"),
        pytest.param("4:memory:/a/b\n", {"memory/a/b": 2**63 - 4096, "memory/a": 8192}, 8192, id="the parent's"),
        pytest.param("4:memory:/a\n", {"memory/a": 2**63 - 4096}, None, id="none"),
        pytest.param("4:memory:/docker/f00\n", {"memory": 4096}, 4096, id="in a container"),
        pytest.param("4:memory:/a\n", {"cpu/a": 4096}, None, id="another controller's folder"),
    ],
)
def test_version_1_has_its_limits_in_a_tree_of_their_own(tmp_path, own: str, limits: dict[str, int], expected):
    (tmp_path / "own").write_text(own)
    for folder, limit in limits.items():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "memory.limit_in_bytes").write_text(f"{limit}\n")
    assert memory_limit(tmp_path, tmp_path / "own") == expected


def test_a_controller_may_share_its_tree(tmp_path):
    (tmp_path / "own").write_text("3:cpu,cpuacct:/a\n2:cpuset:/b\n")
    assert folders(tmp_path, tmp_path / "own", "cpu") == [tmp_path / "cpu" / "a", tmp_path / "cpu"]
    assert folders(tmp_path, tmp_path / "own", "memory") == []
