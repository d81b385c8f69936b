"""What the doctor found: a state with a name, in words, and the commands that mend it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

MACHINE = "machine"
"""What a finding is about that is about no backend."""


class Weight(enum.Enum):
    """How bad it is."""

    ERROR = "error"
    """Something that could be measured here can't be."""
    WARNING = "warning"
    """Numbers may be other than they should."""
    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it could be.

    state: its name, the same in every language and version. about: a backend, or `machine`. reason: what is so, a
    clause without a full stop. advice: what to do about it, in a sentence; commands: what to type, in this order.
    """

    state: str
    about: str
    reason: str
    advice: str = ""
    commands: tuple[str, ...] = ()
    weight: Weight = Weight.ERROR
