"""A record and its line: the way back, and every damage refused."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench.results.line import BadLine, decode, encode
from gpubench.results.records import SCHEMA, Cell, End, Env, Event, Launch, Line, Run, Series

KINDS = ("run", "env", "cell", "launch", "event", "end")

_text = st.text(max_size=8)
_whole = st.integers(-(2**63), 2**63 - 1)
_real = st.floats(allow_nan=False, allow_infinity=False)
_value = st.one_of(st.none(), st.booleans(), _whole, _real, _text)
_texts = st.dictionaries(_text, _text, max_size=3)
_series = st.builds(Series, calls=_whole, seconds=st.lists(_real, max_size=4))
LINES = st.one_of(
    st.builds(
        Run, run_id=_text, created=_text, gpubench=_text, command=st.lists(_text, max_size=3), preset=_text,
        seed=_whole, launches=_whole, max_time_s=_real, timeout_s=_real, absent=_texts,
        selection=st.dictionaries(_text, st.one_of(_value, st.lists(_value, max_size=3)), max_size=3),
    ),
    st.builds(Env, scope=_text, facts=_texts),
    st.builds(
        Cell, cell_id=_text, workload=_text, version=_whole, axis=_text, size=st.one_of(_whole, _real, _text),
        params=st.dictionaries(_text, _value, max_size=3), backend=_text, device=_text, precision=_text, mode=_text,
        data=_text, variant=_text, threads=_whole, item=_text, reason=_text,
    ),
    st.builds(
        Launch, cell_id=_text, device=_text, launch=_whole, status=_text, reason=_text, stderr=_text,
        quantities=st.dictionaries(_text, _series, max_size=3), first_call_s=st.one_of(st.none(), _real),
        errors=st.dictionaries(_text, st.one_of(st.none(), _real), max_size=3), flags=st.lists(_text, max_size=3),
    ),
    st.builds(Event, at=_text, what=_text, detail=_text),
    st.builds(End, at=_text, seconds=st.dictionaries(_text, _real, max_size=3), statuses=st.just({"ok": 3})),
)  # fmt: skip


def signed(record: dict[str, Any]) -> bytes:
    """A line that some other program made of a record, its checksum right."""
    body = json.dumps(record, separators=(",", ":")).encode()
    digest = hashlib.sha256(body).hexdigest()[:16]
    return body[:-1] + b',"checksum":"' + digest.encode() + b'"}'


@pytest.fixture(params=range(len(KINDS)), ids=KINDS)
def record(request: pytest.FixtureRequest, make: Any) -> Line:
    """A record of each kind in turn."""
    found: Line = make.every_kind()[request.param]
    return found


@given(LINES)
def test_what_is_written_is_read(line: Line) -> None:
    assert decode(encode(line)[:-1]) == line


@given(LINES)
def test_a_record_is_one_line_of_json(line: Line) -> None:
    text = encode(line)
    assert text.endswith(b"}\n")
    assert text.count(b"\n") == 1
    assert text.count(b"\r") == 0
    assert isinstance(json.loads(text), dict)


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
def test_a_line_tells_its_kind_its_schema_and_the_checksum_that_others_can_verify(number: int, make: Any) -> None:
    line = encode(make.every_kind()[number])
    plain = json.loads(line)
    assert plain["kind"] == KINDS[number]
    assert plain["schema"] == SCHEMA
    assert list(plain)[-1] == "checksum"
    before, comma, _ = line.rpartition(b',"checksum":')
    assert comma
    assert plain["checksum"] == hashlib.sha256(before + b"}").hexdigest()[:16]


def test_a_line_with_any_bit_of_any_byte_flipped_is_refused(record: Line) -> None:
    line = encode(record)[:-1]
    accepted = []
    for place in range(len(line)):
        for bit in range(8):
            damaged = bytearray(line)
            damaged[place] ^= 1 << bit
            try:
                decode(bytes(damaged))
            except BadLine:
                continue
            accepted.append((place, bit))
    assert accepted == []


def test_a_line_cut_anywhere_is_refused(record: Line) -> None:
    line = encode(record)[:-1]
    for length in range(len(line)):
        with pytest.raises(BadLine):
            decode(line[:length])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema": SCHEMA + 1}, rf"its schema {SCHEMA + 1} is newer than this gpubench reads \({SCHEMA}\); update"),
        ({"schema": SCHEMA + 1, "kind": "verdict", "more": []}, "newer than this gpubench reads"),
        ({"kind": "verdict"}, "it is no record of schema 1: Invalid value 'verdict'"),
        ({"colour": "red"}, "unknown field `colour`"),
        ({"scope": 7}, "Expected `str`, got `int`"),
        ({"schema": None}, "Expected `int`, got `null`"),
    ],
)
def test_a_record_that_is_not_of_this_schema_is_refused_in_words(change: dict[str, Any], why: str) -> None:
    plain = {"kind": "env", "schema": SCHEMA, "scope": "machine", "facts": {}}
    assert decode(signed(plain)) == Env(scope="machine", facts={})
    with pytest.raises(BadLine, match=why):
        decode(signed({**plain, **change}))


@pytest.mark.parametrize("missing", ["kind", "schema", "scope"])
def test_a_record_without_a_field_that_it_must_have_is_refused(missing: str) -> None:
    plain = {"kind": "env", "schema": SCHEMA, "scope": "machine", "facts": {}}
    del plain[missing]
    with pytest.raises(BadLine, match=f"missing required field `{missing}`"):
        decode(signed(plain))


@pytest.mark.parametrize("text", [b"", b"{}", b'{"kind":"env"}', b"<html>" + b"x" * 60])
def test_what_is_no_line_of_ours_has_no_checksum(text: bytes) -> None:
    with pytest.raises(BadLine, match="it has no checksum at its end"):
        decode(text)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_does_not_have_is_refused_where_null_could_not_be_read_again(number: float, make: Any):
    series = {"step": Series(calls=1, seconds=[1.0, number])}
    with pytest.raises(ValueError, match=r"this Launch can't be stored: .*got `null`"):
        encode(make.launch(quantities=series))
    with pytest.raises(ValueError, match=r"this Launch can't be stored: .*got `null`"):
        encode(make.launch(work={"flops": number}))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_an_error_that_is_no_number_is_written_as_null(number: float, make: Any) -> None:
    line = encode(make.launch(errors={"rows": number, "block": 1e-7}))
    read = decode(line[:-1])
    assert isinstance(read, Launch)
    assert read.errors == {"rows": None, "block": 1e-7}
    assert json.loads(line)["errors"]["rows"] is None
