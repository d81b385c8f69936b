"""Plug-ins found by entry point and in files; a broken one keeps its reason, and a file that is named is refused."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gpubench.errors import PluginError, UsageError
from gpubench.plugins import catalogue, find_backends, find_reports, find_workloads, load_target, refuse_broken

TOYS = Path(__file__).parent / "plugins" / "toy.py"
SHIPPED = {"matmul", "conv2d", "mnist_cnn_train", "noop", "dispatch", "copy"}

DECLARED = """
from __future__ import annotations
from dataclasses import dataclass
from gpubench.workload import Workload

@dataclass(frozen=True)
class Params:
    n: int = 1

def at(name):
    return Workload(name=name, sizes={"smoke": Params()}, axis="n", builders={}, summary="a test")
"""

Write = Callable[..., Path]
Install = Callable[..., None]


@pytest.fixture
def modules() -> Iterator[None]:
    """Forget the modules that a test's plug-ins brought."""
    before, path = set(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - before:
        if name.startswith(("gpubench_plugin_", "someones_")):
            del sys.modules[name]


@pytest.fixture
def write(tmp_path: Path, modules: None) -> Write:
    """Writes a plug-in file: what it needs to declare workloads, and the lines given."""

    def written(*lines: str, name: str = "plugin.py") -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(DECLARED + "\n".join(lines) + "\n", encoding="utf-8")
        return file

    return written


@pytest.fixture
def install(tmp_path: Path, modules: None, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a distribution with one module and one entry point to it."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def installed(distribution: str, group: str, entry: str, *lines: str) -> None:
        module = f"someones_{distribution}"
        (site / f"{module}.py").write_text(DECLARED + "\n".join(lines) + "\n", encoding="utf-8")
        info = site / f"{distribution}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[{group}]\n{entry} = {module}:it\n", encoding="utf-8")
        importlib.invalidate_caches()

    return installed


def test_what_ships_is_found_by_entry_point() -> None:
    found = catalogue()
    assert set(found.workloads) >= SHIPPED
    assert set(found.backends) >= {"torch", "tensorflow"}
    assert set(find_reports().plugins) >= {"html", "png"}
    assert found.broken == {}
    assert found.broken_in_words == ""
    assert found.workloads["matmul"].target == "gpubench_workloads.matmul:matmul"
    assert re.fullmatch(r"gpubench-suite \d.*", found.workloads["matmul"].origin)


def test_another_distributions_workload_is_found(install: Install) -> None:
    install("theirs", "gpubench.workloads", "anything", 'it = at("theirs")')
    plugin = find_workloads().plugins["theirs"]
    assert plugin.value.name == "theirs"
    assert (plugin.origin, plugin.target) == ("theirs 1.5", "someones_theirs:it")
    assert load_target(plugin.target) is plugin.value


def test_another_distributions_report_goes_by_the_name_of_its_entry(install: Install) -> None:
    install("pdf", "gpubench.reports", "paper", "def it(findings, folder): return []")
    assert find_reports().plugins["paper"].value("", "") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("raise RuntimeError('no such luck')", "RuntimeError: no such luck"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("it = 7", "TypeError: it is a int, not a Workload"),
        ("other = 7", "AttributeError: module 'someones_broken' has no attribute 'it'"),
        ("def f(:", "SyntaxError: "),
        ("import sys; sys.exit('use python -m')", "SystemExit: use python -m"),
    ],
)
def test_a_broken_distribution_keeps_its_reason_and_stops_nobody(line: str, reason: str, install: Install) -> None:
    install("broken", "gpubench.workloads", "wreck", line)
    install("theirs", "gpubench.workloads", "theirs", 'it = at("theirs")')
    found = find_workloads()
    assert set(found.plugins) >= SHIPPED | {"theirs"}
    (said,) = found.broken.items()
    assert said[0] == "wreck (broken 1.5, someones_broken:it)"
    assert said[1].startswith(reason)
    assert f"plug-in {said[0]} is broken: {reason}" in catalogue().broken_in_words


def test_a_file_declares_workloads_and_backends() -> None:
    found = catalogue([TOYS])
    assert set(found.workloads) >= {"doubling", *SHIPPED}
    assert found.workloads["doubling"].target == f"{TOYS}:doubling"
    assert found.backends["toy"].origin == str(TOYS)
    assert found.broken == {}


