"""One thing that `gpubench check` looked at: how it came out, where it stands in the author's file, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

PASS, WARN, FAIL, SKIP = "pass", "warn", "fail", "skip"
"""How it came out. WARN: it can be measured, and is likely not what was meant. SKIP: it could not be looked at here."""


@dataclass(frozen=True)
class Finding:
    """check: what was looked at. level: see above. says: what was found, a clause; may be empty where it passed.

    line: `file:number` in the author's file; empty where there is none. hint: what to do, empty where nothing.
    """

    check: str
    level: str
    says: str = ""
    line: str = ""
    hint: str = ""

    def message(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Finding:
        """The finding of a message."""
        return cls(**message)
