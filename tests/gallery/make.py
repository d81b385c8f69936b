"""The gallery: screenshots of real reports, and `docs/gallery.md` that shows them.

    python tests/gallery/make.py                       measures two runs here: 15 minutes, on a quiet machine
    python tests/gallery/make.py --cpu RUN             shows a run that was measured before
    python tests/gallery/make.py --gpu RUN             shows a run of a machine with a GPU as well, and first

One report is of a run on this machine's CPU, another of a run on the simulated device of tests/cuda/simulation, which
shows what a report with an accelerator looks like and says everywhere that there was none. No picture names a folder of
whoever measured: a run whose report does is refused. Needs Chromium.
"""

from __future__ import annotations

import argparse
import io
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

import gpubench
from gpubench.analysis.findings import Findings
from gpubench_reports.page import title

ROOT = Path(__file__).parents[2]
SIMULATION = "tests/cuda/simulation/plugin.py"
"""From the root: the report names it."""
MOST_BYTES = 1_500_000
"""Of all pictures together: they are kept in git."""
_COLOURS = 192
_FOLDER = re.compile(r"(?<![\w.~/])/[\w.][\w./-]*")
"""A path from the file system's root; no unit (`images/s`), and no part of a relative path."""
_HERE = ["--preset", "quick", "--device", "cpu"]
_SIMULATED = [
    "matmul-simulated", "mnist_cnn_train-simulated", "dispatch-simulated", "copy-simulated", "--preset", "quick",
    "--plugin", SIMULATION, "--backend", "torch-simulated",
]  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """One screenshot. at: the section to begin with, or nothing for the page's top. scale: dots a pixel."""

    name: str
    words: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    at: str = ""
    scale: float = 1


SHOTS = (
    Shot("light", "The top of the page", 1280, 1100),
    Shot("dark", "Its charts, on a dark desktop", 1280, 1100, "dark", "#growth"),
    Shot("phone", "The top of the page on a telephone", 390, 844, scale=1.5),
)


@dataclass(frozen=True)
class Exhibit:
    """A run on show. about: what it is, in words that stand above its pictures."""

    name: str
    heading: str
    about: str
    run: Path
    findings: Findings


def exhibits(cpu: Path, simulated: Path, gpu: Path | None = None) -> list[Exhibit]:
    """The runs, a GPU's first. Raises ValueError where one could be taken for what it is not, or names a folder."""
    shown = [] if gpu is None else [_on_gpu(gpu)]
    on_cpu, on_none = gpubench.findings(cpu), gpubench.findings(simulated)
    if set(on_cpu.devices) != {"cpu"}:
        raise ValueError(f"{cpu} is to be a run on a CPU alone, and has {', '.join(on_cpu.devices) or 'no cell'}")
    if not any(device.startswith("simulated") for device in on_none.devices):
        raise ValueError(f"{simulated} is to be a run on the simulated device, and has {', '.join(on_none.devices)}")
    real = "A run of a machine without a GPU, by the command that stands beneath."
    none = (
        "**No GPU was measured here.** The accelerator is a simulation on the CPU that this project's tests use, and "
        "no time in it says anything of a GPU. It shows what a report with an accelerator looks like."
    )
    shown.append(Exhibit("cpu", "On a CPU", real, cpu, on_cpu))
    shown.append(Exhibit("simulated", "On a simulated device, not on a GPU", none, simulated, on_none))
    for one in shown:
        _refuse_folders(one)
    return shown


def _on_gpu(run: Path) -> Exhibit:
    findings = gpubench.findings(run)
    models = [model for one in findings.runs for device, model in one.devices if device.startswith("cuda") and model]
    if not models:
        raise ValueError(f"{run} is to be a run on a GPU, and has {', '.join(findings.devices) or 'no cell'}")
    about = "A run of a machine with this GPU, by the command that stands beneath."
    return Exhibit("gpu", f"On a GPU: {' and '.join(dict.fromkeys(models))}", about, run, findings)