def test_a_file_may_use_dataclasses_whose_annotations_are_texts(write: Write) -> None:
    """The dataclass decorator looks its module up in sys.modules while it is still executed."""
    file = write('it = at("mine")', "@dataclass", "class More:", "    field: 'int' = 0")
    found = find_workloads([file])
    assert found.broken == {}
    assert found.plugins["mine"].value.sizes["smoke"].n == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def f(:", "SyntaxError: "),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("", "it declares no Workload, no Backend and no Renderer"),
    ],
)
def test_a_broken_file_keeps_its_reason_and_is_refused_by_it(line: str, reason: str, write: Write) -> None:
    broken, good = write(line, name="broken.py"), write('it = at("mine")', name="good.py")
    found = catalogue([broken, good])
    assert set(found.workloads) >= SHIPPED | {"mine"}
    assert set(found.broken) == {str(broken)}
    assert found.broken[str(broken)].startswith(reason)
    assert found.broken_in_words.startswith(f"plug-in {broken} is broken: {reason}")
    refuse_broken(found.broken, [good])
    with pytest.raises(PluginError, match=re.escape(f"--plugin {broken}: it can't be used: {reason}")) as refusal:
        refuse_broken(found.broken, [good, broken])
    assert refusal.value.exit_code == 2
    assert f"`gpubench check {broken}` shows the line" in refusal.value.hint


def test_a_distribution_that_is_broken_is_no_reason_to_refuse_a_file(install: Install, write: Write) -> None:
    install("broken", "gpubench.workloads", "wreck", "raise RuntimeError('no such luck')")
    good = write('it = at("mine")')
    refuse_broken(find_workloads([good]).broken, [good])


RENDERER = """
from gpubench import Renderer

def plain(findings, out, *, dpi=150):
    return [out / "plain.txt"]

it = Renderer("plain", plain)
"""


def test_a_report_in_a_file_goes_by_the_name_that_it_declares(write: Write) -> None:
    file = write(RENDERER)
    found = find_reports([file])
    assert found.broken == {}
    assert found.plugins["plain"].value(None, file.parent) == [file.parent / "plain.txt"]
    assert (found.plugins["plain"].target, found.plugins["plain"].origin) == (f"{file}:it", str(file))
    assert set(find_reports().plugins) == set(found.plugins) - {"plain"}
    assert catalogue([file]).broken == {}, "a file of reports alone is not broken for lack of workloads"


def test_an_entry_point_may_name_a_renderer_too(install: Install) -> None:
    install("pdf", "gpubench.reports", "paper", RENDERER)
    assert find_reports().plugins["paper"].value(None, Path("x")) == [Path("x/plain.txt")]


def test_a_file_may_not_take_the_name_of_a_report_that_ships(write: Write) -> None:
    with pytest.raises(PluginError, match=r"two plug-ins are called 'html': gpubench_reports\.html:render from "):
        find_reports([write(RENDERER.replace('"plain"', '"html"'))])


def test_a_broken_file_may_be_mended_and_loaded_again(write: Write) -> None:
    broken = write("1 / 0")
    assert str(broken) in find_workloads([broken]).broken
    mended = write("# mended", 'it = at("mine")')
    assert "mine" in find_workloads([mended]).plugins


def test_a_file_of_backends_alone_is_not_broken_for_lack_of_workloads(write: Write) -> None:
    file = write("from dataclasses import replace", "from gpubench.plugins import load_target",
                 f"mine = replace(load_target({str(TOYS)!r} + ':toy'), name='mine')")  # fmt: skip
    assert find_workloads([file]).broken == {}
    assert find_backends([file]).plugins["mine"].target == f"{file}:mine"


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"--plugin {tmp_path}/none\.py: there is no such file"):
        find_workloads([tmp_path / "none.py"])
    with pytest.raises(UsageError, match="there is no such file"):
        find_backends([tmp_path])


def test_what_is_no_python_file_keeps_its_reason(write: Write) -> None:
    file = write(name="notes.txt")
    assert find_workloads([file]).broken == {str(file): f"ImportError: {file} is no Python file"}


def test_two_workloads_of_one_name_are_refused_with_both_origins(write: Write) -> None:
    first, second = write('it = at("mine")', name="first.py"), write('that = at("mine")', name="second.py")
    with pytest.raises(PluginError, match=r"^two plug-ins are called 'mine': ") as refusal:
        find_workloads([first, second])
    assert f"{first}:it from {first}, and {second}:that from {second}" in refusal.value.message
    assert refusal.value.exit_code == 2


