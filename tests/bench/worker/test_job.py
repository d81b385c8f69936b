"""What travels to a worker arrives as it was sent."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gpubench.worker.job import Job, Limits, Start

texts = st.text(max_size=20)
values = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), texts)
jobs = st.builds(
    Job,
    workload=texts,
    params=st.dictionaries(texts, values, max_size=4),
    precision=texts,
    mode=texts,
    data=texts,
    seed=st.integers(),
    calls=st.integers(),
    limits=st.builds(Limits, st.floats(0, 1e6), st.floats(0, 1)),
    data_dir=texts,
)


@given(jobs)
def test_a_job_survives_its_way(job: Job):
    message = json.loads(json.dumps(job.message()))
    assert message["kind"] == "measure"
    assert Job.of(message) == job


def test_a_start_says_what_to_start():
    assert Start("package:backend", "cuda:1", 4).message() == {
        "kind": "start", "backend": "package:backend", "device": "cuda:1", "threads": 4, "apart": (),
    }  # fmt: skip
