"""One cell through all its stages, on a virtual device under the toy backend."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from gpubench.backend import Device, Fault
from gpubench.errors import Unsupported
from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement, Stages, amounts, parameters
from gpubench.worker.noise import Counters, Watch
from gpubench.workload import Work


def job(**changed):
    plain = Job("doubling", {"n": 64, "fault": "none"}, "float32", "eager", "resident", 0, 0, Limits(0.5))
    return replace(plain, **changed)


class Bench:
    """Measures the toy's doubling on a virtual device, which every call of the step and every wait occupies."""

    def __init__(self, toy, doubling, device) -> None:
        self.device, self.doubling = device, doubling
        self.runtime = toy.start(1, "cpu")
        self.opened = []
        self.complete = device.complete
        self.plain, self.runtime.open = self.runtime.open, self.open
        self.counters = Counters(wall=0.0, own=0.0, busy=0.0, stolen=0.0, throttled=0.0, preempted=0)
        watch = Watch(lambda: self.counters, lambda: device.clock() * 1e-9)
        self.measurement = Measurement("toy", "cpu", self.runtime, 2, device.clock, watch)

    def open(self, *arguments):
        self.opened.append(arguments)
        session = self.plain(*arguments)
        session.complete = self.complete
        return session

    def workload(self, **changed):
        build = self.doubling.builders["toy"]

        def on_device(params, inputs, session):
            step = build(params, inputs, session)

            def call(*feeds):
                self.device.call()
                return step.call(*feeds)

            return replace(step, call=call)

        return replace(self.doubling, **{"builders": {"toy": on_device}, **changed})

    def measure(self, changed=None, **fields):
        answer = self.measurement.measure(job(**fields), changed or self.workload())
        json.dumps(answer, allow_nan=False)  # as it has to travel
        return answer


@pytest.fixture
def bench(toy, doubling, virtual):
    return Bench(toy, doubling, virtual(issue=5_000, work=200_000, drain=40_000, wait=2_000))


@pytest.mark.parametrize(("capability", "flags"), [("5.2", ["emulated"]), ("5.3", [])])
def test_a_precision_that_the_gpu_only_stores_is_measured_and_flagged(bench, monkeypatch, capability, flags):
    gpu = Device("cuda:0", "GeForce GTX 980", 2**32, capability)
    monkeypatch.setattr(bench.runtime, "devices", lambda: [Device("cpu", ""), gpu])
    monkeypatch.setattr(bench.measurement, "device", "cuda:0")
    answer = bench.measure(precision="float16")
    assert (answer["status"], answer["flags"]) == ("ok", flags)


def test_what_else_went_on_is_recorded_for_every_block(bench):
    began = bench.device.clock() * 1e-9
    plain = bench.measurement.watch.read

    def busy():
        now = bench.device.clock() * 1e-9 - began
        return replace(plain(), wall=began + now, own=2 * now, busy=2.5 * now)

    bench.measurement.watch.read = busy
    answer = bench.measure()
    assert answer["flags"] == ["foreign-load"]
    assert answer["foreign"] == pytest.approx([0.5] * len(answer["quantities"]["step"]["seconds"]))
    assert answer["noise"]["own"] == pytest.approx(2.0)


def test_the_numbers_are_the_devices(bench):
    answer = bench.measure()
    step = answer["quantities"]["step"]
    assert (answer["status"], answer["reason"], answer["flags"]) == ("ok", "", [])
    block = step["calls"] * 200_000 + 5_000 + 40_000 + 2_000
    assert step["seconds"] == pytest.approx([block * 1e-9] * 30)
    assert answer["quantities"]["latency"]["seconds"] == pytest.approx([247_000e-9] * 100)
    assert answer["quantities"]["dispatch"]["seconds"] == pytest.approx([5_000e-9] * 100)
    assert answer["fixed_cost_s"] == pytest.approx(47e-6)
    assert answer["idle_wait_s"] == pytest.approx(2e-6)
    assert answer["residual_s"] == pytest.approx(0, abs=1e-12)
    assert answer["stopped"] == "interval"
    assert answer["warmup_s"] >= 0.5


def test_the_block_is_calibrated_where_no_earlier_launch_did(bench):
    """Fixed cost 47 µs: a percent of 64 calls of 200 µs and no fewer."""
    assert bench.measure()["quantities"]["step"]["calls"] == 64


def test_an_earlier_launchs_block_is_kept(bench):
    answer = bench.measure(calls=100)
    assert answer["quantities"]["step"]["calls"] == 100
    assert answer["fixed_cost_s"] is None


