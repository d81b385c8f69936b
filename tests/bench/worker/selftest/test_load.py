"""How much work keeps a device busy: the smallest size whose call takes long enough, however its wait behaves."""

from __future__ import annotations

import pytest

from gpubench.worker.selftest.load import BLOCK_S, LONG_CALL_S, MOST_CALLS, loaded


@pytest.mark.parametrize(("per_flop", "size"), [(1e-7, 32), (1e-8, 64), (1e-9, 128), (1e-12, 256)])
def test_the_smallest_size_that_takes_long_enough_is_taken_or_the_largest(subject, per_flop, size):
    made = subject()
    made.clock.per_flop_s = per_flop
    with loaded(made, made.product) as load:
        assert load.size == size
        assert load.flops == 2 * size**3
        seconds = load.flops * per_flop
        assert seconds >= LONG_CALL_S or size == 256
        assert BLOCK_S / 2 <= load.calls * seconds <= 1.5 * BLOCK_S or load.calls == MOST_CALLS


def test_a_broken_wait_does_not_make_calls_look_short(subject):
    made = subject("no wait")
    made.clock.per_flop_s = 1e-9
    with loaded(made, made.product) as load:
        assert load.size == 128


def test_a_block_tells_issued_waited_and_left_apart(virtual, load):
    device = virtual(issue=5_000, work=1_000_000, wait=2_000)
    block = load(device).block(4)
    assert block.issued_s == pytest.approx(20e-6)
    assert block.waited_s == pytest.approx(4e-3 + 5e-6 + 2e-6)
    assert block.again_s == pytest.approx(2e-6)
    assert block.probe_s == pytest.approx(50e-6)


def test_a_block_begins_with_an_empty_queue(virtual, load):
    device = virtual(work=1_000_000)
    made = load(device)
    for _ in range(5):
        device.call()
    assert made.block(1).waited_s == pytest.approx(1e-3)


@pytest.mark.parametrize(("work", "count"), [(1_000_000, 9), (5_000_000_000, 3), (700_000_000, 6)])
def test_on_a_machine_that_is_too_busy_less_is_measured(virtual, load, work, count):
    made = load(virtual(work=work))
    assert len(made.repeated(lambda: made.block(1), 9)) == count