def _refuse_folders(one: Exhibit) -> None:
    """What stands at the top of a page is photographed, and a picture can't be mended."""
    for caveat in one.findings.caveats:
        found = _FOLDER.search(f"{caveat.text} {caveat.next}")
        if found:
            raise ValueError(
                f"the report of {one.run} names the folder {found[0]}: measure again in the repository's root, with "
                "the names of files from there"
            )


def shoot(browser: Browser, page: Path, shot: Shot) -> bytes:
    """A report as a reader sees it, as PNG of few colours. Without motion: the page would still be on its way."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme, offline=True,
        device_scale_factor=shot.scale, reduced_motion="reduce",
    )  # fmt: skip
    opened = context.new_page()
    opened.goto(page.as_uri() + shot.at)
    taken = opened.screenshot()
    context.close()
    small = io.BytesIO()
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(_COLOURS).save(small, "PNG", optimize=True)
    return small.getvalue()


def text(shown: Sequence[Exhibit], folder: str) -> str:
    """The page `gallery.md`, whose pictures lie in `folder` beside it."""
    return "\n\n".join(("# What reports look like", "Written by `nox -s gallery`.", *_sections(shown, folder))) + "\n"


def _sections(shown: Sequence[Exhibit], folder: str) -> Iterator[str]:
    for one in shown:
        (run,) = one.findings.runs
        yield f"## {one.heading}"
        yield one.about
        yield f"```sh\n{_FOLDER.sub(lambda found: Path(found[0]).name, shlex.join(run.command))}\n```"
        yield f"{title(one.findings)}; {run.cells} cells; {run.created[:10]}."
        for shot in SHOTS:
            words = f"{shot.words}: {one.heading[0].lower()}{one.heading[1:]}"
            yield f"![{words}]({folder}/{one.name}-{shot.name}.png)"


def make(shown: Sequence[Exhibit], docs: Path, scratch: Path) -> None:
    """Write `gallery.md` and `gallery/*.png`, and remove pictures of before. Raises ValueError for large pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise ValueError("there is no chromium on the PATH: apt-get install chromium")
    pictures = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for one in shown:
            (page,) = gpubench.report(one.run, scratch / one.name, formats=["html"])
            for shot in SHOTS:
                pictures[f"{one.name}-{shot.name}.png"] = shoot(browser, page.resolve(), shot)
        browser.close()
    size = sum(map(len, pictures.values()))
    if size > MOST_BYTES:
        raise ValueError(f"the pictures are {size:,} bytes together, and at most {MOST_BYTES:,} are kept in git")
    (docs / "gallery").mkdir(parents=True, exist_ok=True)
    for old in (docs / "gallery").glob("*.png"):
        old.unlink()
    for name, data in pictures.items():
        (docs / "gallery" / name).write_bytes(data)
    (docs / "gallery.md").write_text(text(shown, "gallery"), encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu", type=Path, metavar="RUN", help="a run on a CPU; default: the preset `quick`, here")
    parser.add_argument("--simulated", type=Path, metavar="RUN", help="one on the simulated device; default: here, too")
    parser.add_argument("--gpu", type=Path, metavar="RUN", help="one of a machine with a GPU; default: none is shown")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", metavar="DIR", help="where gallery.md goes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpubench-gallery-") as folder:
        scratch = Path(folder)
        cpu = given.cpu or _measured(_HERE, scratch / "cpu-run")
        simulated = given.simulated or _measured(_SIMULATED, scratch / "simulated-run")
        try:
            make(exhibits(cpu, simulated, given.gpu), given.docs, scratch)
        except ValueError as error:
            sys.exit(str(error))


def _measured(arguments: Sequence[str], out: Path) -> Path:
    """By the command that the gallery shows, from the root. A cell that failed is shown as well."""
    command = [sys.executable, "-m", "gpubench", "run", *arguments, "--no-report", "--out", str(out)]
    done = subprocess.run(command, check=False, cwd=ROOT)
    if done.returncode not in (0, 3):
        sys.exit(done.returncode)
    return out


if __name__ == "__main__":
    main()
