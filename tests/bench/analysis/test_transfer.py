"""What bringing data to a device and back costs, of steps that take a known time with it and without it."""

from __future__ import annotations

import math

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.transfer import Transfer

RESIDENT, HOST = "resident", "host"


@pytest.fixture
def moved(invented):
    """The findings on steps that take so many seconds on the CPU, on a GPU, and there with transfers."""

    def measure(cpu: float, gpu: float, host: float, launches: int = 3, **at):
        made = invented.Invented(launches=launches)
        times = ((cpu, "cpu", RESIDENT), (cpu, "cpu", HOST), (gpu, "cuda:0", RESIDENT), (host, "cuda:0", HOST))
        for middle, device, data in times:
            steps = invented.scattered(middle, launches)
            made.cell(steps[::-1] if (device, data) == ("cuda:0", HOST) else steps, device=device, data=data, **at)
        return analyse([made.results()])

    return measure


def test_the_share_is_what_a_step_from_the_host_takes_longer(moved):
    """Launches 1 % apart, in opposite order: their logarithms scatter by 2 %, t(2) of which over √3 are 4.94 %."""
    (one,) = moved(1.0, 0.1, 0.4).transfers
    factor = math.exp(4.3027 * 2 * math.log(1.01) / math.sqrt(3))
    assert one.share.value == pytest.approx(0.75)
    assert one.share.lo == pytest.approx(1 - factor * 0.25, rel=1e-4)
    assert one.share.hi == pytest.approx(1 - 0.25 / factor, rel=1e-4)
    assert (one.resident.case.data, one.host.case.data) == (RESIDENT, HOST)


@pytest.mark.parametrize(
    ("cpu", "gpu", "host", "decides", "says"),
    [
        pytest.param(1.0, 0.1, 0.5, False, "GPU 2.00× faster [1.90–2.10] than CPU with its transfers", id="wins"),
        pytest.param(
            1.0, 0.1, 2.0, True,
            "the GPU wins only without its transfers: CPU 2.00× faster [1.90–2.10] than GPU with its transfers",
            id="wins without them alone",
        ),
        pytest.param(1.0, 2.0, 4.0, False, "CPU 4.0× faster [3.8–4.2] than GPU with its transfers", id="loses"),
        pytest.param(1.0, 0.1, 1.0, False, "with its transfers: no difference that 3 launches can tell", id="a draw"),
    ],
)  # fmt: skip
def test_a_verdict_says_whether_a_gpu_wins_with_its_transfers(moved, cpu, gpu, host, decides, says):
    findings = moved(cpu, gpu, host)
    (one,) = findings.transfers
    assert one.decides is decides
    (note,) = findings.verdicts[0].notes
    assert note.text.startswith("torch (eager): ")
    assert says in note.text
    assert ("only without" in note.text) is decides
    assert note.text.endswith("of a step with them")


def test_the_share_is_told_where_the_cpu_was_not_measured_with_data_from_the_host(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    made.cell((0.2,) * 3, device="cuda:0")
    made.cell((0.5,) * 3, device="cuda:0", data=HOST)
    findings = analyse([made.results()])
    assert findings.transfers[0].whole is None
    assert not findings.transfers[0].decides
    (note,) = findings.verdicts[0].notes
    assert note.text == "torch (eager): the copies to and from the GPU take 60.00 % [60.00–60.00] of a step with them"


def test_two_launches_give_a_share_without_an_interval_and_decide_nothing(moved):
    (one,) = moved(1.0, 0.1, 2.0, launches=2).transfers
    assert (one.share.value, one.share.lo, one.share.hi) == (pytest.approx(0.95, rel=0.01), None, None)
    assert not one.decides


def test_the_cpu_has_no_transfers(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    made.cell((2.0,) * 3, data=HOST)
    assert analyse([made.results()]).transfers == ()


@pytest.mark.parametrize(
    "other",
    [{"size": 512}, {"backend": "tensorflow"}, {"mode": "compile"}, {"precision": "bfloat16"}, {"device": "cuda:1"}],
)
def test_other_work_is_no_partner(invented, other):
    made = invented.Invented()
    made.cell((1.0,) * 3, device="cuda:0")
    made.cell((2.0,) * 3, **{"device": "cuda:0", **other}, data=HOST)
    assert analyse([made.results()]).transfers == ()


def test_transfers_of_one_run_are_not_held_against_another(invented):
    runs = []
    for name, host in (("a", 2.0), ("b", 4.0)):
        made = invented.Invented(name)
        made.cell((1.0,) * 3, device="cuda:0")
        made.cell((host,) * 3, device="cuda:0", data=HOST)
        runs.append(made.results())
    found: list[Transfer] = list(analyse(runs).transfers)
    assert [round(one.share.value, 6) for one in found] == [0.5, 0.75]


def test_each_verdict_has_the_transfers_of_its_own_case(invented):
    made = invented.Invented()
    for workload, host in (("matmul", 2.0), ("conv2d", 4.0)):
        made.cell((9.0,) * 3, workload=workload)
        made.cell((1.0,) * 3, workload=workload, device="cuda:0")
        made.cell((host,) * 3, workload=workload, device="cuda:0", data=HOST)
    notes = {verdict.subject.partition(",")[0]: verdict.notes for verdict in analyse([made.results()]).verdicts}
    assert {name: len(found) for name, found in notes.items()} == {"matmul": 1, "conv2d": 1}
    assert "75.00 %" in notes["conv2d"][0].text


def test_noise_decides_nothing(moved, invented):
    """The device takes 1.3 times as long as the CPU with the copies, and as much as that when measured once more."""
    assert moved(1.0, 0.1, 1.3).transfers[0].decides
    made = invented.Invented()
    for data, device, seconds in ((RESIDENT, "cpu", 1.0), (HOST, "cpu", 1.0), (RESIDENT, "cuda:0", 0.1)):
        made.cell(invented.scattered(seconds), device=device, data=data)
    made.cell(invented.scattered(1.3)[::-1], device="cuda:0", data=HOST)
    made.cell(invented.scattered(1.95)[::-1], device="cuda:0", data=HOST, variant="aa")
    (one,) = analyse([made.results()]).transfers
    assert not one.decides
