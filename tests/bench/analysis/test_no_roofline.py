"""Why nothing is under a ceiling, and what measures one where the run was measured."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse

PRODUCT = {"flops": 2.0 * 1024**3, "bytes": 12.0 * 1024**2, "items": 1.0}
COPY = {"flops": 0.0, "bytes": 2.0**28, "items": 1.0}
SMALL = {"flops": 2.0 * 256**3, "bytes": 12.0 * 256**2, "items": 1.0}


@pytest.fixture
def missing(invented: Any) -> Any:
    """What is said for want of ceilings. cells: by workload, work and device. selection: what the run selected."""

    def made(*cells: tuple[str, dict[str, float], str], **selection: Any) -> tuple[str, str] | None:
        run = invented.Invented(selection=selection)
        for workload, work, device in cells:
            run.cell((1e-3,) * 3, workload=workload, work=work, device=device, size=work["bytes"])
        found = analyse([run.results()]).no_roofline
        return found and (found.reasons[0].partition(", and ")[2], found.next)

    return made


def test_what_is_lacking_is_said_and_measured(missing: Any) -> None:
    small = ("matmul", SMALL, "cpu")
    product, copy = ("matmul", PRODUCT, "cpu"), ("copy", COPY, "cpu")
    assert missing(small) == ("neither was measured here.", "gpubench run matmul copy")
    assert missing(product) == ("no such copy was measured here.", "gpubench run copy")
    assert missing(small, copy) == ("no such product was measured here.", "gpubench run matmul")
    assert missing(product, ("copy", COPY, "cuda:0")) == (
        "here they were measured on different ones.",
        "gpubench run matmul copy",
    )


def test_with_both_or_without_arithmetic_nothing_is_lacking(missing: Any) -> None:
    assert missing(("matmul", PRODUCT, "cpu"), ("copy", COPY, "cpu")) is None
    assert missing(("copy", COPY, "cpu")) is None


def test_the_run_s_own_workloads_are_measured_where_it_was_measured(missing: Any) -> None:
    where = {"backends": ["torch", "toy"], "devices": ["cpu", "cuda:1"], "precisions": ["float64"]}
    _, command = missing(("matmul-mine", SMALL, "cpu"), plugins=["mine.py"], sizes=["smoke"], **where)
    assert command == (
        "gpubench run matmul-mine copy --backend torch --device cpu,cuda:1 --precision float64 --plugin mine.py"
    )


def test_a_backend_is_not_asked_for_what_it_was_not_seen_to_have(missing: Any) -> None:
    _, command = missing(("mine", SMALL, "cpu"), backends=["torch"])
    assert command == "gpubench run matmul copy"
