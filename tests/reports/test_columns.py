"""The panels of the roofline, where there are several runs."""

from __future__ import annotations

from gpubench.analysis.analyse import analyse
from gpubench.results.results import Results
from gpubench_reports.pictures.columns import panels

PRODUCT = {"flops": 2.0**31, "bytes": 12.0 * 2**20, "items": 1024.0}
COPY = {"flops": 0.0, "bytes": 2.0**28, "items": 2.0**25}


def run(invented, name: str, *backends: str, host: str = "cafe") -> Results:
    made = invented.Invented(name, host=host)
    for backend in backends:
        made.cell((0.01,) * 3, size=1024, work=PRODUCT, backend=backend)
        made.cell((0.01,) * 3, workload="copy", work=COPY, backend=backend)
    return made.results()


def shown(*runs: Results) -> list[tuple[str, int]]:
    """Title and marks of each panel."""
    return [(panel.title, len(panel.placements)) for panel in panels(analyse(runs))]


def test_each_run_has_a_panel_of_its_own_though_one_machine_made_them(invented):
    runs = (run(invented, "a", "torch"), run(invented, "b", "torch"))
    assert shown(*runs) == [("Run A: float32", 1), ("Run B: float32", 1)]


def test_so_has_each_machine(invented):
    runs = (run(invented, "a", "torch"), run(invented, "b", "torch", host="beef"))
    assert shown(*runs) == [("Run A: float32", 1), ("Run B: float32", 1)]


def test_runs_that_are_shown_as_one_share_a_panel(invented):
    parts = (run(invented, "a", "torch"), run(invented, "b", "tensorflow"))
    assert shown(*parts) == [("float32", 2)]
    again = run(invented, "c", "torch")
    assert sorted(shown(*parts, again)) == [("Run A+B: float32", 2), ("Run C: float32", 1)]
