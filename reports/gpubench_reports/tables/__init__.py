"""The tables of the page, made of findings, by what they are about."""

from gpubench_reports.tables.cells import cells, energy, headline, memory
from gpubench_reports.tables.checks import noise, not_ok, overhead
from gpubench_reports.tables.limits import ceilings, roofline, transfers
from gpubench_reports.tables.ratios import crossovers, frameworks, speedups
from gpubench_reports.tables.several import elsewhere, histories, latencies, machines, means, side_by_side
from gpubench_reports.tables.times import distribution, growth

__all__ = [
    "ceilings", "cells", "crossovers", "distribution", "elsewhere", "energy", "frameworks", "growth", "headline",
    "histories", "latencies", "machines", "means", "memory", "noise", "not_ok", "overhead", "roofline", "side_by_side",
    "speedups", "transfers",
]  # fmt: skip
