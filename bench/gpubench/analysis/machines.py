"""Which runs are of one machine, and which of those are one run in parts: a framework each, say, and no cell twice."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gpubench.errors import UsageError
from gpubench.machine.environment import unlike
from gpubench.results.results import Results

HOST, BOOT = "host (hashed)", "boot (hashed)"
"""Facts of the machine's environment that tell machines apart. Containers of one machine have host names of their own,
but were all started since it booted."""


@dataclass(frozen=True)
class Part:
    """Runs of one machine that share no cell, by their place among the runs given. They are shown as one."""

    machine: str
    runs: tuple[int, ...]


def run_labels(results: Sequence[Results]) -> list[str]:
    """A letter for each run, or nothing where there is only one."""
    if len(results) == 1:
        return [""]
    return [chr(ord("A") + index) if index < 26 else f"R{index + 1}" for index in range(len(results))]


def part_labels(results: Sequence[Results]) -> list[str]:
    """For each run the letters of all runs that it is one with, `A+B`; nothing where that is all of them."""
    labels, found = run_labels(results), parts(results)
    if len(found) < 2:
        return [""] * len(results)
    joined = {run: "+".join(labels[index] for index in part.runs) for part in found for run in part.runs}
    return [joined[run] for run in range(len(results))]


def parts(results: Sequence[Results]) -> list[Part]:
    """Every run in one part, in the order of their first runs.

    A run joins the part of its machine that was measured nearest in time and has none of its cells; a run that
    measured a cell anew begins another part: that is how the machine was at another time.
    """
    machines, cells = machine_names(results), [{launch.identity for launch in one.launch_records} for one in results]
    found: list[list[int]] = []
    for index in range(len(results)):
        others = [
            part
            for part in found
            if machines[part[0]] == machines[index] and all(cells[run].isdisjoint(cells[index]) for run in part)
        ]
        if others:
            min(others, key=lambda part: min(abs(begun(results[run]) - begun(results[index])) for run in part)).append(
                index
            )
        else:
            found.append([index])
    return [Part(machines[part[0]], tuple(part)) for part in found]


def machine_names(results: Sequence[Results]) -> list[str]:
    """A name for each run, equal for runs of one machine: its host's, its hardware beside it where two share that.

    Two runs are of one machine that were measured since the same boot, or under one host name on hardware that is
    alike in all that is known of both.
    """
    facts = [machine_facts(one) for one in results]
    names: list[str] = []
    for index, own in enumerate(facts):
        like = next((place for place in range(index) if _same(facts[place], own)), None)
        taken = iter(_candidates(own, results[index].run.run_id))
        names.append(names[like] if like is not None else next(name for name in taken if name not in names))
    return names


def machine_facts(results: Results) -> Mapping[str, str]:
    """What is known of the machine that a run was measured on."""
    return next((env.facts for env in results.envs if env.scope == "machine"), {})


def begun(results: Results) -> float:
    """When a run began, in seconds since 1970; 0 for what is no time."""
    try:
        return datetime.datetime.fromisoformat(results.run.created).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def refuse_twice(results: Sequence[Results]) -> None:
    """Raise UsageError for a run that is given more than once: it would be held against itself."""
    seen: dict[str, Results] = {}
    for one in results:
        first = seen.setdefault(one.run.run_id, one)
        if first is not one:
            what = (
                f"{one.path} was given twice" if one.path == first.path else f"{first.path} and {one.path} are one run"
            )
            raise UsageError(f"{what}: {one.run.run_id}", "name each run once")


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    def alike(fact: str) -> bool:
        return one.get(fact, "") != "" and one.get(fact) == other.get(fact)

    return alike(BOOT) or (alike(HOST) and not unlike(one, other))


def _candidates(facts: Mapping[str, str], run_id: str) -> Iterator[str]:
    host = facts.get(HOST, "")
    if host:
        yield host
        count = facts.get("logical processors")
        known = (facts.get("processor"), count and f"{count} logical processors", facts.get("memory"))
        yield ", ".join(filter(None, (host, *known)))
    yield run_id
