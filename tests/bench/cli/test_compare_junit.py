"""A comparison as JUnit's XML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from gpubench.analysis.comparison import Compared, Comparison, compare
from gpubench.analysis.judgement import Verdict
from gpubench.cli.compare_junit import junit

# Of the schema that Jenkins' xUnit plug-in has (junit-10.xsd): each element's attributes, capitals where they are
# required, and its children.
SCHEMA = {
    "testsuites": ("name time tests failures disabled errors", "testsuite"),
    "testsuite": (
        "NAME tests failures errors time disabled skipped timestamp hostname id package",
        "properties testcase system-out system-err",
    ),
    "testcase": ("NAME CLASSNAME assertions time status", "skipped error failure system-out system-err"),
    "failure": ("message type", ""),
    "skipped": ("message", ""),
    "system-out": ("", ""),
}


def slower(one: Compared) -> bool:
    return one.verdict is Verdict.SLOWER


def strict(one: Compared) -> bool:
    return one.verdict in (Verdict.SLOWER, Verdict.INVALID, Verdict.INCONCLUSIVE)


@pytest.fixture
def mixed(compared) -> Comparison:
    """SLOWER, SAME, INCONCLUSIVE, and INVALID for a failure."""
    return compared((1.0, 1.0, 1.0), (1.2, 1.0, 1.04), reason="<broken> & \x1b[31m\x00 red")


def parsed(comparison: Comparison, fails=slower, *, explain: bool = False) -> ET.Element:
    return ET.fromstring(junit(comparison, fails, explain).encode())


@pytest.mark.parametrize("explain", [True, False])
@pytest.mark.parametrize("fails", [slower, strict])
def test_it_is_valid(mixed, fails, explain):
    for element in parsed(mixed, fails, explain=explain).iter():
        attributes, children = SCHEMA[element.tag]
        assert set(element.attrib) <= set(attributes.lower().split())
        assert {name.lower() for name in attributes.split() if name.isupper()} <= set(element.attrib)
        assert {child.tag for child in element} <= set(children.split())


def test_slower_fails_and_what_has_no_clear_verdict_is_skipped(mixed):
    root = parsed(mixed)
    told = {case.attrib["name"]: [child.tag for child in case] for case in root.iter("testcase")}
    assert list(told.values()) == [["failure"], [], ["skipped"], ["skipped"]]
    (failure,) = root.iter("failure")
    assert failure.attrib == {"message": "SLOWER: 0.833× [0.815–0.852]", "type": "SLOWER"}
    (suite,) = root
    counted = {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {"tests": "4", "failures": "1", "errors": "0", "skipped": "2"}


def test_where_it_is_strict_those_fail_too(mixed):
    root = parsed(mixed, strict)
    assert [element.attrib["type"] for element in root.iter("failure")] == ["SLOWER", "INCONCLUSIVE", "INVALID"]
    assert list(root.iter("skipped")) == []


def test_texts_are_escaped_and_what_xml_can_not_hold_is_replaced(mixed):
    (message,) = (
        element.attrib["message"] for element in parsed(mixed).iter("skipped") if "broken" in element.attrib["message"]
    )
    assert message == "INVALID: BASE failed: <broken> & �[31m� red; NEW failed: <broken> & �[31m� red"


def test_a_case_has_its_time_and_tells_runs_apart(compared):
    cases = list(parsed(compared((1.0,), (1.0,), (2.0,))).iter("testcase"))
    assert [case.attrib["name"] for case in cases] == [
        "matmul, n 1, float32, torch (eager), cpu (B)",
        "matmul, n 1, float32, torch (eager), cpu (C)",
    ]
    assert [float(case.attrib["time"]) for case in cases] == pytest.approx([1.0, 2.0])


def test_a_comparison_of_nothing_is_a_failure(invented):
    made = invented.Invented("a")
    made.cell((1.0, 1.0, 1.0))
    root = parsed(compare([made.results()], by="device"))
    (failure,) = root.iter("failure")
    assert failure.attrib["message"].startswith("Nothing was compared")


def test_explanations_are_the_output_of_a_case(mixed):
    (first, *_) = parsed(mixed, explain=True).iter("testcase")
    assert re.search("Holm's level", first.findtext("system-out") or "")
