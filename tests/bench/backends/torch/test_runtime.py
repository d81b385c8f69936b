"""What PyTorch's exceptions mean, raised by PyTorch itself where a CPU can raise them."""

from __future__ import annotations

import pytest

from gpubench.backend import Fault

pytestmark = pytest.mark.framework("torch")


@pytest.fixture
def runtime(started):
    return started("torch")


def raised(call) -> Exception:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_an_impossible_tensor_is_out_of_memory(runtime):
    import torch

    error = raised(lambda: torch.empty(2**50, dtype=torch.float64))
    assert type(error) is RuntimeError  # no class of its own tells it
    assert runtime.fault(error) is Fault.OUT_OF_MEMORY


def test_an_impossible_product_is_out_of_memory(runtime):
    import torch

    column = torch.ones(2**20, 1)
    assert runtime.fault(raised(lambda: column @ torch.ones(1, 1).expand(1, 2**30))) is Fault.OUT_OF_MEMORY


def test_a_gpus_memory_is_memory(runtime):
    import torch

    assert (
        runtime.fault(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")) is Fault.OUT_OF_MEMORY
    )


def test_a_type_that_an_operation_lacks_is_unsupported(runtime):
    import torch

    truth = torch.ones(2, 2, dtype=torch.bool)
    assert runtime.fault(raised(lambda: truth @ truth)) is Fault.UNSUPPORTED


def test_shapes_that_do_not_fit_are_a_failure(runtime):
    import torch

    assert runtime.fault(raised(lambda: torch.ones(2, 3) @ torch.ones(2, 3))) is Fault.OTHER


# No CPU raises these: texts of torch 2.6 to 2.13, c10/cuda/CUDAException.h and aten/src/ATen/cuda/Exceptions.h.
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("CUDA error: an illegal memory access was encountered", Fault.STICKY),
        ("CUDA error: device-side assert triggered", Fault.STICKY),
        (
            "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa, opb, m, n, k)`",
            Fault.STICKY,
        ),
        ("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", Fault.STICKY),
        ("Triton Error [CUDA]: an illegal memory access was encountered", Fault.STICKY),
        ("the step can't be recorded: CUDA error: operation not permitted when stream is capturing", Fault.STICKY),
        ("the step can't be recorded: CUDA out of memory. Tried to allocate 2.00 GiB.", Fault.OUT_OF_MEMORY),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", Fault.OUT_OF_MEMORY),
    ],
)
def test_errors_of_other_devices(runtime, text: str, fault: Fault):
    assert runtime.fault(RuntimeError(text)) is fault


def test_why_there_is_no_gpu_is_told(runtime):
    import torch

    if torch.version.cuda is None:
        assert runtime.missing() == f"torch {torch.__version__} is built without CUDA"
    else:
        assert bool(runtime.missing()) is not torch.cuda.is_available()


def test_a_build_for_rocm_is_named_and_refused(runtime, monkeypatch):
    import torch

    monkeypatch.setattr(torch.version, "hip", "6.4")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [device.name for device in runtime.devices()] == ["cpu"]
    assert "is built for ROCm, which gpubench does not measure" in runtime.missing()


def test_threads_are_set_in_the_framework_itself():
    import torch

    from gpubench.backends.torch import backend

    before = torch.get_num_threads()
    try:
        runtime = backend.start(1, "cpu")
        assert torch.get_num_threads() == 1
        assert runtime.settings()["intra-op threads"] == "1"
    finally:
        torch.set_num_threads(before)


def test_the_environment_is_there_before_openmp_is():
    from gpubench.backends.torch import backend

    environment = backend.environment(3, "cpu")
    assert environment == {"OMP_NUM_THREADS": "3", "MKL_NUM_THREADS": "3", "CUDA_VISIBLE_DEVICES": ""}


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_cpu_has_no_cuda_graph(runtime, precision: str):
    from gpubench.errors import Unsupported

    with pytest.raises(Unsupported, match="a CUDA graph is recorded on NVIDIA GPUs; cpu has none"):
        runtime.open("cpu", precision, "cuda-graph")


def test_the_hosts_memory_is_no_devices(runtime):
    assert runtime.device_memory() is None
