"""Reviews a cell of the toy's workload in this process, with a mistake in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gpubench.plugins import load_target
from gpubench.worker.job import REVIEW, Job, Limits
from gpubench.worker.measure import Measurement
from gpubench.worker.review.cell import review
from gpubench.worker.review.finding import Finding

TOY = Path(__file__).parents[2] / "plugins" / "toy.py"


@pytest.fixture
def reviewed() -> Callable[..., dict[str, Finding]]:
    """The findings of the toy's doubling by what was looked at; the last one, where there are several.

    methods: of the parameters, in place of theirs. step: what changes the step. workload: fields of it. runtime: what
    changes the toy's.
    """
    toy, doubling = (load_target(f"{TOY}:{name}") for name in ("toy", "doubling"))

    def look(
        measures: str = REVIEW,
        methods: dict[str, Any] | None = None,
        step: Callable[..., Any] = lambda made, session: made,
        runtime: Callable[[Any], object] = lambda made: None,
        data: str = "resident",
        fault: str = "none",
        **fields: Any,
    ) -> dict[str, Finding]:
        started = toy.start(1, "cpu")
        runtime(started)
        params = doubling.sizes["small"]
        kind = type("Changed", (type(params),), methods or {})

        def build(params: Any, inputs: Any, session: Any) -> Any:
            return step(doubling.builders["toy"](params, inputs, session), session)

        changed = {"sizes": {"small": kind(64, fault)}, "builders": {"toy": build}, **fields}
        workload = replace(doubling, **changed)
        job = Job("", {"n": 64, "fault": fault}, "float32", "eager", data, 0, 0, Limits(0.1), measures=measures)
        answer = review(Measurement("toy", "cpu", started, 1), job, workload)
        assert answer["status"] == "ok"
        look.restart = answer.get("restart", False)  # type: ignore[attr-defined]
        return {found.check: found for found in map(Finding.of, answer["findings"])}

    return look
