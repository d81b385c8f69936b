"""The answers of a run in plain words: for each workload one case that speaks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gpubench.analysis.case import device_in_words, the_device
from gpubench.analysis.crossover import Crossover
from gpubench.analysis.doubt import doubts, grave
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.headline import headline_cells
from gpubench.analysis.measured import Measured, ratio_of
from gpubench.analysis.numeral import share, times
from gpubench.analysis.quantity import seconds
from gpubench.analysis.ratio import Answer, Ratio
from gpubench.analysis.side_by_side import Level, SideBySide
from gpubench.analysis.speedup import BASE, Speedup
from gpubench.analysis.transfer import Transfer
from gpubench.analysis.untold import untold, untold_by
from gpubench.results.flags import DISPATCH_BOUND

MOST = 6
"""So many are read."""
_MOST_LEVELS = 2


@dataclass(frozen=True)
class Statement:
    """figure: a number with its unit (`14.2×`). interval: `[13.8–14.7]` or empty. words: what the figure says.

    sentence: all three as one.
    """

    figure: str
    interval: str
    words: str
    sentence: str


@dataclass(frozen=True)
class Note:
    """A further sentence. doubt: the grave flags that it bears for cells of other cases; empty without any."""

    text: str
    doubt: str = ""

    @property
    def sentence(self) -> str:
        """With its flags behind it."""
        return f"{self.text} (flagged: {self.doubt})" if self.doubt else self.text


@dataclass(frozen=True)
class Verdict:
    """What one case says.

    subject: the case in words. about: what its workload is, as its author says it. notes: further sentences (a
    crossover). flagged: the grave flags of the cells that its figures rest on, in words; empty without any.
    cells: those of the case that it speaks of; none where it is of many cases.
    """

    subject: str
    statements: tuple[Statement, ...]
    notes: tuple[Note, ...] = ()
    flagged: str = ""
    about: str = ""
    cells: tuple[Measured, ...] = ()

    @property
    def sentence(self) -> str:
        """All of it as one line of text."""
        flagged = [f"flagged: {self.flagged}"] if self.flagged else []
        said = [one.sentence for one in self.statements] + [note.sentence for note in self.notes]
        return f"{self.subject}: {'; '.join(said + flagged)}"


def verdicts(
    cells: Sequence[Measured],
    speedups: Sequence[Speedup],
    frameworks: Sequence[FrameworkRatio],
    crossovers: Sequence[Crossover],
    transfers: Sequence[Transfer],
    beside: SideBySide | None,
    summaries: Mapping[str, str],
) -> tuple[Verdict, ...]:
    """Machines side by side; of each workload's headline case speed-ups, one backend against another, bare times.

    summaries: workload, to what it is. Where an accelerator was measured, backends are compared there only. The first
    `MOST` are for the top of a report.
    """
    first: list[Verdict] = []
    second: list[Verdict] = []
    third: list[Verdict] = []
    for members in headline_cells(cells):
        about = summaries.get(members[0].case.workload, "")
        own = {id(cell) for cell in members}
        over_cpu = [one for one in speedups if id(one.subject) in own]
        between = [one for one in frameworks if id(one.left) in own and id(one.right) in own]
        if over_cpu:
            first.append(replace(_of_speedups(over_cpu, crossovers, transfers, cells), about=about))
            between = [one for one in between if one.left.kind != BASE]
        second += [replace(_of_frameworks(one, cells), about=about) for one in between]
        if not over_cpu and not between:
            third += [replace(_of_cell(cell, cells), about=about) for cell in members]
    machines = [_of_level(one) for one in beside.levels if one.mean.ratio is not None] if beside else []
    return (*machines[:_MOST_LEVELS], *first, *second, *third)


def _of_level(one: Level) -> Verdict:
    ratio, (base, machine) = one.mean.ratio, one.models
    assert ratio is not None
    where = f" in the geometric mean of {one.mean.cells} {'cell' if one.mean.cells == 1 else 'cells'}"
    said = statement(ratio, one.machine.words, one.base.words, where)
    models = f"{one.base.title}: {base or 'model not known'}; {one.machine.title}: {machine or 'model not known'}"
    notes = (Note(models), *_versions(one), *_telling(one))
    return Verdict(f"What both measured, on {the_device(one.kind)}", (said,), notes, doubts(one.cells))


def _versions(one: Level) -> Iterator[Note]:
    """Of a backend whose versions differ: then not the machines alone are compared."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for cell in one.cells:
        found[cell.backend][cell.machine].add(cell.backend_version)
    for backend, machines in found.items():
        base, other = (", ".join(sorted(machines[machine.name])) for machine in (one.base, one.machine))
        if base != other:
            yield Note(f"{one.base.title} with {backend} {base}, {one.machine.title} with {backend} {other}")


def _telling(one: Level) -> Iterator[Note]:
    """How many of the cells tell a difference by themselves, where not all do."""
    if one.told < one.mean.cells:
        yield Note(f"{one.told} of the {one.mean.cells} cells tell{'s' if one.told == 1 else ''} a difference")