def test_a_file_may_not_take_the_name_of_what_ships(write: Write) -> None:
    file = write('it = at("matmul")')
    with pytest.raises(PluginError, match=r"gpubench_workloads\.matmul:matmul from gpubench-suite .*plugin\.py:it"):
        find_workloads([file])


def test_two_distributions_of_one_name_are_refused(install: Install) -> None:
    install("one", "gpubench.workloads", "a", 'it = at("theirs")')
    install("two", "gpubench.workloads", "b", 'it = at("theirs")')
    with pytest.raises(PluginError, match=r"someones_(one|two):it from \1 1\.5, and someones_(?!\1)\w+:it from "):
        find_workloads()


def test_a_file_may_import_a_workload_to_build_on_it(write: Write) -> None:
    file = write("from dataclasses import replace", "from gpubench_workloads.matmul import matmul",
                 'mine = replace(matmul, name="mine")', "also = mine")  # fmt: skip
    found = find_workloads([file])
    assert found.plugins["matmul"].target == "gpubench_workloads.matmul:matmul"
    assert found.plugins["mine"].target == f"{file}:mine"


def test_a_file_that_is_named_twice_is_one_module(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write('it = at("mine")')
    monkeypatch.chdir(file.parent)
    first = find_workloads([file, Path(file.name)]).plugins["mine"]
    assert find_workloads([file]).plugins["mine"].value is first.value
    assert load_target(first.target) is first.value


def test_files_of_one_name_in_two_folders_are_two_modules(write: Write) -> None:
    first, second = write('it = at("one")', name="a/mine.py"), write('it = at("two")', name="b/mine.py")
    found = find_workloads([first, second]).plugins
    assert (found["one"].value.name, found["two"].value.name) == ("one", "two")
    assert load_target(f"{second}:it").name == "two"


def test_what_a_target_raises_comes_through(write: Write) -> None:
    with pytest.raises(ZeroDivisionError):
        load_target(f"{write('1 / 0')}:it")
    with pytest.raises(AttributeError):
        load_target("gpubench_workloads.matmul:nothing")


NEWER = 'GPUBENCH_INTERFACE = "1.999"'
REFUSED = "it is written for interface 1.999 of gpubench, and this one serves 1.0: update gpubench-suite"


@pytest.mark.parametrize("line", ['it = at("mine")', "import no_such_module", "it = at('mine', colour='red')"])
def test_a_file_for_another_interface_is_refused_whatever_else_is_wrong_with_it(line: str, write: Write) -> None:
    """What it uses of a newer interface fails here; that is no reason of its own."""
    file = write(NEWER, line)
    assert catalogue([file]).broken == {str(file): REFUSED}


@pytest.mark.parametrize("line", ['it = at("theirs")', "import no_such_module"])
def test_a_distribution_for_another_interface_is_refused_by_every_group(line: str, install: Install) -> None:
    install("newer", "gpubench.workloads", "a", NEWER, line)
    assert find_workloads().broken == {"a (newer 1.5, someones_newer:it)": REFUSED}
    install("report", "gpubench.reports", "b", NEWER, "def it(findings, out): return []")
    assert find_reports().broken == {"b (report 1.5, someones_report:it)": REFUSED}


def test_a_package_says_it_for_its_modules_and_a_module_knows_better(tmp_path: Path, modules: None) -> None:
    (tmp_path / "someones").mkdir()
    (tmp_path / "someones" / "__init__.py").write_text(NEWER)
    for name, more in (("plain", ""), ("better", 'GPUBENCH_INTERFACE = "1.0"')):
        (tmp_path / "someones" / f"{name}.py").write_text(f"{DECLARED}\n{more}\nit = at('{name}')\n")
    files = [tmp_path / "someones" / f"{name}.py" for name in ("plain", "better")]
    found = find_workloads(files)
    assert found.broken == {str(files[0]): REFUSED}
    assert "better" in found.plugins


def test_an_interface_that_is_no_version_is_refused(write: Write) -> None:
    file = write("GPUBENCH_INTERFACE = 1", 'it = at("mine")')
    assert catalogue([file]).broken[str(file)].startswith("GPUBENCH_INTERFACE = 1: a version is expected")
