"""What a report says of the environment of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from gpubench.analysis.analyse import analyse


def facts(invented: Any, scope: str, **told: str) -> dict[str, str]:
    """As a report tells those of a scope, beside which others are known."""
    made = invented.Invented()
    made.cell((1.0,) * 3)
    results = made.results()
    envs = [
        msgspec.structs.replace(env, facts={**env.facts, **told}) if env.scope == scope else env for env in results.envs
    ]
    (run,) = analyse([replace(results, envs=tuple(envs))]).runs
    return dict(next(one.facts for one in run.environments if one.scope == scope))


@pytest.mark.parametrize(("told", "said"), [({}, "not run"), ({"selftest": "passed 2026-01-02"}, "passed 2026-01-02")])
def test_of_every_backend_on_a_device_it_is_said_whether_the_selftest_has_run(
    invented: Any, told: dict[str, str], said: str
) -> None:
    assert facts(invented, "torch@cpu", **told)["selftest"] == said
    assert "selftest" not in facts(invented, "machine")


def test_the_cuda_of_a_framework_is_what_it_is_built_for(invented: Any) -> None:
    found = facts(invented, "torch@cpu", cuda="12.5.1")
    assert found["built for CUDA"] == "12.5.1"
    assert "cuda" not in found
