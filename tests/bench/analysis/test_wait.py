"""What a framework's wait costs by itself is told, since its latency holds it."""

from __future__ import annotations

import dataclasses

import msgspec

from gpubench.analysis.analyse import analyse
from gpubench.analysis.wait import Wait
from gpubench_reports.page import page


def waiting(made, seconds):
    results = made.results()
    launches = tuple(msgspec.structs.replace(one, idle_wait_s=seconds) for one in results.launch_records)
    return dataclasses.replace(results, launch_records=launches)


def test_of_several_runs_each_has_its_own_and_the_page_says_whose(invented):
    runs = []
    for name, seconds in (("a", 1e-7), ("b", 5e-5)):
        made = invented.Invented(name, host=name)
        made.cell((1.0,) * 3)
        runs.append(waiting(made, seconds))
    findings = analyse(runs)
    assert findings.waits == (Wait("A", "torch", "cpu", 1e-7), Wait("B", "torch", "cpu", 5e-5))
    assert "100 ns under torch on the CPU in run A, 50.0 µs under torch on the CPU in run B." in page(findings)
    assert "100 ns under torch on the CPU." in page(analyse(runs[:1]))


def test_it_is_the_median_over_launches_by_backend_and_device(invented):
    made = invented.Invented()
    idle = {}
    for backend, times in (("torch", (1e-7, 3e-7, 2e-7)), ("tensorflow", (1.1e-5, 1.2e-5, 1.0e-5))):
        cell = made.cell((1.0,) * 3, backend=backend)
        idle.update({(cell.cell_id, number): seconds for number, seconds in enumerate(times)})
    made.cell((1.0,) * 3, backend="torch", device="cuda:0")
    results = made.results()
    launches = tuple(
        msgspec.structs.replace(one, idle_wait_s=idle.get((one.cell_id, one.launch))) for one in results.launch_records
    )
    found = analyse([dataclasses.replace(results, launch_records=launches)]).waits
    assert found == (Wait("", "torch", "cpu", 2e-7), Wait("", "tensorflow", "cpu", 1.1e-5))
    assert analyse([results]).waits == ()
