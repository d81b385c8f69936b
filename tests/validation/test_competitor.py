"""The competing load: there while it is wanted, and gone afterwards."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest


@pytest.fixture
def competitor(beside):
    return beside("competitor")


def test_it_computes_inside_the_block_and_is_gone_after_it(competitor):
    with competitor.running() as process:
        assert psutil.Process(process.pid).cpu_times().user > 0
        assert process.poll() is None
    assert process.poll() is not None


def test_it_ends_when_the_block_fails(competitor):
    with pytest.raises(KeyboardInterrupt), competitor.running() as process:
        raise KeyboardInterrupt
    assert process.poll() is not None


def test_it_ends_with_its_parent(competitor):
    """The parent is killed, so that it cleans nothing up."""
    script = (
        f"import sys; sys.path.insert(0, {competitor.__file__.rpartition('/')[0]!r}); import competitor, os, signal\n"
    )
    script += "with competitor.running() as load: print(load.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -9
    _, alive = psutil.wait_procs(_process(int(done.stdout)), timeout=60)
    assert alive == []


def _process(pid):
    try:
        return [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []
