"""`compare` on launches that were measured: runs of the same code, made of different launches."""

from __future__ import annotations

import pytest

from gpubench.analysis.comparison import compare
from gpubench.analysis.judgement import Verdict
from gpubench.analysis.margin import Margins

ALLOWED = 0.01
POOLS = ("quiet", "load")
COUNTS = (3, 5)


@pytest.fixture(params=["made up", "measured"])
def folder(request, beside):
    """Where pools lie: those that are made up, so that this is known to work, and those that were measured."""
    if request.param == "made up":
        return request.getfixturevalue("made_up")
    request.getfixturevalue("page")
    return beside("pools").DATA


def four_hands(pools, pool, count):
    """The launches of every plain closure, dealt to BASE, its A/A partners, NEW and its partners; then the next four.

    A hand is the same stretch of time for all closures, as it is in a run.
    """
    plain = {condition: launches for condition, launches in pool.items() if condition.extra == 0}
    fewest = min(map(len, plain.values()))
    for start in range(0, fewest - 4 * count + 1, 4 * count):
        yield [
            {condition: launches[start + hand * count :][:count] for condition, launches in plain.items()}
            for hand in range(4)
        ]


def verdicts(beside, folder, name, count):
    """Of every cell of every comparison at the default margin."""
    pools, replay = beside("pools"), beside("replay")
    pool = pools.by_condition(pools.read(folder / f"{name}.csv"))
    for base, base_partners, new, new_partners in four_hands(pools, pool, count):
        found = compare([replay.run("one", base, base_partners), replay.run("two", new, new_partners)])
        yield from found.compared


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", POOLS)
def test_identical_code_is_not_called_different_more_often_than_allowed(beside, folder, name, count):
    """At the default margin, which the runs' own A/A pairs may raise."""
    told = [one.verdict for one in verdicts(beside, folder, name, count)]
    assert told
    assert Verdict.INVALID not in told
    share = beside("share").Share.of(verdict in (Verdict.SLOWER, Verdict.FASTER) for verdict in told)
    assert share.bounds[0] <= ALLOWED, f"{share.hits} of {share.trials} called different"


def test_a_step_with_a_fifth_more_work_is_never_called_faster_or_the_same(beside, folder):
    pools, deals, replay = beside("pools"), beside("deals"), beside("replay")
    pool = pools.by_condition(pools.read(folder / "quiet.csv"))
    told = []
    closures = (
        deals.dealt(base, slower, 5, partners=False, order=deals.in_order) for base, slower in deals.planted(pool, 20)
    )
    for together in zip(*closures, strict=False):
        base, new = ({deal.base[0].condition: getattr(deal, side) for deal in together} for side in ("base", "new"))
        told += [one.verdict for one in compare([replay.run("one", base, {}), replay.run("two", new, {})]).compared]
    assert len(told) >= 16
    assert set(told) <= {Verdict.SLOWER, Verdict.INCONCLUSIVE}
    assert Verdict.SLOWER in told


def test_a_replayed_run_with_itself_is_never_different_even_at_margin_0(beside, made_up):
    pools, replay = beside("pools"), beside("replay")
    pool = pools.by_condition(pools.read(made_up / "quiet.csv"))
    (hands, *_) = four_hands(pools, pool, 5)
    found = compare([replay.run(name, hands[0], hands[1]) for name in ("one", "two")], margins=Margins(plain=0.0))
    assert {one.verdict for one in found.compared} == {Verdict.INCONCLUSIVE}
    assert len(found.compared) == 4


def test_a_noisy_pair_of_a_replayed_run_raises_its_default_margin(beside, made_up):
    """The A/A partners are seen as such: of the load pool, where launches scatter by 5 to 15 %."""
    margins = [one.judgement.question.margin for one in verdicts(beside, made_up, "load", 5)]
    assert min(margin.fraction for margin in margins) > 0.05
