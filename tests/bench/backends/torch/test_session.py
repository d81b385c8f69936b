"""PyTorch's own: TF32 switches, autocast, strays, compile."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.framework("torch")


@pytest.fixture
def runtime(started):
    return started("torch")


@pytest.fixture
def switches():
    """Reads both switches; they are put back when the test ends."""
    import torch

    matmul, convolution = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, convolution.allow_tf32

    def read(*values):
        if values:
            matmul.allow_tf32, convolution.allow_tf32 = values
        return matmul.allow_tf32, convolution.allow_tf32

    yield read
    read(*before)


@pytest.mark.parametrize("before", [(False, True), (True, True), (False, False)])
@pytest.mark.parametrize("precision", ["float32", "float64", "bfloat16", "float16"])
def test_float32_is_strict_and_the_switches_are_put_back(runtime, switches, before, precision: str):
    """PyTorch's own default is False for products and True for convolutions."""
    switches(*before)
    with runtime.open("cpu", precision, "eager").scope():
        assert switches() == (False, False)
    assert switches() == before


def test_tf32_is_on_for_products_and_convolutions_where_it_is_asked(switches):
    import torch

    from gpubench.backends.torch.session import TorchSession

    session = TorchSession(torch.device("cpu"), "tf32", "eager")
    switches(False, True)
    with session.scope():
        assert switches() == (True, True)
    assert switches() == (False, True)
    assert (session.unit, session.width, session.compute, session.mixed) == (2.0**-11, 4, torch.float32, False)


@pytest.mark.parametrize(
    ("precision", "default"), [("float64", "float64"), ("float32", "float32"), ("bfloat16", "float32")]
)
def test_the_default_type_is_the_weights_and_is_put_back(runtime, precision: str, default: str):
    """In it optimisers count their steps where the counts lie on the device; in float32 they spoil float64."""
    import torch

    assert torch.get_default_dtype() is torch.float32
    with runtime.open("cpu", precision, "eager").scope():
        assert str(torch.get_default_dtype()) == f"torch.{default}"
    assert torch.get_default_dtype() is torch.float32


def test_the_switches_are_put_back_after_an_error(runtime, switches):
    switches(True, True)
    with pytest.raises(ZeroDivisionError), runtime.open("cpu", "float32", "eager").scope():
        raise ZeroDivisionError
    assert switches() == (True, True)


@pytest.mark.parametrize(
    ("precision", "product"),
    [("bfloat16", "bfloat16"), ("float16", "float16"), ("float32", "float32"), ("float64", "float64")],
)
def test_autocast_narrows_products_of_weights(runtime, precision: str, product: str):
    session = runtime.open("cpu", precision, "eager")
    weight = session.weight(np.ones((4, 4)))
    with session.autocast():
        assert str((weight @ weight).dtype) == f"torch.{product}"


@pytest.mark.parametrize(
    "place",
    [lambda tensor: tensor, lambda tensor: {"a": [tensor]}, lambda tensor: (1, (tensor, None))],
    ids=["bare", "in a dict", "in tuples"],
)
def test_a_tensor_elsewhere_is_described(runtime, place):
    """The meta device stands for any other one."""
    import torch

    session = runtime.open("cpu", "float32", "eager")
    assert session.strays(place(torch.ones(2, 3, device="meta"))) == ["(2, 3) torch.float32 on meta"]


def test_a_scalar_elsewhere_is_described_too(runtime):
    """A loss that a step brings to the host waits for the device."""
    import torch

    session = runtime.open("cpu", "float32", "eager")
    assert session.strays([torch.ones((), device="meta")]) == ["() torch.float32 on meta"]


def test_weights_that_require_gradients_are_restored(runtime):
    session = runtime.open("cpu", "float32", "eager")
    weight = session.weight(np.zeros(3)).requires_grad_()
    copies = session.copies([weight])
    (weight.sum() * 2).backward()
    session.restore([weight], [copy + 5 for copy in copies])
    assert weight.requires_grad
    assert (session.fetch(weight) == 5).all()
    assert not copies[0].requires_grad


def test_eager_is_the_function_itself_and_compile_is_another(runtime):
    def function(x):
        return x

    assert runtime.open("cpu", "float32", "eager").compile(function) is function
    assert runtime.open("cpu", "float32", "compile").compile(function) is not function


def test_the_cpu_has_no_clock_of_its_own(runtime):
    from gpubench.session import DeviceTimer

    assert not isinstance(runtime.open("cpu", "float32", "eager"), DeviceTimer)


@pytest.mark.cuda
def test_a_gpu_s_events_and_our_clock_agree(runtime):
    import time

    import torch

    from gpubench.session import DeviceTimer

    session = runtime.open("cuda:0", "float32", "eager")
    assert isinstance(session, DeviceTimer)
    big = session.place(session.host(np.ones((4096, 4096))))
    torch.matmul(big, big)
    session.complete()
    start = time.perf_counter()
    first = session.mark()
    for _ in range(50):
        torch.matmul(big, big)
    last = session.mark()
    with pytest.raises(RuntimeError):
        session.between(first, last)
    session.complete()
    seconds = time.perf_counter() - start
    assert 0.5 * seconds < session.between(first, last) < seconds


@pytest.mark.cuda
def test_a_wait_on_a_gpu_waits(runtime):
    import torch

    session = runtime.open("cuda:0", "float32", "eager")
    assert session.asynchronous
    big = session.place(session.host(np.ones((8192, 8192))))
    session.complete()
    for _ in range(20):
        big @ big
    event = torch.cuda.Event()
    event.record()
    session.complete()
    assert event.query()
