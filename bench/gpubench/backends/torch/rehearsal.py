"""A step gone through on torch's `meta` device: what of it would not stay on a GPU, told without one.

A meta tensor has a type, a shape and a device that is not the host, and no values (https://docs.pytorch.org/docs/stable/
meta.html): every operation of a step can be called, those of the gradients too, and what asks for a value is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from gpubench.backends.torch.operations import stray_operations
from gpubench.backends.torch.session import TorchSession
from gpubench.errors import Unsupported
from gpubench.session import Session
from gpubench.workload import Step

_ASKS_FOR_VALUES = ("item()", "no data", "to numpy", "tolist")
_MIXES = ("same device", "expected device")


class MetaSession(TorchSession):
    """A session whose device holds no values; nothing is to be waited for."""

    def __init__(self, precision: str) -> None:
        super().__init__(torch.device("cpu"), precision, "eager")
        self.device = torch.device("meta")

    def autocast(self) -> torch.autocast:
        if self.mixed:
            raise Unsupported("torch has no mixed precision on its meta device")
        return torch.autocast("cpu", enabled=False)


def rehearse(build: Callable[[Session[Any]], Step], precision: str) -> Sequence[str]:
    """See `gpubench.backend.Rehearsal`."""
    session = MetaSession(precision)
    with session.scope():
        step = build(session)
        feeds = [session.place(session.host(feed)) for feed in step.feeds]
        try:
            step.call(*feeds)  # makes the optimiser's state
            return stray_operations(session.device, lambda: step.call(*feeds))
        except (RuntimeError, TypeError) as error:
            said = " ".join(str(error).split())
            if any(words in said for words in _ASKS_FOR_VALUES):
                return [f"the call brings values to the host: {said}"]
            if any(words in said for words in _MIXES):
                return [f"the call mixes tensors of the host and the device: {said}"]
            raise Unsupported(f"torch's meta device can't go through the step: {said}") from error
