"""Which CUDA device a worker sees, within what the user's own mask leaves."""

from __future__ import annotations

import pytest

from gpubench.backends.visibility import cuda_visibility
from gpubench.errors import UnavailableError


@pytest.mark.parametrize(
    ("device", "mask", "seen"),
    [
        pytest.param("cpu", None, "", id="none for the CPU"),
        pytest.param("cpu", "0,1", "", id="none for the CPU, whatever the mask"),
        pytest.param("cuda:0", None, "0", id="the first"),
        pytest.param("cuda:3", None, "3", id="the fourth"),
        pytest.param("cuda", None, "0", id="a class is its first"),
        pytest.param("cuda:0", "5", "5", id="the first of a mask"),
        pytest.param("cuda:1", "2, 7", "7", id="the second of a mask"),
        pytest.param("cuda:1", "GPU-aaaa,GPU-bbbb", "GPU-bbbb", id="by UUID"),
        pytest.param("cuda:1", "1,,3,", "3", id="empty entries are none"),
    ],
)
def test_a_worker_sees_its_device_alone(device: str, mask: str | None, seen: str):
    environ = {} if mask is None else {"CUDA_VISIBLE_DEVICES": mask}
    assert cuda_visibility(device, environ) == {"CUDA_VISIBLE_DEVICES": seen}


def test_a_worker_that_only_looks_keeps_the_users_mask():
    assert cuda_visibility("all", {"CUDA_VISIBLE_DEVICES": "1"}) == {}


@pytest.mark.parametrize(("device", "mask", "left"), [("cuda:1", "4", 1), ("cuda:0", "", 0), ("cuda:2", "0,1", 2)])
def test_a_device_outside_the_mask_is_unavailable(device: str, mask: str, left: int):
    with pytest.raises(UnavailableError) as error:
        cuda_visibility(device, {"CUDA_VISIBLE_DEVICES": mask})
    assert error.value.message == f"{device} is not visible: CUDA_VISIBLE_DEVICES='{mask}' leaves {left} device(s)"
    assert "CUDA_VISIBLE_DEVICES" in error.value.hint


def test_the_users_own_environment_counts(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "6")
    assert cuda_visibility("cuda:0") == {"CUDA_VISIBLE_DEVICES": "6"}
