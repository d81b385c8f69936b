"""The test that pytest-benchmark is given: collected by `tools.with_pytest_benchmark` alone."""

from __future__ import annotations

from typing import Any


def test_call(benchmark: Any, carrier: Any) -> None:
    benchmark(carrier.call)
    carrier.keep(benchmark)
