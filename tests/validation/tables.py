"""Write docs/validation.md from the data: `python tests/validation/tables.py`; the same data give the same bytes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import experiments
import gate
import jinja2
import measured
import peers
import pools
import simulated
import targets
import turns
from experiments import DEALS
from markdown import NOTHING, table
from measured import LOAD, QUIET, WORDS
from simulation import RUNS

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "validation.md"
FACTS = (
    "date", "processor", "logical processors", "physical cores allowed", "CPU quota", "CPU governor", "memory",
    "threads", "load average at start", "operating system", "gpubench", "python", "torch", "tensorflow", "keras",
    "pytest-benchmark",
)  # fmt: skip


def page(data: Path = pools.DATA, peers_data: Path = peers.DATA, runs: int = RUNS, deals: int = DEALS) -> str:
    """The whole page. runs, deals: how much is simulated and shuffled.

    Raises FileNotFoundError where a pool was not measured.
    """
    launches = {name: pools.read(data / f"{name}.csv") for name in (QUIET, LOAD)}
    for name, found in launches.items():
        if not found:
            raise FileNotFoundError(f"{data / name}.csv holds no launch: measure with `nox -s validation`")
    made_up = simulated.simulated(runs)
    real = measured.measured({name: pools.by_condition(found) for name, found in launches.items()}, deals)
    timings = peers.read(peers_data)
    rows = (*targets.of_simulation(made_up), *targets.of_pools(real), *targets.of_peers(timings))
    together = experiments.together(real.pools[QUIET])
    text = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)
    return text.from_string((HERE / "validation.md.j2").read_text(encoding="utf-8")).render(
        targets=table(("target", "came out", "met"), (target.row for target in rows)),
        missed=[target for target in rows if target.met is False],
        facts=_facts(data, peers.facts(peers_data)),
        gate=turns.tabled(turns.replayed(real.pools, turns.DEALS if deals == DEALS else deals)),
        gated=gate.tabled(gate.read(data)),
        together="" if together is None else f"{together:.2f}",
        **simulated.tables(made_up),
        **measured.tables(real),
        **{"harness": "", **(peers.tables(timings) if timings else {})},
        on_a_gpu=peers.on_a_gpu(on_a_gpu) if (on_a_gpu := peers.read(peers_data / peers.CUDA)) else "",
        gpu=peers.facts(peers_data / peers.CUDA),
    )


def _facts(data: Path, beside: Mapping[str, str]) -> str:
    """What the sittings of each pool have in common, and what they don't, one after the other."""
    known = pools.sittings(data)
    columns = {
        WORDS[QUIET]: [facts for name, facts in known.items() if name.startswith(QUIET)],
        WORDS[LOAD]: [facts for name, facts in known.items() if name.startswith(LOAD)],
        "beside other tools": [beside],
    }
    if real := [facts for name, facts in known.items() if name.startswith("gate")]:
        columns["the gate"] = real
    rows = ((fact, *(_values(fact, sittings) for sittings in columns.values())) for fact in FACTS)
    return table(("", *columns), (row for row in rows if set(row[1:]) != {NOTHING}))


def _values(fact: str, sittings: list[Mapping[str, str]]) -> str:
    found = dict.fromkeys(facts[fact] for facts in sittings if fact in facts)
    return "; ".join(found) or NOTHING


def main(runs: int = RUNS, deals: int = DEALS) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=pools.DATA, metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--peers-data", type=Path, default=peers.DATA, metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--output", type=Path, default=PAGE, metavar="FILE", help="default: %(default)s")
    asked = parser.parse_args()
    try:
        text = page(asked.data, asked.peers_data, runs, deals)
    except FileNotFoundError as error:
        sys.exit(str(error))
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
