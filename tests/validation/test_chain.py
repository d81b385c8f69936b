"""The planted slow-down: a step that does exactly so much more of its own work."""

from __future__ import annotations

import numpy as np
import pytest

from gpubench.workload import Observed

UNIT = 2.0**-53


@pytest.fixture
def chain(beside):
    return beside("chain")


class Link:
    """A product by NumPy that counts its calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self, a, q):
        self.calls += 1
        return a @ q


class Session:
    """What a step needs of one."""

    def fetch(self, tensor):
        return tensor


def built(chain, params):
    """Both frameworks' builders end in this, each with a link of its own."""
    link, inputs = Link(), params.inputs(np.random.default_rng(0))
    return link, inputs, chain._step(params, inputs, Session(), link)


@pytest.mark.parametrize("extra", [0, 3, 5, 10, 20])
def test_the_extra_work_is_exactly_the_planted_share(chain, extra):
    plain, slower = chain.Chain(16).work(4), chain.Chain(16, extra).work(4)
    assert slower.flops / plain.flops == pytest.approx(1 + extra / 100, rel=1e-12)
    assert slower.bytes / plain.bytes == pytest.approx(1 + extra / 100, rel=1e-12)


@pytest.mark.parametrize("extra", [0, 3, 5, 10, 20])
def test_the_step_makes_as_many_calls_as_its_work_says(chain, extra):
    link, _, step = built(chain, chain.Chain(4, extra))
    step.call(*step.feeds)
    assert link.calls == 100 + extra


def test_the_right_answer_passes_the_check_and_one_link_less_does_not(chain):
    params = chain.Chain(16, 3)
    _, inputs, step = built(chain, params)
    right = step.call(*step.feeds)
    errors = params.check(inputs, Observed((step.observe(right),), {}, UNIT))
    assert max(errors.values()) <= params.tolerance(UNIT)
    short = right @ inputs.data["q"].T
    assert params.check(inputs, Observed(({"c": short},), {}, UNIT))["c"] > params.tolerance(2.0**-11)


def test_a_product_stays_as_large_however_many_links_it_has(chain):
    inputs = chain.Chain(32).inputs(np.random.default_rng(1))
    q = inputs.data["q"]
    assert np.allclose(q @ q.T, np.eye(32))


@pytest.mark.parametrize("wrong", [{"n": 0}, {"n": 4, "extra": -1}])
def test_parameters_without_a_meaning_are_refused(chain, wrong):
    with pytest.raises(ValueError, match="at least"):
        chain.Chain(**wrong)
