"""A cell made ready in this process: parameters, inputs, step, and the call that will be timed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpubench.session import Session
from gpubench.workload import Array, Inputs, Params, Step, Workload


@dataclass(frozen=True)
class Prepared:
    """seen: the inputs as the device has them, rounded to their types, for the reference."""

    params: Params
    session: Session[Any]
    step: Step
    feeds: tuple[Any, ...]
    seen: Inputs

    def resident(self) -> Callable[[], Any]:
        """The call with its feeds placed once."""
        placed = [self.session.place(feed) for feed in self.feeds]
        self.session.complete()
        return functools.partial(self.step.call, *placed) if placed else self.step.call

    def from_host(self) -> Callable[[], Any]:
        """The call with its feeds copied in and its result copied back every time."""
        call, place, back, feeds = self.step.call, self.session.place, self.session.back, self.feeds
        return lambda: back(call(*[place(feed) for feed in feeds]))

    def bind(self, data: str) -> Callable[[], Any]:
        """The zero-argument call for `resident` or `host` data."""
        return self.from_host() if data == "host" else self.resident()


def prepare(workload: Workload[Any], backend: str, params: Params, session: Session[Any], seed: int) -> Prepared:
    """Build a cell's step; enter the session's scope first. Whatever the builder raises comes through."""
    inputs = params.inputs(np.random.default_rng(seed))
    step = workload.builders[backend](params, inputs, session)
    seen = Inputs(
        data={name: session.fetch(session.host(array)) for name, array in inputs.data.items()},
        weights={name: session.fetch(session.weight(array)) for name, array in inputs.weights.items()},
    )
    return Prepared(params, session, step, tuple(session.host(feed) for feed in step.feeds), seen)


def other_feeds(feeds: Sequence[Array], index: int, seed: int) -> tuple[Array, ...]:
    """The host feeds with one changed, its shape, type and range kept.

    Floats are scaled by random factors along the first axis, integers rolled, truth values turned.
    """
    return (*feeds[:index], _other(feeds[index], seed), *feeds[index + 1 :])


def _other(feed: Array, seed: int) -> Array:
    if feed.dtype.kind == "b":
        return ~feed
    if feed.dtype.kind in "iu":
        rolled = np.roll(feed.reshape(-1), 1).reshape(feed.shape)
        # a single label, or all alike: rolled they are the same; one class lower there is one too
        return rolled if (rolled != feed).any() else np.where(feed > 0, feed - 1, feed + 1).astype(feed.dtype)
    factors = np.random.default_rng(seed).uniform(-1, 1, size=feed.shape[:1])
    factors.reshape(-1)[:1] = -0.7  # no step is blind to a sign *and* to a scale
    return np.asarray(feed * factors.reshape((*feed.shape[:1], *[1] * (feed.ndim - 1))))
