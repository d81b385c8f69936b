"""Why no step is set against what its device can do, and what to type to have that."""

from __future__ import annotations

from collections.abc import Sequence

from gpubench.analysis.again import other_work
from gpubench.analysis.beside import Missing
from gpubench.analysis.ceiling import COPY, LEAST_BYTES, LEAST_FLOPS, PRODUCT, called, is_copy, is_product
from gpubench.analysis.measured import Measured
from gpubench.analysis.numeral import written
from gpubench.analysis.roofline import Placement
from gpubench.results.records import Run
from gpubench.results.units import size

_LEAST_N = round((LEAST_FLOPS / 2) ** (1 / 3))
_LACKS = {
    (False, False): "neither was measured here",
    (False, True): "no such product was measured here",
    (True, False): "no such copy was measured here",
    (True, True): "here they were measured on different ones",
}
"""By whether there is a product, and a copy."""


def no_roofline(cells: Sequence[Measured], placed: Sequence[Placement], run: Run) -> Missing | None:
    """None where a cell is under a ceiling, or none could be."""
    if placed or not any(cell.flops and cell.bytes and cell.case.data == "resident" for cell in cells):
        return None
    found = (any(map(is_product, cells)), any(map(is_copy, cells)))
    text = (
        f"Not told: it takes a matrix product that keeps its device busy (n {written(_LEAST_N)} or larger) and a copy "
        f"of {size(round(LEAST_BYTES))} or more, on one device, and {_LACKS[found]}."
    )
    wanted = [name for name, there in zip((PRODUCT, COPY), found, strict=True) if not there] or [PRODUCT, COPY]
    return Missing((text,), _command(cells, wanted, run))


def _command(cells: Sequence[Measured], wanted: Sequence[str], run: Run) -> str:
    """In the run's own workloads of these names, where it has some, on the devices and in the precisions typed."""
    like = [cell for cell in cells if called(cell) in wanted]
    own = list(dict.fromkeys(cell.case.workload for cell in like))
    own += [name for name in wanted if name not in map(called, like)]
    backends = {cell.backend for cell in like}
    options = {
        "backend": [name for name in run.selection.get("backends", ()) if name in backends],
        "device": run.selection.get("devices", ()),
        "precision": run.selection.get("precisions", ()),
    }
    return other_work(run, own, options)
