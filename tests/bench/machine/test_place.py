"""Where this Linux runs, read from made-up roots."""

from __future__ import annotations

import platform

import pytest

from gpubench.machine.place import place


@pytest.mark.parametrize("sign", [".dockerenv", "run/.containerenv"])
def test_a_container_is_known_by_the_file_that_its_engine_leaves(tmp_path, sign):
    (tmp_path / sign).parent.mkdir(exist_ok=True)
    (tmp_path / sign).touch()
    assert place(tmp_path, "6.1.0-microsoft-standard") == "container"


def test_wsl_is_known_by_its_kernel(tmp_path):
    assert place(tmp_path, "5.15.90.1-Microsoft-standard-WSL2") == "WSL"


@pytest.mark.parametrize(("release", "expected"), [({"ID": "ubuntu"}, "ubuntu"), (OSError(), "")])
def test_elsewhere_it_is_the_distribution(tmp_path, monkeypatch, release, expected):
    def read():
        if isinstance(release, OSError):
            raise release
        return release

    monkeypatch.setattr(platform, "freedesktop_os_release", read)
    assert place(tmp_path, "6.1.0") == expected
