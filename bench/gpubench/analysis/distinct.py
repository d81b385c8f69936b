"""What tells some cells of a case from its others, in the fewest words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from gpubench.analysis.case import device_in_words
from gpubench.analysis.measured import Measured


def who(cell: Measured, modes: Mapping[str, str], devices: Sequence[str]) -> str:
    """Backend and device: `torch GPU`, `torch (compile)` of one device. modes: each backend's usual one, not named."""
    return f"{_way(cell, modes)} {_device(cell, devices) if len(devices) > 1 else ''}".strip()


def distinct(
    some: Collection[Measured], others: Collection[Measured], modes: Mapping[str, str], devices: Sequence[str]
) -> list[str]:
    """What some are and none of the others is: their devices, their backends, their runs, or more of it together."""
    words: tuple[Callable[[Measured], str], ...] = (
        lambda cell: _device(cell, devices),
        lambda cell: _way(cell, modes),
        lambda cell: f"run {cell.run}",
        lambda cell: cell.case.precision,
        lambda cell: who(cell, modes, devices),
        lambda cell: f"{who(cell, modes, devices)} {cell.case.precision} run {cell.run}",
    )
    said = ({word(cell): None for cell in some} for word in words if not _shared(word, some, others))
    return list(next(said, {}))


def _shared(word: Callable[[Measured], str], some: Collection[Measured], others: Collection[Measured]) -> bool:
    return not {word(cell) for cell in some}.isdisjoint(word(cell) for cell in others)


def _way(cell: Measured, modes: Mapping[str, str]) -> str:
    return cell.backend if modes[cell.backend] == cell.mode else cell.how


def _device(cell: Measured, devices: Sequence[str]) -> str:
    return device_in_words(cell.device, several=len(devices) > 2)
