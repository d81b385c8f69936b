"""The declared values that a backend's author writes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from gpubench.backend import Backend, Device, Fault
from gpubench.plugins import find_backends


@pytest.mark.parametrize(("name", "kind"), [("cpu", "cpu"), ("cuda:0", "cuda"), ("cuda:12", "cuda"), ("toy", "toy")])
def test_a_devices_kind_is_its_name_without_its_number(name: str, kind: str):
    assert Device(name, "").kind == kind


def test_the_first_mode_is_the_default():
    backend = Backend("b", "b", {"graph": "", "eager": ""}, (), (), lambda threads, device: {}, lambda *_: None)
    assert backend.default_mode == "graph"


def test_a_declaration_does_not_change():
    backend = find_backends().plugins["torch"].value
    for field in fields(backend):
        with pytest.raises(FrozenInstanceError):
            setattr(backend, field.name, None)


def test_the_defaults_are_those_that_the_contract_names():
    modes = {name: plugin.value.default_mode for name, plugin in find_backends().plugins.items()}
    assert modes["torch"] == "eager"
    assert modes["tensorflow"] == "graph"


def test_every_shipped_backend_has_every_precision():
    for name in ("torch", "tensorflow"):
        backend = find_backends().plugins[name].value
        assert set(backend.precisions) == {"float32", "tf32", "float64", "bfloat16", "float16"}
        assert backend.accelerators == ("cuda",)


def test_faults_are_told_apart():
    assert len({fault.value for fault in Fault}) == len(Fault)
