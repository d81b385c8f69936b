"""A comparison as one JSON object."""

from __future__ import annotations

import json

import pytest

from gpubench.cli.compare_json import as_object


def test_it_holds_everything_that_the_table_shows_and_the_exit_code(compared):
    found = as_object(compared((1.0, 1.0), (1.2, 1.0)), 1)
    assert {name: found[name] for name in ("by", "base", "news", "exit_code")} == {
        "by": None, "base": "BASE", "news": ["NEW"], "exit_code": 1,
    }  # fmt: skip
    assert found["counts"] == {"SLOWER": 1, "INVALID": 0, "INCONCLUSIVE": 0, "SAME": 1, "FASTER": 0}
    slower = found["cells"][0]
    assert (slower["verdict"], slower["workload"], slower["size"]) == ("SLOWER", "matmul", 1)
    assert slower["ratio"] == pytest.approx(1 / 1.2)
    assert slower["base_launches_s"] == pytest.approx({0: 1 / 1.01, 1: 1.0, 2: 1.01})
    assert [run["run_id"] for run in found["runs"]] == ["run-0", "run-1"]
    assert found["geometric_means"][0]["cells"] == 2
    assert found["sentence"].startswith("1 of 2 cells SLOWER")


def test_what_is_missing_is_null_and_what_is_new_is_listed(compared):
    found = as_object(compared((1.0, 1.0), (1.0,)), 0)
    gone = found["cells"][1]
    assert (gone["verdict"], gone["reason"], gone["new_s"], gone["new_launches_s"]) == (
        "INVALID", "missing in NEW", None, None,
    )  # fmt: skip
    found = as_object(compared((1.0,), (1.0, 3.0)), 0)
    assert [(cell["size"], cell["step_s"]) for cell in found["added"]["NEW"]] == [(2, pytest.approx(3.0))]


def test_it_is_json_to_the_letter(compared):
    found = as_object(compared((1.0, 1.0), (1.0, 1.0), reason="a failure"), 0)
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again["cells"][2]["reason"] == "BASE failed: a failure; NEW failed: a failure"
