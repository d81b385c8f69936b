"""A comparison for a build server: JUnit's XML, a test case for each cell.

There is no standard; the elements and attributes used are those that the schema of Jenkins' xUnit plug-in has.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import TYPE_CHECKING

from gpubench.analysis.judgement import Verdict
from gpubench.cli.compare_explain import explanation
from gpubench.cli.compare_words import cell_name, launches_words, ratio_words, sentence

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Compared, Comparison

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(comparison: Comparison, fails: Callable[[Compared], bool], explain: bool) -> str:
    """The document. fails: whether a cell without a clear verdict is a failure; else it is skipped."""
    cases = [_case(one, comparison, fails(one), explain) for one in comparison.compared]
    if not comparison.judged:
        cases.append(_nothing(comparison))
    failures, skipped = (sum(case.find(kind) is not None for case in cases) for kind in ("failure", "skipped"))
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0"}
    root = ET.Element("testsuites", {"name": "gpubench compare", **counts})
    suite = ET.SubElement(
        root, "testsuite", {"name": _clean(f"{comparison.base} and {', '.join(comparison.news)}"), **counts}
    )
    suite.set("skipped", str(skipped))
    suite.set("timestamp", comparison.runs[-1].created.partition("+")[0])
    suite.extend(cases)
    ET.SubElement(suite, "system-out").text = _clean(sentence(comparison))
    ET.indent(root)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ET.tostring(root, encoding='unicode')}"


def _case(one: Compared, comparison: Comparison, failed: bool, explain: bool) -> ET.Element:
    name = cell_name(one, comparison.by)
    several = f" ({one.names.new})" if len(comparison.news) > 1 else ""
    case = ET.Element(
        "testcase", {"classname": _clean(f"gpubench.{one.base.case.workload}"), "name": _clean(name + several)}
    )
    case.set("time", f"{one.new.step.value:.9f}" if one.new and one.new.step else "0")
    if failed or one.verdict in (Verdict.INVALID, Verdict.INCONCLUSIVE):
        found = ET.SubElement(case, "failure" if failed else "skipped", {"message": _clean(_told(one))})
        if failed:
            found.set("type", one.verdict.value)
    if explain:
        ET.SubElement(case, "system-out").text = _clean("\n".join(explanation(one, comparison.by)))
    return case


def _told(one: Compared) -> str:
    if one.obstacle is not None:
        return f"{one.verdict.value}: {one.obstacle.text}"
    told = f"{one.verdict.value}: {ratio_words(one.ratio)}"
    if one.judgement is None or one.verdict is not Verdict.INCONCLUSIVE:
        return told
    return f"{told}; it takes {launches_words(one.judgement.needed)} a side"


def _nothing(comparison: Comparison) -> ET.Element:
    case = ET.Element("testcase", {"classname": "gpubench", "name": "something is compared", "time": "0"})
    ET.SubElement(case, "failure", {"message": _clean(sentence(comparison)), "type": Verdict.INVALID.value})
    return case


def _clean(text: str) -> str:
    """Without the characters that XML can't hold, not even escaped."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