def test_the_first_call_is_no_sample(bench):
    """It traces, compiles and tunes: a second here."""
    calls = 0
    issue = bench.device.call

    def slow_first():
        nonlocal calls
        calls += 1
        bench.device.now += 1_000_000_000 if calls == 1 else 0
        return issue()

    bench.device.call = slow_first
    answer = bench.measure()
    assert answer["first_call_s"] == pytest.approx(1.000247)
    assert max(answer["quantities"]["step"]["seconds"]) < 0.1
    assert answer["warmup_s"] < 0.6


def test_the_stages_are_told_apart(bench):
    seconds = bench.measure()["seconds"]
    assert list(seconds) == [
        "build", "first call", "check", "warm-up", "calibration", "sampling", "single calls", "wait",
    ]  # fmt: skip
    assert seconds["wait"] < 0.1 * seconds["sampling"]
    assert seconds["sampling"] == pytest.approx(30 * 12.847e-3, rel=0.01)


def test_a_call_so_slow_that_few_are_timed_is_flagged(bench):
    bench.device.work = 300_000_000
    answer = bench.measure(calls=1)
    assert len(answer["quantities"]["step"]["seconds"]) == 3
    assert "few-samples" in answer["flags"]


def test_the_work_is_the_workloads_at_the_precisions_width(bench):
    assert bench.measure()["work"] == {"flops": 64, "bytes": 2 * 64 * 4, "items": 64}
    assert bench.measure(precision="float64")["work"]["bytes"] == 2 * 64 * 8


@pytest.mark.parametrize("fault", ["wrong", "nan", "folded", "closure"])
def test_wrong_work_is_failed_and_never_timed(bench, fault: str):
    answer = bench.measure(params={"n": 64, "fault": fault})
    assert (answer["status"], answer["checked"]) == ("failed", False)
    assert answer["reason"]
    assert "quantities" not in answer
    assert answer["first_call_s"] > 0


def test_a_step_that_leaves_its_device_is_failed(bench):
    def astray(params, inputs, session):
        session.strays = lambda tensors: ["(4,) on the floor"]
        return bench.workload().builders["toy"](params, inputs, session)

    answer = bench.measure(bench.workload(builders={"toy": astray}))
    assert (answer["status"], answer["reason"]) == ("failed", "output is not on the device: (4,) on the floor")


def test_host_data_is_copied_in_every_timed_call_and_resident_data_in_none(bench):
    copies = []
    plain = bench.plain

    def opened(*arguments):
        session = plain(*arguments)
        place = session.place
        session.place = lambda host: copies.append(1) or place(host)
        return session

    bench.plain = opened
    bench.measure(calls=100)
    resident = len(copies)
    copies.clear()
    answer = bench.measure(calls=100, data="host")
    assert resident < 10
    assert len(copies) > 100 * len(answer["quantities"]["step"]["seconds"])


def test_weights_are_put_back_before_every_block(bench):
    """A step that adds to its weights sees the same ones at the start of every block, and they end finite."""
    weights = np.zeros(1)
    seen = []

    def training(params, inputs, session):
        def call(x):
            bench.device.call()
            seen.append(weights[0])
            weights[0] += 1
            return 2 * x

        return replace(bench.doubling.builders["toy"](params, inputs, session), call=call, state=lambda: [weights])

    bench.measure(bench.workload(builders={"toy": training}), calls=100)
    starts = [now for before, now in itertools.pairwise(seen) if now < before]
    assert len(starts) > 30
    assert set(starts) == {1.0}  # one call was made for the check


def test_a_wait_that_returns_too_early_makes_the_cell_unverified(bench):
    """The missing half of the work is found by the second wait."""
    due = 0

    def early():
        nonlocal due
        due = 0 if bench.device.free_at <= bench.device.now else due + 1
        if due != 1:
            bench.device.complete()
            due = 0

    bench.complete = early
    answer = bench.measure()
    calls = answer["quantities"]["step"]["calls"]
    assert answer["status"] == "unverified"
    assert answer["reason"] == f"work went on after the clock stopped: {calls * 195e-6:.3g} s of it"
    assert answer["residual_s"] == pytest.approx(calls * 195e-6, rel=0.01)


