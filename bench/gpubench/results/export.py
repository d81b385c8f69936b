"""A frame of cells as bytes in a format that other programs read."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from gpubench.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd


def encoded(cells: pd.DataFrame, kind: str) -> bytes:
    """The frame as `csv` (missing is empty), `json` (an array of objects, missing is null) or `parquet`.

    Raises UsageError where Parquet's library is not installed.
    """
    if kind == "csv":
        return cells.to_csv(index=False).encode()
    if kind == "json":
        return (json.dumps(rows(cells), indent=1, allow_nan=False) + "\n").encode()
    buffer = io.BytesIO()
    try:
        cells.astype({"size": "string"}).to_parquet(buffer, index=False)
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow", "pip install 'gpubench-suite[parquet]'") from error
    return buffer.getvalue()


def rows(cells: pd.DataFrame) -> list[dict[str, object]]:
    """The frame as JSON values, missing as None."""
    plain = cells.astype(object)
    return [
        dict(zip(plain.columns, values, strict=True)) for values in plain.where(plain.notna(), None).values.tolist()
    ]
