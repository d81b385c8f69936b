"""RAPL, read from folders as Linux shows them: wrap-around, packages alone, and why there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench.errors import Unsupported
from gpubench.worker.rapl import Domain, open_rapl

RANGE = 262_143_328_850  # of an Intel Xeon

# energy_uj of a package at about 65 W, read each second while its counter began again.
RECORDED = (262_012_904_117, 262_078_013_550, 262_143_150_201, 65_010_022, 130_170_915)
STEPS = (65_109_433, 65_136_651, 65_188_671, 65_160_893)


@pytest.fixture
def zone(tmp_path: Path) -> Callable[..., Path]:
    """Makes a zone of powercap; returns the file of its counter."""

    def made(folder: str, name: str, energy: int = 0, most: int = RANGE) -> Path:
        place = tmp_path / folder
        place.mkdir()
        for file, content in (("name", name), ("energy_uj", energy), ("max_energy_range_uj", most)):
            (place / file).write_text(f"{content}\n", encoding="ascii")
        return place / "energy_uj"

    return made


def test_a_counter_that_begins_again_goes_on(zone, tmp_path: Path):
    file = zone("intel-rapl:0", "package-0", RECORDED[0])
    rapl = open_rapl(tmp_path)
    read = []
    for energy in RECORDED[1:]:
        file.write_text(f"{energy}\n", encoding="ascii")
        read.append(rapl.read())
    assert read == pytest.approx([sum(STEPS[: count + 1]) * 1e-6 for count in range(4)])


@given(st.integers(0, RANGE - 1), st.lists(st.integers(0, RANGE - 1), max_size=9))
def test_what_is_read_never_falls_and_is_all_that_was_used(start: int, used: list[int]):
    class File:
        text = str(start)

        def read_text(self, encoding: str) -> str:
            return self.text

    total, domain = 0, Domain(File(), RANGE, start)
    for joules in used:
        total += joules
        File.text = str((start + total) % RANGE)
        assert domain.read() == pytest.approx(total * 1e-6)


def test_packages_add_up_and_their_parts_do_not(zone, tmp_path: Path):
    files = [
        zone("intel-rapl:0", "package-0"), zone("intel-rapl:1", "package-1"), zone("intel-rapl:0:0", "core"),
        zone("intel-rapl:0:1", "dram"), zone("intel-rapl:2", "psys"), zone("intel-rapl-mmio:0", "package-0"),
    ]  # fmt: skip
    rapl = open_rapl(tmp_path)
    for number, file in enumerate(files):
        file.write_text(f"{10**number * 1_000_000}\n", encoding="ascii")
    assert rapl.read() == pytest.approx(11)
    assert rapl.name == "RAPL, 2 packages"


@pytest.mark.parametrize("zones", [(), (("intel-rapl:0", "psys"),)])
def test_a_machine_without_it_is_said(zone, tmp_path: Path, zones):
    for folder, name in zones:
        zone(folder, name)
    with pytest.raises(Unsupported, match=f"^{tmp_path} has no intel-rapl package$"):
        open_rapl(tmp_path)


def test_a_counter_that_only_root_reads_is_said(zone, tmp_path: Path, monkeypatch):
    file = zone("intel-rapl:0", "package-0")
    read = Path.read_text

    def refuse(path: Path, encoding: str | None = None) -> str:
        if path == file:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, encoding)

    monkeypatch.setattr(Path, "read_text", refuse)  # the tests may run as root, who may read everything
    with pytest.raises(Unsupported, match=f"^{file}: Permission denied: most systems let root alone$"):
        open_rapl(tmp_path)
