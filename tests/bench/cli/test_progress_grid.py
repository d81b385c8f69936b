"""Where each cell stands: a row for a case, a column for a backend and device."""

from __future__ import annotations

from typing import Any

from gpubench.cli.progress_grid import Grid, grid
from gpubench.results.records import Cell


def made(**fields: Any) -> Cell:
    plain = {
        "workload": "matmul", "version": 1, "axis": "n", "size": 64, "params": {}, "backend": "torch", "device": "cpu",
        "precision": "float32", "mode": "eager", "data": "resident", "variant": "", "threads": 2, "item": "row",
        "reason": "",
    }  # fmt: skip
    return Cell(**{**plain, "cell_id": repr(fields), **fields})


def words(found: Grid) -> list[str]:
    return [row.words for row in found.rows]


def test_backends_and_devices_share_the_row_of_a_case() -> None:
    cells = [
        made(backend=b, device=d, mode=m) for b, m in (("torch", "eager"), ("tf", "graph")) for d in ("cpu", "cuda:0")
    ]
    found = grid(cells)
    assert words(found) == ["matmul 64"]
    assert found.places == (("torch", "cpu"), ("torch", "cuda:0"), ("tf", "cpu"), ("tf", "cuda:0"))
    assert [found.rows[0].cells[place] for place in found.places] == cells


def test_a_row_says_what_tells_its_case_from_others_and_nothing_else() -> None:
    params = [{"layer": layer, "pass": "forward"} for layer in ("a", "b")]
    assert words(grid([made(params=one) for one in params])) == ["matmul 64 a", "matmul 64 b"]
    assert words(grid([made(precision=one) for one in ("float32", "tf32")])) == ["matmul 64 float32", "matmul 64 tf32"]
    assert words(grid([made(data=one) for one in ("resident", "host")])) == ["matmul 64 resident", "matmul 64 host"]


def test_another_mode_than_the_usual_one_has_a_row_of_its_own() -> None:
    cells = [made(size=64), made(size=128), made(size=64, mode="compile"), made(backend="tf", mode="graph")]
    assert words(grid(cells)) == ["matmul 64", "matmul 128", "matmul 64 compile"]


def test_so_has_the_partner_of_a_pair() -> None:
    assert words(grid([made(), made(variant="aa")])) == ["matmul 64", "matmul 64 again"]


def test_no_cell_is_lost() -> None:
    cells = [
        made(size=n, params={"p": p}, backend=b, device=d, precision=precision, mode=mode, data=data, variant=variant)
        for n in (1, 2) for p in "xy" for b in ("torch", "tf") for d in ("cpu", "cuda:0") for precision in ("a", "b")
        for mode in ("eager", "other", "third") for data in ("resident", "host") for variant in ("", "aa")
    ]  # fmt: skip
    found = [cell for row in grid(cells).rows for cell in row.cells.values()]
    assert len(found) == len(cells)
    assert len(set(words(grid(cells)))) == len(grid(cells).rows)


def test_a_plan_of_nothing_is_an_empty_table() -> None:
    assert grid([]) == Grid((), ())
