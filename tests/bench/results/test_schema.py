"""The JSON Schema that ships is that of the records, takes what a run writes, and nothing else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from gpubench.cli.main import exit_code
from gpubench.results.records import SCHEMA, STATUSES, Line, Series
from gpubench.results.schema import schema, shipped

TOY = Path(__file__).parents[1] / "plugins" / "toy.py"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(shipped())
    return jsonschema.Draft202012Validator(shipped())


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Of a real run, with cells that failed in it."""
    out = tmp_path_factory.mktemp("schema") / "run"
    wanted = ["run", "doubling", "--plugin", str(TOY), "-b", "toy", "-d", "cpu", "-s", "smoke", "--no-report", "-q"]
    how = ["--param", "fault=none,nan,abort,raise", "--launches", "1", "--max-time", "0.02", "--out", str(out)]
    assert exit_code([*wanted, *how]) == 3
    return (out / "results.jsonl").read_text(encoding="utf-8").splitlines()


def test_the_file_that_ships_is_that_of_the_records() -> None:
    assert shipped() == schema(), "a record has changed: python -m gpubench.results.schema > .../results/schema.json"


def test_every_record_is_in_it_with_its_description() -> None:
    kinds = {kind.__name__: kind for kind in (*get_args(Line), Series)}
    assert set(shipped()["$defs"]) == set(kinds)
    for name, kind in kinds.items():
        described = shipped()["$defs"][name]
        assert set(kind.__struct_fields__) <= set(described["properties"])
        assert described["description"].splitlines()[0] == str(kind.__doc__).splitlines()[0]
        assert described["additionalProperties"] is False


def test_every_line_of_a_real_run_is_valid(validator, lines) -> None:
    records = [json.loads(line) for line in lines]
    assert {record["kind"] for record in records} >= {"run", "env", "cell", "launch", "end"}
    assert {record["status"] for record in records if record["kind"] == "launch"} >= {"ok", "failed", "crashed"}
    for record in records:
        validator.validate(record)


ALTERED = {
    "no checksum": lambda line: line.pop("checksum"),
    "a checksum of another length": lambda line: line.update(checksum="abc"),
    "no kind": lambda line: line.pop("kind"),
    "another kind": lambda line: line.update(kind="cells"),
    "no schema": lambda line: line.pop("schema"),
    "a newer schema": lambda line: line.update(schema=SCHEMA + 1),
    "a member of its own": lambda line: line.update(colour="red"),
}


@pytest.mark.parametrize("alteration", ALTERED)
@pytest.mark.parametrize("kind", ["run", "env", "cell", "launch", "end"])
def test_an_altered_line_is_refused(alteration: str, kind: str, validator, lines) -> None:
    line = next(record for record in map(json.loads, lines) if record["kind"] == kind)
    assert validator.is_valid(line)
    ALTERED[alteration](line)
    assert not validator.is_valid(line)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("status", None), ("launch", "0"), ("launch", 0.5), ("quantities", {"step": {"calls": 1, "seconds": ["1"]}}),
        ("quantities", {"step": {"calls": 1}}), ("errors", {"y": "nan"}), ("flags", "drift"), ("checked", 1),
        ("work", {"flops": None}), ("facts", {"threads": 2}), ("device", None),
    ],
)  # fmt: skip
def test_a_launch_with_a_member_of_another_type_is_refused(member: str, value: object, validator, lines) -> None:
    line = next(record for record in map(json.loads, lines) if record.get("status") == "ok")
    changed = copy.deepcopy(line) | {member: value}
    assert not validator.is_valid(changed)


def test_a_line_that_is_no_object_is_refused(validator) -> None:
    for hostile in ([], "run", 1, None, {}, {"kind": "run"}):
        assert not validator.is_valid(hostile)


def test_the_page_on_the_file_explains_every_member_and_status(repository: Path) -> None:
    text = (repository / "docs" / "results-file.md").read_text(encoding="utf-8")
    members = {name for kind in (*get_args(Line), Series) for name in kind.__struct_fields__}
    assert [name for name in sorted({*members, *STATUSES}) if f"`{name}`" not in text] == []
