"""Which backends and devices are here, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gpubench.backend import Device
from gpubench.errors import UnavailableError, UsageError
from gpubench.spelling import did_you_mean


@dataclass(frozen=True)
class Presence:
    """One backend on this machine.

    absent: why it cannot be used at all, empty where it can. hint: what to type then.
    devices: what it can compute on. missing: why it has no accelerator, empty where it has one.
    accelerators: the device classes it knows beside the CPU, whether one is here or not.
    """

    version: str = ""
    devices: tuple[Device, ...] = (Device("cpu", ""),)
    missing: str = ""
    absent: str = ""
    hint: str = ""
    accelerators: tuple[str, ...] = ()

    def has(self, device: str) -> bool:
        """Whether the backend can compute on a device."""
        return any(found.name == device for found in self.devices)


@dataclass(frozen=True)
class DeviceChoice:
    """Devices to measure on. absent: device class to why none of it is here."""

    devices: tuple[str, ...]
    absent: Mapping[str, str] = field(default_factory=dict)


def choose_devices(asked: tuple[str, ...], presence: Mapping[str, Presence]) -> DeviceChoice:
    """The devices of a selection: `cpu`, a class (`cuda`: its first), a device (`cuda:1`), `all`.

    Nothing asked: the CPU and the first device of every accelerator class that some backend has.
    Raises UnavailableError where nothing of what was asked is here, UsageError for an unknown name.
    """
    usable = [backend for backend in presence.values() if not backend.absent]
    here = list(dict.fromkeys(device.name for backend in usable for device in backend.devices))
    lacking = {name: backend for name, backend in presence.items() if backend.missing and not backend.absent}
    # who has nothing but the CPU explains little
    able_first = sorted(lacking, key=lambda name: not lacking[name].accelerators)
    reasons = {name: lacking[name].missing for name in able_first}
    known = tuple(dict.fromkeys(kind for backend in usable for kind in backend.accelerators))
    chosen: list[str] = []
    absent: dict[str, str] = {}
    for name in asked or ("cpu", *_accelerators(here, reasons, known)):
        found = here if name == "all" else _named(name, here)
        chosen += [device for device in found if device not in chosen]
        if not found:
            absent[name] = _why(name, here, reasons, known)
    if not chosen:
        name, why = next(iter(absent.items()))
        hint = "`gpubench list devices` shows what is here, `gpubench doctor` what to do about the rest"
        raise UnavailableError(f"there is no device '{name}' here: {why}", hint)
    return DeviceChoice(tuple(chosen), absent)


def _accelerators(here: list[str], reasons: Mapping[str, str], known: tuple[str, ...]) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(device.partition(":")[0] for device in here if device != "cpu"))
    return kinds or ((known or ("cuda",)) if reasons else ())


def _named(name: str, here: list[str]) -> list[str]:
    kind, colon, index = name.partition(":")
    if not kind.isidentifier() or (colon and not index.isdigit()):
        raise UsageError(f"'{name}' is no device", "devices are called cpu, cuda, cuda:1 or all")
    return [device for device in here if device == name or (not colon and device.partition(":")[0] == kind)][:1]


def _why(name: str, here: list[str], reasons: Mapping[str, str], known: tuple[str, ...]) -> str:
    kind = name.partition(":")[0]
    same = [device for device in here if device.partition(":")[0] == kind]
    if same:
        return f"the last one is {same[-1]}"
    distinct = dict.fromkeys(reasons.values())
    if not distinct or (known and kind not in known):
        return "no backend knows such a device"
    return "; ".join(distinct)


def require(names: tuple[str, ...], backends: tuple[str, ...], presence: Mapping[str, Presence]) -> None:
    """Raise UnavailableError unless every named backend and device class is here, UsageError for an unknown name."""
    for name in names:
        if name in presence:
            if presence[name].absent:
                raise UnavailableError(f"{name} is required: {presence[name].absent}", presence[name].hint)
        elif name not in backends:
            try:
                choose_devices((name,), presence)
            except UnavailableError as error:
                raise UnavailableError(
                    f"{name} is required: {error.message}{did_you_mean(name, backends)}", error.hint
                ) from error


def require_interpreters(interpreters: Mapping[str, str], presence: Mapping[str, Presence]) -> None:
    """Raise UnavailableError where a backend can't be used in the interpreter that was named for it.

    Who names one wants that backend measured: to leave it out and end well would hide half of what was asked.
    """
    for name in interpreters:
        if name in presence and presence[name].absent:
            hint = f"{presence[name].hint}; or leave out --python {name}={interpreters[name]}"
            raise UnavailableError(presence[name].absent, hint)
