"""The cases that speak for a machine, with what their transfers cost."""

from __future__ import annotations

from gpubench.analysis.analyse import analyse


def test_a_headline_is_the_slowest_case_that_most_places_did(invented):
    made = invented.Invented()
    for size in (1, 2):
        for backend in ("torch", "tensorflow"):
            made.cell((1.0 * size,) * 3, size=size, backend=backend)
    made.cell((9.0,) * 3, size=3)
    found = analyse([made.results()]).headlines
    assert [(one.cell.case.size, one.cell.backend) for one in found] == [(2, "torch"), (2, "tensorflow")]


def test_of_two_ways_of_the_same_work_the_faster_speaks(invented):
    made = invented.Invented()
    work = {"flops": 0.0, "bytes": 2.0**28, "items": 1.0}
    for into, on_cpu in (("new", 9e-3), ("kept", 1.3e-3)):
        for device, step in (("cpu", on_cpu), ("cuda:0", 9e-5)):
            made.cell((step,) * 3, workload="copy", size=2**25, params={"into": into}, device=device, work=work)
    made.cell((1e-4,) * 3, workload="copy", size=64, params={"into": "kept"}, work={**work, "bytes": 512.0})
    found = analyse([made.results()]).headlines
    assert [(dict(one.cell.case.params)["into"], one.cell.device) for one in found] == [
        ("kept", "cpu"),
        ("kept", "cuda:0"),
    ]


def test_the_same_work_on_data_from_the_host_is_its_partner(invented):
    made = invented.Invented()
    for device in ("cpu", "cuda:0"):
        for data, factor in (("resident", 1.0), ("host", 3.0)):
            made.cell((factor,) * 3, device=device, data=data)
    found = analyse([made.results()]).headlines
    assert [(one.cell.case.data, one.with_transfers.step.value) for one in found] == [("resident", 3.0)] * 2
    assert [one.with_transfers.device for one in found] == [one.cell.device for one in found] == ["cpu", "cuda:0"]


def test_another_mode_or_precision_is_no_partner(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    made.cell((1.0,) * 3, data="host", precision="bfloat16")
    made.cell((1.0,) * 3, data="host", mode="compile")
    (one,) = (one for one in analyse([made.results()]).headlines if one.cell.case.data == "resident")
    assert one.with_transfers is None