def _of_speedups(
    found: Sequence[Speedup],
    crossovers: Sequence[Crossover],
    transfers: Sequence[Transfer],
    cells: Sequence[Measured],
) -> Verdict:
    several = len({one.subject.device for one in found}) > 1
    statements = tuple(_speedup(one, several) for one in found)
    curves = {_curve(one.subject) for one in found}
    crossed = tuple(
        Note(f"{one.example.backend}{_in(one.example)}: {one.words}", grave(one.cells))
        for one in crossovers
        if _curve(one.example) in curves
    )
    own = {id(one.subject) for one in found}
    moved = [one for one in transfers if id(one.resident) in own]
    notes = (
        *_waiting([one.subject for one in found], cells, several), *crossed, *(_transfer(one, several) for one in moved)
    )  # fmt: skip
    rests_on = [side for one in found for side in (one.base, one.subject)]
    rests_on += [one.host for one in moved] + [one.whole.base for one in moved if one.whole is not None]
    return Verdict(
        found[0].subject.case.words, statements, notes, doubts(rests_on, several),
        cells=tuple(side for one in found for side in (one.base, one.subject)),
    )  # fmt: skip


def _curve(cell: Measured) -> object:
    return (cell.machine, cell.run, cell.case.family, cell.how, cell.device)


def _speedup(one: Speedup, several: bool) -> Statement:
    device, base = device_in_words(one.subject.device, several), device_in_words(one.base.device)
    return statement(one.ratio, device, base, f" under {one.subject.how}{_in(one.subject)}")


def _waiting(own: Sequence[Measured], cells: Sequence[Measured], several: bool = False) -> tuple[Note, ...]:
    """Of steps that are issued more slowly than an accelerator works, and what another mode takes that is faster."""
    return tuple(
        Note(f"{cell.how}{_in(cell)}: {the_device(cell.device, several)} waits for Python{_instead(cell, cells)}")
        for cell in own
        if DISPATCH_BOUND in cell.flags
    )


def _instead(cell: Measured, cells: Sequence[Measured]) -> str:
    same = (cell.run, cell.case, cell.backend, cell.device, cell.threads)
    others = {
        ratio_of(cell, one).value: one
        for one in cells
        if one.mode != cell.mode
        and same == (one.run, one.case, one.backend, one.device, one.threads)
        and ratio_of(cell, one).answer in (Answer.FASTER, Answer.NO_INTERVAL)
    }
    if not others or max(others) <= 1:
        return ", and could work faster"
    best = others[max(others)]
    return f"; as {best.mode} a step takes {seconds(best.step).text}"


def _transfer(one: Transfer, several: bool) -> Note:
    """What the copies to and from a device cost, and whether it is still the faster with them."""
    device = one.resident.device
    where = f"{one.resident.how}{_in(one.resident)}: "
    part = " ".join(filter(None, share(one.share)))
    taken = f"the copies to and from {the_device(device, several)} take {part} of a step with them"
    if one.whole is None:
        return Note(where + taken)
    base = device_in_words(one.whole.base.device)
    sentence = statement(one.whole.ratio, device_in_words(device, several), base, " with its transfers").sentence
    if one.decides:
        sentence = f"{the_device(device, several)} wins only without its transfers: {sentence}"
    return Note(f"{where}{sentence}; {taken}")


def _of_frameworks(one: FrameworkRatio, cells: Sequence[Measured]) -> Verdict:
    words = statement(one.ratio, one.name_of(one.left), one.name_of(one.right), _in(one.left))
    subject = f"{one.left.case.words}, on {the_device(one.left.device)}"
    sides = [one.left, one.right]
    return Verdict(subject, (words,), _waiting(sides, cells), doubts(sides), cells=tuple(sides))


def _of_cell(cell: Measured, cells: Sequence[Measured]) -> Verdict:
    step, words = seconds(cell.step), f"a step under {cell.how}{_in(cell)}"
    said = Statement(step.text, step.interval, words, f"{step.whole} {words}")
    subject = f"{cell.case.words}, on {the_device(cell.device)}"
    return Verdict(subject, (said,), _waiting([cell], cells), doubts([cell]), cells=(cell,))


def statement(ratio: Ratio, subject: str, base: str, where: str) -> Statement:
    """A ratio in words, from the side of the faster, where a difference is told.

    where: what both sides have in common, with a space before it, or nothing.
    """
    if ratio.value < 1:
        ratio, subject, base = ratio.inverse, base, subject
    figure, bounds = times(ratio)
    said = " ".join(filter(None, (figure, bounds)))
    if ratio.untold:
        words = f"speed of {subject} over {base}{where}"
        sentence = f"{words}: {untold(ratio)} ({said})"
        return Statement("No difference told", said, f"{words}, {untold_by(ratio)}", sentence)
    note = f" ({_launches(ratio.launches)}: no interval)" if ratio.answer is Answer.NO_INTERVAL else ""
    than = f"than {base}{where}{note}"
    faster = " ".join(filter(None, (figure, "faster", bounds, than)))
    return Statement(figure, bounds, f"{subject} faster {than}", f"{subject} {faster}")


def _launches(count: int) -> str:
    return "1 launch" if count == 1 else f"{count} launches"


def _in(cell: Measured) -> str:
    return f" in run {cell.run}" if cell.run else ""
