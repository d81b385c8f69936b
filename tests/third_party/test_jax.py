"""JAX as a backend from elsewhere: its cells checked, and whether its wait is one.

`nox -s tests` makes the environment that JAX is in.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent
QUICK = ("--launches", "1", "--max-time", "0.02", "-q")


def test_both_passes_modes_and_precisions_of_the_convolution_that_ships(command, cells, jax_python, tmp_path):
    """In the layout that JAX has: the other one plans no cell for it."""
    done = command(
        tmp_path, "run", "conv2d", "-b", "jax", "--python", f"jax={jax_python}", "-d", "cpu", "-s", "smoke",
        "--param", "layer=resnet50-conv1", "--param", "pass=forward,forward+backward",
        "--param", "layout=native,channels_last", "--mode", "jit,eager", "--precision", "float32,float64",
        "--no-report", *QUICK,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = cells(tmp_path)
    assert len(found) == 8
    for cell in found:
        assert json.loads(cell["params"])["layout"] == "native"
        assert (cell["status"], cell["checked"]) == ("ok", True)


def selftest(command, folder, backend, jax_python, *more):
    """Exit code, and the checks by their names."""
    wanted = ("-b", backend, "-d", "cpu", "--python", f"{backend}={jax_python}", "--json")
    done = command(folder, "selftest", *wanted, *more)
    (examined,) = json.loads(done.stdout)["examined"]
    return done.returncode, {check["name"]: check for check in examined["checks"]}


def test_its_wait_waits_and_a_timer_without_it_reads_far_too_little(command, jax_python, tmp_path):
    code, checks = selftest(command, tmp_path, "jax", jax_python)
    assert code == 0
    assert {checks[name]["outcome"] for name in ("answers", "placement", "residual-wait", "negative-control")} == {
        "pass"
    }
    figures = checks["negative-control"]["figures"]
    assert figures["issued"] < figures["waited"] / 2


@pytest.mark.parametrize("backend", ["unwaited", "barrier"])
def test_a_wait_that_does_not_wait_is_found(command, jax_python, tmp_path, backend):
    """None at all, and `jax.effects_barrier`, whose name promises more than it does."""
    code, checks = selftest(command, tmp_path, backend, jax_python, "--plugin", HERE / "unwaited.py")
    assert code == 3
    assert checks["answers"]["outcome"] == "pass"
    assert checks["residual-wait"]["outcome"] == "fail"
    assert checks["residual-wait"]["meaning"].startswith("the wait returns before the device is done")


@pytest.mark.parametrize("backend", ["unwaited", "barrier"])
def test_the_cells_of_a_wait_that_does_not_wait_are_not_believed(command, cells, jax_python, tmp_path, backend):
    """A product of some milliseconds, which is right and reads far too fast."""
    done = command(
        tmp_path, "run", "matmul", "-b", backend, "--python", f"{backend}={jax_python}", "-d", "cpu", "-s", "1024",
        "--plugin", HERE / "unwaited.py", "--no-report", *QUICK,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    (cell,) = cells(tmp_path)
    assert (cell["status"], cell["checked"]) == ("unverified", True)
    assert cell["reason"].startswith("the wait returned after ")
    assert f"`gpubench selftest --backend {backend} --device cpu` looks into the wait" in cell["reason"]


SESSION = """
import numpy as np, jax, jax.numpy as jnp
from gpubench_third_party.jax_backend import jax_backend
runtime = jax_backend.start(2, "cpu")
session = runtime.open("cpu", "float32", "jit")
"""


def test_everything_issued_is_done_when_the_wait_returns_though_nothing_holds_it(in_jax):
    """Large products and small sums in turns: some are calculated at once, and some are queued."""
    said = in_jax(
        SESSION
        + """
product, total = (session.compile(f) for f in (lambda a: a @ a, lambda a: a[0, 0] + 1))
large = session.place(np.ones((2048, 2048), np.float32))
jax.block_until_ready((product(large), total(large)))
for wait in (lambda: None, jax.effects_barrier, session.complete):
    issued = [work(large) for _ in range(4) for work in (product, total)]
    wait()
    print(sum(not result.is_ready() for result in issued))
    session.complete()
"""
    )
    without, barrier, waited = map(int, said)
    assert without > 0
    assert barrier > 0
    assert waited == 0


def test_as_many_threads_compute_as_were_asked_for(in_jax, package):
    for count in (1, 3):
        variables = package("jax_backend").environment(count, "cpu")
        assert in_jax(SESSION + "print(*runtime.settings().values())", **variables) == [str(count)]


def test_a_step_that_is_traced_again_is_counted(in_jax):
    said = in_jax(
        SESSION
        + """
print(session.traces())
double = session.compile(lambda x: 2 * x)
for length in (3, 3, 4):
    print(session.traces())
    double(session.place(np.ones(length, np.float32)))
print(session.traces())
"""
    )
    assert said == ["None", "0", "1", "1", "2"]


def test_state_is_put_back(in_jax):
    said = in_jax(
        SESSION
        + """
state = [jax.new_ref(session.weight(np.arange(3.0)))]
copies = session.copies(state)
step = session.compile(lambda x: state[0].__setitem__(..., state[0][...] + x))
step(session.place(np.ones(3, np.float32)))
print(*state[0][...])
session.restore(state, copies)
print(*state[0][...])
"""
    )
    assert said == ["1.0", "2.0", "3.0", "0.0", "1.0", "2.0"]


def test_memory_that_is_not_there_and_arrays_of_the_host_are_known(in_jax):
    said = in_jax(
        SESSION
        + """
try:
    jnp.zeros((1 << 20, 1 << 20)).block_until_ready()
except Exception as error:
    print(runtime.fault(error).name)
print(len(session.strays((np.ones(2), session.place(np.ones(2)), 1.0))))
"""
    )
    assert said == ["OUT_OF_MEMORY", "1"]
