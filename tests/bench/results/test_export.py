"""Cells for other programs: CSV, JSON and Parquet say the same."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gpubench.errors import UsageError
from gpubench.results.export import encoded, rows
from gpubench.results.results import Results


@pytest.fixture
def cells(loaded: Callable[..., Results], make: Any) -> pd.DataFrame:
    """Measured, failed, never to be run, and one of an axis that counts no integers."""
    planned = [
        make.cell("a"), make.cell("b", reason='no "cuda", nowhere;\nsays the driver'), make.cell("c", size=0.5),
        make.cell("d", device="cuda:0", size="wide", params={"layer": "größe"}),
    ]  # fmt: skip
    launches = [make.launch(number, 1e-3 / 3 + number * 1e-5, cell_id="a") for number in range(3)]
    failed = make.launch(0, None, cell_id="c", status="oom", reason="too large", errors={}, work={}, checked=False)
    return loaded(*planned, *launches, failed, make.end()).cells()


def test_json_is_an_array_of_objects_with_null_for_missing(cells: pd.DataFrame) -> None:
    found = json.loads(encoded(cells, "json"))
    assert [list(row) for row in found] == [list(cells.columns)] * 4
    assert [row["size"] for row in found] == [256, 256, 0.5, "wide"]
    assert [row["checked"] for row in found] == [True, None, False, None]
    assert [row["step_s"] is None for row in found] == [False, True, True, True]
    assert found[0]["step_s"] == pytest.approx(1e-3 / 3 + 1e-5, rel=1e-15)
    assert (found[0]["threads"], found[0]["launches"], found[0]["variant"]) == (2, 3, "")
    assert found[3]["params"] == json.dumps({"layer": "größe"})


def test_json_has_no_nan(cells: pd.DataFrame) -> None:
    text = encoded(cells, "json").decode()
    assert "NaN" not in text
    assert "Infinity" not in text


def test_csv_says_what_json_says(cells: pd.DataFrame) -> None:
    text = encoded(cells, "csv").decode()
    # Only what is missing is empty: an empty text is quoted, and a parser that is told so tells the two apart.
    found = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert list(found.columns) == list(cells.columns)
    for read, row in zip(found.to_dict("records"), rows(cells), strict=True):
        for name, value in row.items():
            if isinstance(value, float):
                assert float(read[name]) == value, name  # every digit
            else:
                assert read[name] == ("" if value is None else str(value)), name


def test_parquet_says_what_json_says(cells: pd.DataFrame) -> None:
    pytest.importorskip("pyarrow", reason="pip install 'gpubench-suite[parquet]'")
    found = pd.read_parquet(io.BytesIO(encoded(cells, "parquet")), dtype_backend="numpy_nullable")
    want = [{**row, "size": str(row["size"])} for row in rows(cells)]
    assert list(found.columns) == list(cells.columns)
    assert rows(found) == want


def test_parquet_without_its_library_says_what_to_install(cells: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyarrow", "pyarrow.parquet", "fastparquet"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match="Parquet needs pyarrow") as refusal:
        encoded(cells, "parquet")
    assert refusal.value.hint == "pip install 'gpubench-suite[parquet]'"
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_run_without_cells_is_exported_too(kind: str, loaded: Callable[..., Results]) -> None:
    empty = loaded().cells()
    text = encoded(empty, kind).decode()
    assert text == ",".join(empty.columns) + "\n" if kind == "csv" else text == "[]\n"


def test_rows_are_plain_python_values(cells: pd.DataFrame) -> None:
    kinds = {type(value) for row in rows(cells) for value in row.values()}
    assert kinds == {str, int, float, bool, type(None)}