def test_a_wait_that_never_waits_makes_the_cell_unverified_though_a_second_one_finds_nothing(bench):
    """What tells is the result, which comes to the host when it is there."""
    plain = bench.plain

    def opened(*arguments):
        session = plain(*arguments)
        fetch = session.fetch
        session.fetch = lambda tensor: (bench.device.complete(), fetch(tensor))[1]
        return session

    bench.plain, bench.complete = opened, lambda: None
    answer = bench.measure()
    assert answer["status"] == "unverified"
    assert answer["residual_s"] == 0
    assert answer["reason"].startswith("the wait returned after 160 µs, and the result came 6.2")
    assert answer["reason"].endswith(
        "these times hold less than the work; `gpubench selftest --backend toy --device cpu` looks into the wait"
    )
    bench.complete = bench.device.complete
    assert bench.measure()["status"] == "ok"


def test_a_recipe_that_is_not_followed_fails_the_cell_with_both_errors(bench):
    builders = dict(bench.doubling.builders)

    def slightly_wrong(params, inputs, session):
        step = builders["toy"](params, inputs, session)
        return replace(step, call=lambda x: x * session.dtype.type(2 + 1e-9))

    answer = bench.measure(bench.workload(builders={"toy": slightly_wrong}, recipe=lambda params: replace(params, n=8)))
    assert answer["status"] == "failed"
    assert answer["reason"].startswith("the recipe in float64 is wrong: error of recipe y")
    assert answer["errors"]["y"] <= answer["tolerance"]
    assert 1e-10 < answer["errors"]["recipe y"] < 1e-8


def test_a_recipe_is_checked_once_in_a_worker_and_mode(bench):
    """Two sizes of a workload have the same small twin."""
    workload = bench.workload(recipe=lambda params: replace(params, n=8))
    first, second = bench.measure(workload), bench.measure(workload, params={"n": 128, "fault": "none"})
    assert [precision for _, precision, _ in bench.opened] == ["float32", "float64", "float32"]
    assert first["facts"]["recipe"] == second["facts"]["recipe"] == "0"
    bench.measure(workload, mode="slow")
    assert bench.opened[-1] == ("cpu", "float64", "slow")


def test_a_float64_cell_is_its_own_recipe(bench):
    bench.measure(bench.workload(recipe=lambda params: replace(params, n=8)), precision="float64")
    assert [precision for _, precision, _ in bench.opened] == ["float64"]


@pytest.mark.parametrize("kind", [Unsupported, LookupError])
def test_where_there_is_no_float64_the_recipe_is_said_to_be_unchecked(bench, kind):
    """By the harness's exception, or by one of the framework's own that means the same."""
    plain = bench.plain
    bench.runtime.fault = lambda error: Fault.UNSUPPORTED if isinstance(error, LookupError) else Fault.OTHER

    def no_float64(device, precision, mode):
        if precision == "float64":
            raise kind("toys have no float64")
        return plain(device, precision, mode)

    bench.plain = no_float64
    answer = bench.measure(bench.workload(recipe=lambda params: replace(params, n=8)))
    assert answer["status"] == "ok"
    assert answer["facts"]["recipe"] == "not checked: toys have no float64"


def test_facts_travel_as_texts(bench):
    """A plug-in's author may forget that they do: the parent must not stumble over it."""
    build = bench.workload().builders["toy"]
    changed = {"toy": lambda *given: replace(build(*given), facts={"layers": 3, "fused": True})}
    assert bench.measure(bench.workload(builders=changed))["facts"] == {"layers": "3", "fused": "True"}


def test_amounts_of_work_are_plain_finite_numbers():
    assert amounts(Work(np.int64(3), np.float32(2), 1)) == {"flops": 3.0, "bytes": 2.0, "items": 1.0}
    assert json.dumps(amounts(Work(np.int64(3), 2, 1)))
    with pytest.raises(ValueError, match="the work has nan bytes"):
        amounts(Work(1, np.nan, 1))


def test_a_tolerance_that_lets_everything_pass_is_null(bench):
    class Anything(type(bench.doubling.sizes["small"])):
        def tolerance(self, unit, /):
            return np.inf

    answer = bench.measure(bench.workload(sizes={"small": Anything(64)}))
    assert (answer["status"], answer["tolerance"]) == ("ok", None)


def test_parameters_are_bound_to_the_users_data(doubling):
    bound = replace(doubling, with_data=lambda params, where: (params, where))
    params = doubling.params("small", n=7)
    assert parameters(bound, job(params={"n": 7}, data_dir="/data")) == (params, "/data")
    assert parameters(bound, job(params={"n": 7})) == params
    assert parameters(doubling, job(params={"n": 7}, data_dir="/data")) == params


def test_a_stage_that_fails_has_its_time_all_the_same(ticking):
    stages = Stages(ticking)
    with pytest.raises(RuntimeError), stages.stage("check"):
        raise RuntimeError
    with stages.stage("check"):
        pass
    assert stages.seconds == {"check": pytest.approx(0.02)}
