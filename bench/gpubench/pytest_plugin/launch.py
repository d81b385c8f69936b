"""One launch: a test in a fresh process of pytest, which sees its device alone, and what that process reported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gpubench.machine.environment import FALSIFYING
from gpubench.pytest_plugin.launched import Order
from gpubench.selection import DEFAULT_TIMEOUT_S

_TAIL = 2000


@dataclass(frozen=True)
class Answer:
    """What became of a launch. status: one of a record's. measured: what the process measured, where it did."""

    status: str
    reason: str
    reports: tuple[pytest.TestReport, ...]
    measured: Mapping[str, Any] = field(default_factory=dict)


def launched(item: pytest.Item, order: Order, environment: Mapping[str, str]) -> Answer:
    """Run one launch of a test to its end. environment: what must be set before its framework is imported."""
    with tempfile.TemporaryDirectory(prefix="gpubench-launch-", ignore_cleanup_errors=True) as scratch:
        file = Path(scratch) / "answer.json"
        own = {name: value for name, value in os.environ.items() if name not in FALSIFYING}
        try:
            done = subprocess.run(
                _command(item, replace(order, answer=str(file)), scratch), cwd=item.config.invocation_params.dir,
                env={**own, **environment, "TMPDIR": scratch}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=DEFAULT_TIMEOUT_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return _broken(item, "timeout", f"no answer within {DEFAULT_TIMEOUT_S:g} s: the launch was killed")
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if not told.get("reports"):
        said = done.stdout.decode(errors="replace")[-_TAIL:]
        return _broken(item, "crashed", f"the process of the launch ended with {done.returncode}: {said}")
    reports = tuple(_loaded(item, data) for data in told["reports"])
    return Answer(*_outcome(reports, told["measured"]), reports, told["measured"])


def _loaded(item: pytest.Item, data: dict[str, Any]) -> pytest.TestReport:
    if isinstance(data["longrepr"], list):  # JSON has no tuples, which pytest takes a skip's reason for
        data["longrepr"] = tuple(data["longrepr"])
    report: pytest.TestReport = item.config.hook.pytest_report_from_serializable(config=item.config, data=data)
    return report


def _command(item: pytest.Item, order: Order, scratch: str) -> list[str]:
    """The options that were typed, and one test in place of what was to be collected."""
    config = item.config
    options = [str(word) for word in config.invocation_params.args if word not in config.args]
    test = f"{item.path}::{item.nodeid.partition('::')[2]}"
    plugins = {"benchmark": ["--benchmark-disable"], "cacheprovider": ["-o", f"cache_dir={scratch}"]}
    quiet = [word for name, words in plugins.items() if config.pluginmanager.hasplugin(name) for word in words]
    own = ["--gpubench-launch", order.text(), *quiet]
    return [sys.executable, "-m", "pytest", *options, *own, test]


def _outcome(reports: tuple[pytest.TestReport, ...], measured: Mapping[str, Any]) -> tuple[str, str]:
    for report in reports:
        if report.failed:
            if measured.get("status", "ok") != "ok":
                return measured["status"], measured["reason"]
            return "failed", f"{report.when}: {_message(report)}"
        if report.skipped:
            return "skipped", report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return "ok", ""


def _message(report: pytest.TestReport) -> str:
    """The line that pytest's own summary shows of a failure."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message) if crash is not None else report.longreprtext
    return text.strip().partition("\n")[0]


def _broken(item: pytest.Item, status: str, reason: str) -> Answer:
    return Answer(status, reason, (_report(item, "failed", f"{status}: {reason}"),))


def given_up(item: pytest.Item, reason: str) -> pytest.TestReport:
    """The report of a launch that isn't made."""
    place, line, _ = item.location
    return _report(item, "skipped", (place, line or 0, f"Skipped: {reason}"))


def _report(item: pytest.Item, outcome: Any, said: Any) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, outcome, said, "call" if outcome == "failed" else "setup")
