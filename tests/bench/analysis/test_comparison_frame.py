"""A comparison as a pandas frame."""

from __future__ import annotations

import math

import pytest

from gpubench.analysis.comparison import compare


def test_a_row_holds_a_cells_verdict_and_all_that_it_rests_on(invented):
    runs = []
    for name, step in (("a", 1.0), ("b", 1.2)):
        made = invented.Invented(name)
        made.cell(invented.scattered(step), params={"layout": "nhwc"})
        runs.append(made.results())
    (row,) = compare(runs).frame.to_dict("records")
    known = {
        "base": "BASE", "new": "NEW", "workload": "matmul", "size": 256, "params": '{"layout": "nhwc"}',
        "backend": "torch", "mode": "eager", "verdict": "SLOWER",
    }  # fmt: skip
    assert {name: row[name] for name in known} == known
    assert (row["base_s"], row["new_s"], row["ratio"]) == pytest.approx((1.0, 1.2, 1 / 1.2))
    assert row["log_difference"] == pytest.approx(math.log(1.2))
    assert (row["base_launches"], row["new_launches"], row["paired"], row["margin"]) == (3, 3, False, 0.05)
    assert row["p"] < row["level"] == pytest.approx(0.05)
    assert row["ratio_lo"] < row["ratio"] < row["ratio_hi"]


def test_what_is_missing_is_null_and_never_0(invented):
    made = invented.Invented("a")
    made.cell((1.0,))
    made.cell((1.0, 1.0, 1.0), size=64)
    other = invented.Invented("b")
    other.cell((1.0,))
    frame = compare([made.results(), other.results()]).frame
    few, gone = frame.iloc[0], frame.iloc[1]
    assert list(frame["verdict"]) == ["INCONCLUSIVE", "INVALID"]
    assert frame.iloc[1][["new_s", "new_launches", "ratio", "p", "level", "margin", "launches_needed"]].isna().all()
    assert few[["ratio_lo", "ratio_hi", "p", "level", "standard_error"]].isna().all()
    assert few["launches_needed"] == 3
    assert (few["reason"], gone["reason"]) == ("", "missing in NEW")


def test_a_comparison_of_nothing_is_an_empty_frame_with_all_columns(invented):
    made = invented.Invented("a")
    made.cell((1.0,))
    frame = compare([made.results()], by="device").frame
    assert len(frame) == 0
    assert {"verdict", "ratio", "launches_needed"} <= set(frame.columns)
