"""A cell made ready in this process: parameters, inputs, step, and the call that will be timed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpubench.session import PlacedStep, Session, Staging, StepCapture
from gpubench.workload import Array, Inputs, Params, Step, Workload


@dataclass(frozen=True)
class Prepared:
    """seen: the inputs as the device has them, rounded to their types, for the reference."""

    params: Params
    session: Session[Any]
    step: Step
    feeds: tuple[Any, ...]
    seen: Inputs

    def facts(self, data: str) -> dict[str, str]:
        """What a record should tell of how the data travels; nothing where it is on the device already."""
        if data != "host" or not self.session.asynchronous:
            return {}
        return {"host memory": "page-locked" if isinstance(self.session, Staging) else "pageable"}

    def placed(self) -> PlacedStep:
        """The step with its feeds placed once."""
        if isinstance(self.session, StepCapture):
            return self.session.capture(self.step, self.feeds)
        return Placed(self.session, self.step.call, self.feeds)

    def resident(self) -> Callable[[], Any]:
        """The call with its feeds placed once."""
        return self.placed().resident()

    def bind(self, data: str, placed: PlacedStep | None = None) -> Callable[[], Any]:
        """The zero-argument call for `resident` or `host` data; placed: the step, where it is on the device already."""
        placed = placed or self.placed()
        return placed.from_host(self.feeds) if data == "host" else placed.resident()


class Placed:
    """See `gpubench.session.PlacedStep`; feeds are placed anew for other data."""

    def __init__(self, session: Session[Any], call: Callable[..., Any], hosts: Sequence[Any]) -> None:
        self.feeds = [session.place(host) for host in hosts]
        session.complete()
        self._session, self._call = session, call

    def __call__(self) -> Any:
        return self._call(*self.feeds)

    def fill(self, index: int, host: Any, /) -> None:
        self.feeds[index] = None  # first: a size that just fits the device has no room for both
        self.feeds[index] = self._session.place(host)
        self._session.complete()

    def resident(self) -> Callable[[], Any]:
        return functools.partial(self._call, *self.feeds) if self.feeds else self._call

    def from_host(self, hosts: Sequence[Any], /) -> Callable[[], Any]:
        call, session = self._call, self._session
        place, back = session.place, session.back
        staged = session.staged if isinstance(session, Staging) else _as_it_is
        feeds = tuple(map(staged, hosts))
        return lambda: back(call(*[place(feed) for feed in feeds]))


def _as_it_is(host: Any) -> Any:
    return host


def prepare(workload: Workload[Any], backend: str, params: Params, session: Session[Any], seed: int) -> Prepared:
    """Build a cell's step; enter the session's scope first. Whatever the builder raises comes through.

    Raises TypeError where it returns no step.
    """
    inputs = params.inputs(np.random.default_rng(seed))
    step = _step(workload.builders[backend](params, inputs, session))
    seen = Inputs(
        data={name: session.fetch(session.host(array)) for name, array in inputs.data.items()},
        weights={name: session.fetch(session.weight(array)) for name, array in inputs.weights.items()},
    )
    return Prepared(params, session, step, tuple(session.host(feed) for feed in step.feeds), seen)


def _step(made: object) -> Step:
    """What a builder made: a plug-in's may return anything."""
    if not isinstance(made, Step):
        raise TypeError(f"the builder returned a {type(made).__name__}, not a gpubench.Step")
    return made


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
