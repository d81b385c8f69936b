"""A plug-in file with what lies beside it: siblings, packages, namesakes; here, in a worker, in another interpreter."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gpubench.cli.main import exit_code
from gpubench.pluginfile import module_of
from gpubench.results.results import load

TOY = Path(__file__).parent / "plugins" / "toy.py"

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Leave no module and no path of a test's plug-ins behind."""
    modules, path = set(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith(("gpubench_plugin_", "beside_", "pack")):
            del sys.modules[name]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file below the test's folder."""

    def written(name: str, *lines: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return written


def loaded_elsewhere(file: Path) -> str:
    """What `x` of a file is to another process."""
    code = f"from gpubench.plugins import load_target; print(load_target({f'{file}:x'!r}))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    return done.stdout or done.stderr


@pytest.mark.parametrize(
    "line", ["from .beside_a import x", "from beside_a import x", "import beside_a; x = beside_a.x"]
)
def test_a_file_beside_is_found_by_a_relative_and_by_a_plain_import(line: str, write: Write) -> None:
    write("beside_a.py", "x = 7")
    assert module_of(write("plug.py", line)).x == 7


def test_an_import_within_a_function_is_found_later(write: Write) -> None:
    write("beside_late.py", "x = 7")
    assert module_of(write("plug.py", "def build():", "    from .beside_late import x", "    return x")).build() == 7


def test_a_file_in_a_package_reaches_the_whole_of_it(write: Write) -> None:
    write("pack/__init__.py", "top = 1")
    write("pack/deep/__init__.py")
    write("pack/other.py", "from . import top", "x = top + 1")
    file = write("pack/deep/plug.py", "from .. import top", "from ..other import x", "from .near import y")
    write("pack/deep/near.py", "y = 3")
    module = module_of(file)
    assert (module.top, module.x, module.y) == (1, 2, 3)


def test_the_init_file_of_a_package_can_be_the_plug_in(write: Write) -> None:
    write("pack/other.py", "x = 7")
    file = write("pack/__init__.py", "from .other import x")
    module = module_of(file)
    assert module.x == 7
    assert module_of(file.with_name("other.py")).__package__ == module.__name__
    assert [name for name in sys.modules if name.endswith("__init__")] == []


def test_what_is_installed_comes_before_a_file_beside(write: Write) -> None:
    for name in ("iniconfig", "wave"):  # one of an installed package, one of Python's own
        write(f"{name}.py", "raise RuntimeError('hidden')")
    assert loaded_elsewhere(write("plug.py", "import iniconfig, wave", "x = 7")) == "7\n"


def test_a_namesake_beside_another_plug_in_is_refused_with_what_to_write(write: Write) -> None:
    write("one/beside_same.py", "x = 1")
    write("two/beside_same.py", "x = 2")
    assert module_of(write("one/plug.py", "import beside_same")).beside_same.x == 1
    with pytest.raises(
        ImportError, match=r"imports beside_same, and got .*/one/beside_same\.py, .*: write `from \. import"
    ):
        module_of(write("two/plug.py", "def late():", "    import beside_same"))
    relative = module_of(write("two/relative.py", "from . import beside_same"))
    assert relative.beside_same.x == 2


@pytest.mark.parametrize("name", ["my-plug.py", "my.plug.py", "zwölf.py"])
def test_a_file_may_have_a_name_that_can_not_be_imported(name: str, write: Write) -> None:
    write("beside_b.py", "x = 7")
    assert module_of(write(name, "from .beside_b import x")).x == 7


def test_a_plug_in_in_parts_runs_in_a_worker_and_in_another_interpreter(write: Write, tmp_path: Path) -> None:
    """The parent, the worker, and the worker of a foreign interpreter each load the file from where it lies."""
    write("parts/beside_toy.py", TOY.read_text(encoding="utf-8"))
    plug = write("parts/plug.py", "from .beside_toy import doubling, toy", "import beside_toy")
    python = write("python", "#!/bin/sh", f'exec "{sys.executable}" "$@"')
    python.chmod(0o755)
    common = ["run", "doubling", "--plugin", str(plug), "-b", "toy", "-d", "cpu", "-s", "smoke", "--no-report", "-q"]
    for name, more in (("here", []), ("there", ["--python", f"toy={python}"])):
        out = tmp_path / name
        code = exit_code([*common, "--launches", "1", "--max-time", "0.02", "--out", str(out), *more])
        assert code == 0
        assert {launch.status for launch in load(out).launch_records} == {"ok"}


def test_a_target_is_loaded_in_a_process_of_its_own(write: Write) -> None:
    write("pack/__init__.py")
    write("pack/beside_c.py", "x = 7")
    file = write("pack/plug.py", "from .beside_c import x")
    assert loaded_elsewhere(file) == "7\n"
