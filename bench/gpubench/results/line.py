"""One line of a results file: a record as JSON with a checksum over its own bytes.

The checksum is the last member of the object, the first 16 hexadecimal digits of the SHA-256 of all bytes
before its comma plus the closing brace; so it can be verified without re-encoding anything.
"""

from __future__ import annotations

import hashlib

import msgspec

from gpubench.results.records import SCHEMA, Line

_MARK = b',"checksum":"'
_TAIL = len(_MARK) + 16 + len(b'"}')
_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class BadLine(ValueError):
    """A line that is no whole record; the text says why."""


class _Head(msgspec.Struct):
    kind: str
    schema: int


def encode(record: Line) -> bytes:
    """The line of a record, newline included.

    Raises ValueError for a record that could not be read again: JSON has no NaN and no infinity, and null stands
    in for one only where the record allows it.
    """
    body = _encoder.encode(record)
    try:
        _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise ValueError(f"this {type(record).__name__} can't be stored: {error}") from error
    return body[:-1] + _MARK + _digest(body) + b'"}\n'


def has_checksum(line: bytes) -> bool:
    """Whether a line without its newline ends as every line does."""
    return len(line) > _TAIL and line[-_TAIL:].startswith(_MARK) and line.endswith(b'"}')


def decode(line: bytes) -> Line:
    """The record of a line without its newline. Raises BadLine."""
    body = line[:-_TAIL] + b"}"
    if not has_checksum(line):
        raise BadLine("it has no checksum at its end")
    if line[-18:-2] != _digest(body):
        raise BadLine("its checksum does not match its text")
    try:
        head = msgspec.json.decode(body, type=_Head)
        if head.schema > SCHEMA:
            raise BadLine(f"its schema {head.schema} is newer than this gpubench reads ({SCHEMA}); update gpubench")
        return _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise BadLine(f"it is no record of schema {SCHEMA}: {error}") from error


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()
