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


def test_a_case_has_the_same_name_in_every_panel(invented):
    """Though cases of one run differ in what those of the other have in common; a panel's title tells the precision."""
    runs = []
    for name, styles in (("a", ["raw"]), ("b", ["raw", "keras"])):
        made = invented.Invented(name, host=name)
        for precision in ("float32", "float64"):
            made.cell((0.01,) * 3, size=1024, work=PRODUCT, precision=precision)
        made.cell((0.01,) * 3, workload="copy", work=COPY)
        for style in styles:
            made.cell((0.01,) * 3, workload="train", params={"style": style}, work=PRODUCT)
        runs.append(made.results())
    found = panels(analyse(runs))
    assert {panel.title: sorted(panel.names.values()) for panel in found} == {
        "Run A: float32": ["matmul, n 1024", "train, style raw, n 256"],
        "Run B: float32": ["matmul, n 1024", "train, style keras, n 256", "train, style raw, n 256"],
        "Run A: float64": ["matmul, n 1024"],
    }
