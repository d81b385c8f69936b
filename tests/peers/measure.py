"""The child of a session: one framework, every closure, the tools in turn; writes facts and rows as JSON.

`python measure.py BACKEND DEVICE THREADS OUT ROUNDS SECONDS [CLOSURE ...]`, in the environment of a worker.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import closures
import tools
from closures import CPU, Closure, Ready
from tools import TOOLS, Timing, Tool

from gpubench.backend import Backend
from gpubench.errors import Unsupported
from gpubench.plugins import find_backends

Timings = dict[str, list[Timing]]

OURS = "gpubench"
BLOCK = f"{OURS}, a block"
COMPARED = (OURS, "torch.utils.benchmark")
MNIST_ROUNDS = 3


def tools_for(closure: Closure, backend: Backend, device: str) -> dict[str, Tool]:
    """All for what is shared; for the MNIST table ours and PyTorch's; for the other modes of noop ours alone.

    On an accelerator ours and PyTorch's: the others don't wait for one.
    """
    if device != CPU:
        return {name: TOOLS[name] for name in COMPARED}
    if closure.table == "shared":
        return TOOLS
    if closure.table == "mnist":
        return {name: TOOLS[name] for name in COMPARED}
    own = TOOLS if closure.mode == backend.default_mode else {OURS: TOOLS[OURS]}
    return {**own, BLOCK: tools.block_cost}


def mnist_rounds(ready: Ready, threads: int, count: int, seconds: float, chosen: Mapping[str, Tool]) -> Timings:
    """The first round whole, the others with the block that it calibrated: some calls take half a second."""
    found = rounds(ready, threads, 1, seconds, chosen)
    calls = found[OURS][0].calls
    again = {**chosen, OURS: lambda ready, _, seconds: tools.gpubench_again(ready, seconds, calls)}
    more = rounds(ready, threads, min(count, MNIST_ROUNDS) - 1, seconds, again)
    return {name: found[name] + more[name] for name in found}


def rounds(ready: Ready, threads: int, count: int, seconds: float, chosen: Mapping[str, Tool]) -> Timings:
    """Each tool once a round.

    Every round begins with the next tool, and what the call changes is put back before each.
    """
    names = list(chosen)
    found: Timings = {name: [] for name in names}
    for number in range(count):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            ready.reset()
            found[name].append(chosen[name](ready, threads, seconds))
    return found


def rows(closure: Closure, backend: str, found: Mapping[str, Sequence[Timing]]) -> Iterator[dict[str, Any]]:
    """A row for each tool and round."""
    same = {name: value for name, value in asdict(closure).items() if name in ("table", "name", "mode", "steps")}
    for tool, timings in found.items():
        until = tools.until_s(timings)
        for number, timing in enumerate(timings):
            yield {
                "backend": backend, **same, "tool": tool, "round": number, "median_s": f"{timing.median_s:.6g}",
                "calls": timing.calls, "samples": len(timing.samples), "spent_s": f"{timing.spent_s:.3g}",
                "until_s": "" if until is None else f"{until:.3g}",
            }  # fmt: skip


def main() -> None:
    """Command line."""
    name, device, threads, out, count, seconds, *only = sys.argv[1:]
    backend: Backend = find_backends().plugins[name].value
    runtime = backend.start(int(threads), device)
    gc.freeze()  # as a worker does
    found: list[dict[str, Any]] = []
    for closure in closures.closures(backend, device):
        if only and closure.name not in only:
            continue
        in_turn = mnist_rounds if closure.table == "mnist" else rounds
        try:
            with closures.ready(closure, backend, runtime, device) as ready:
                timings = in_turn(ready, int(threads), int(count), float(seconds), tools_for(closure, backend, device))
        except Unsupported as reason:  # a mode for GPUs alone
            print(f"{name} {closure.mode}: {closure.name}: {reason}", file=sys.stderr, flush=True)
            continue
        found += rows(closure, name, timings)
        print(f"{name} {closure.mode}: {closure.name}", file=sys.stderr, flush=True)
        gc.collect()
    models = {here.name: here.model for here in runtime.devices()}
    answer = {"versions": dict(runtime.versions()), "model": models.get(device, ""), "rows": found}
    Path(out).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
