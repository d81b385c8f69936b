"""A run goes on where it began: on the same machine, with the same versions."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

import gpubench
from gpubench.errors import UsageError
from gpubench.plugins import Catalogue
from gpubench.results.records import Cell, Env, Launch, Run
from gpubench.results.results import Results
from gpubench.runner.sameness import refuse_elsewhere

HERE = {"processor": "A CPU", "logical processors": "8", "memory": "16.0 GiB", "host (hashed)": "other"}


@pytest.fixture
def stored(run_record: Run, known: Catalogue) -> Results:
    cell = Cell(
        cell_id="0", workload="doubling", version=1, axis="n", size=1, params={}, backend="toy", device="cpu",
        precision="float32", mode="eager", data="resident", variant="", threads=1, item="number", reason="",
    )  # fmt: skip
    version = importlib.metadata.version(known.backends["toy"].value.distribution)
    launch = Launch(cell_id="0", device="cpu", launch=0, status="ok", backend_version=f"{version}+label")
    return Results(
        path=Path("run/results.jsonl"), run=msgspec.structs.replace(run_record, gpubench=gpubench.__version__),
        envs=(Env(scope="machine", facts=HERE | {"host (hashed)": "one"}),), cell_records=(cell,),
        launch_records=(launch,), pass_records=(), events=(), end=None, notes=(), whole_bytes=0,
    )  # fmt: skip


def test_the_same_machine_goes_on_whatever_its_host_is_called_now(stored: Results, known: Catalogue) -> None:
    refuse_elsewhere(stored, known, (), HERE)


@pytest.mark.parametrize("fact", ["processor", "memory"])
def test_another_machine_is_refused_by_what_differs(stored: Results, known: Catalogue, fact: str) -> None:
    with pytest.raises(UsageError, match=f"another {fact}") as refused:
        refuse_elsewhere(stored, known, (), HERE | {fact: "another"})
    assert "gpubench run --baseline" in refused.value.hint


def test_another_version_of_gpubench_is_refused(stored: Results, known: Catalogue) -> None:
    older = replace(stored, run=msgspec.structs.replace(stored.run, gpubench="0.0.1"))
    with pytest.raises(UsageError, match=r"another gpubench: 0\.0\.1 then"):
        refuse_elsewhere(older, known, (), HERE)


def test_another_version_of_a_framework_is_refused(stored: Results, known: Catalogue) -> None:
    """Unless it has an interpreter of its own: what is installed here says nothing of that one."""
    launches = tuple(msgspec.structs.replace(one, backend_version="0.1") for one in stored.launch_records)
    older = replace(stored, launch_records=launches)
    with pytest.raises(UsageError, match=r"another version of toy: 0\.1 then"):
        refuse_elsewhere(older, known, (), HERE)
    refuse_elsewhere(older, known, ("toy",), HERE)
