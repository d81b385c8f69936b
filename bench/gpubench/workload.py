"""What the author of a workload meets: the declared value, its parameters, and the step that is timed.

Importing this module imports NumPy and the standard library, never a framework: a workload is declared at
module level and a framework is imported inside its builder only.

The way of one cell through these types, inside a worker:

    params = workload.params(size)                  a frozen dataclass of the workload's own
    inputs = params.inputs(rng)                     seeded host arrays, float64
    step   = builder(params, inputs, session)       set-up happens here, outside every clock
    output = step.call(*placed feeds)               the timed work, and nothing else
    params.check(seen inputs, observed)             errors against the float64 reference
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from gpubench.errors import UsageError

Array = NDArray[Any]
Arrays = Mapping[str, Array]

PRECISIONS = ("float32", "tf32", "float64", "bfloat16", "float16")
"""Every precision the harness knows; `float32` is strict, `tf32` is NVIDIA's reduced product."""

DATA = ("resident", "host")
"""Where a step's data starts: on the device already, or in host memory with its result brought back."""


@dataclass(frozen=True)
class Work:
    """What one call of the step does, by closed formula, whatever the implementation really executes.

    flops: floating-point operations, a multiply-add counted as two; 0 where the notion is empty.
    bytes: the least traffic to memory at the precision's width: operands read once, results written once.
    items: what a user counts (images, rows, calls).
    """

    flops: float
    bytes: float
    items: float


@dataclass(frozen=True)
class Inputs:
    """Host arrays in float64 or integers, in the reference's layout.

    data: what arrives with every call (placed by the worker, and copied each call under `data=host`).
    weights: what lives on the device from the start and never travels (a network's parameters).
    """

    data: Arrays = field(default_factory=dict)
    weights: Arrays = field(default_factory=dict)


@dataclass(frozen=True)
class Observed:
    """What a step showed while it was checked.

    calls: one mapping of arrays per checked call, in order, as `Step.observe` returned them.
    facts: the step's own `facts`.
    unit: unit round-off of the compute type (2^-24 for float32 and tf32's accumulation apart, see `Session.unit`).
    """

    calls: tuple[Arrays, ...]
    facts: Mapping[str, str]
    unit: float


def _nothing_observed(_: object) -> Arrays:
    return {}


@dataclass(frozen=True)
class Step:
    """What a builder returns. Only `call` is ever inside the clock.

    call: takes the placed feeds in order, does the work, and returns *everything* that was computed:
        a compiler may delete what is not returned. It must not wait for the device.
    feeds: HOST arrays in the framework's own layout (a convolution's NCHW, say); empty only for steps without data.
    observe: outputs (and weights, where the step changes them) as float64 or int64 arrays in the reference's layout.
    state: the framework's tensors that `call` changes in place (weights, optimiser slots); copied after the
        check and restored before each block, outside the clock.
    facts: what the reference must follow and the record should tell ("adam": "epsilon-hat").
    """

    call: Callable[..., Any]
    feeds: tuple[Array, ...] = ()
    observe: Callable[[Any], Arrays] = _nothing_observed
    state: Callable[[], Sequence[Any]] = tuple
    facts: Mapping[str, str] = field(default_factory=dict)


class Params(Protocol):
    """A frozen dataclass of a workload's parameters; every field is an int, a float, a bool or a str.

    A field declared with `field(compare=False)` is no part of a cell's identity (a path to data, say). One
    declared with `field(metadata={"name": "pass"})` is called so on the command line and in results.
    A value that makes no sense is refused in `__post_init__` with a ValueError that says what is expected.
    """

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """Seeded host arrays; the same generator state gives the same arrays on every machine."""
        ...

    def work(self, width: int, /) -> Work:
        """The work of one call, with `width` bytes an element."""
        ...

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        """Errors by name, each largest |error| over the reference's root mean square or as documented.

        `inputs` are rounded as the device sees them: data to the compute type, weights to theirs.
        """
        ...

    def tolerance(self, unit: float, /) -> float:
        """The largest error that a right implementation may show at this unit round-off."""
        ...


P = TypeVar("P", bound=Params)
P_contra = TypeVar("P_contra", contravariant=True)
S_contra = TypeVar("S_contra", contravariant=True)


class Builder(Protocol[P_contra, S_contra]):
    """Builds a step for one backend; its body is set-up and is never timed.

    Raises `gpubench.errors.Unsupported` where the cell has no meaning for the backend.
    """

    def __call__(self, params: P_contra, inputs: Inputs, session: S_contra, /) -> Step: ...


@dataclass(frozen=True)
class Grid:
    """A product of sizes and parameter values that a preset measures.

    An empty `params`, `precisions` or `modes` means the default of the workload or of each backend.
    A value that does not apply to a backend plans no cell for it.
    accelerated: on accelerators only, for work that takes a CPU too long, or says nothing about one.
    """

    sizes: tuple[str, ...]
    params: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    precisions: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    accelerated: bool = False


@dataclass(frozen=True)
class Workload(Generic[P]):
    """A declared piece of deep-learning work.

    name: what users type. version: raised when the work changes, so that old results are not compared.
    sizes: name to parameters; at least `smoke` (well under a second on any CPU), `small`, `medium`, `large`.
    axis: the parameter that grows, so that a crossover can be drawn.
    builders: backend name to builder; a backend without one gives a skipped cell with its reason.
    summary: one line for `gpubench list`.
    item: what `Work.items` counts, in the singular ("image").
    presets: preset name to grids, for a workload that does not follow the harness's default.
    limits: backend name to the values of a parameter that it has ("style": ("raw",)); others plan no cell.
    precisions, data: what has a meaning for this workload.
    checked_calls: how many calls in a row the check observes.
    recipe: the small twin of a parameter set that is checked in float64 before it is measured in a narrower
        type, for work whose faults rounding would hide (training); None where the check at the measured
        precision is enough.
    recipe_tolerance: largest error of the recipe.
    flops_are_floor: whether every right implementation does at least the operations that `work` counts. A rate above
        the device's theoretical peak is then refused; elsewhere it is flagged: a convolution may multiply less.
    with_data: parameters bound to a folder of the user's data (`--data-dir`); None where it has no such thing.
        Raises UsageError when the folder holds nothing usable.
    """

    name: str
    sizes: Mapping[str, P]
    axis: str
    builders: Mapping[str, Builder[P, Any]]
    summary: str
    item: str = "item"
    version: int = 1
    presets: Mapping[str, tuple[Grid, ...]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    precisions: tuple[str, ...] = PRECISIONS
    data: tuple[str, ...] = DATA
    checked_calls: int = 1
    recipe: Callable[[P], P] | None = None
    recipe_tolerance: float = 1e-10
    flops_are_floor: bool = False
    with_data: Callable[[P, str], P] | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what could not be planned, where the plug-in's author sees it: at its import."""
        if not self.name or not self.sizes:
            raise ValueError(f"the workload '{self.name}' needs a name and at least one size")
        known = ", ".join(self.parameters)
        if self.axis not in self.parameters:
            raise ValueError(f"the axis of {self.name} is '{self.axis}', which is none of its parameters: {known}")
        for backend, limited in self.limits.items():
            for name in limited:
                if name not in self.parameters:
                    raise ValueError(
                        f"{self.name} limits '{name}' for {backend}, which is none of its parameters: {known}"
                    )

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that make a cell's identity, the axis included."""
        return tuple(_fields(next(iter(self.sizes.values()))))

    def identity(self, params: P, /) -> dict[str, Any]:
        """The parameters that make a cell what it is, by name."""
        return {name: getattr(params, attribute) for name, attribute in _fields(params).items()}

    def params(self, size: str, /, **override: object) -> P:
        """The parameters of a size by name, with some of them replaced.

        Raises UsageError for an unknown size or parameter.
        """
        if size not in self.sizes:
            raise UsageError(f"{self.name} has no size '{size}'", f"its sizes: {', '.join(self.sizes)}")
        return self.replaced(self.sizes[size], **override)

    def replaced(self, params: P, /, **override: object) -> P:
        """The parameters with some of them replaced, by their names.

        Raises UsageError for an unknown parameter or a value that the workload refuses.
        """
        attributes = _fields(params)
        for name in override:
            if name not in attributes:
                raise UsageError(f"{self.name} has no parameter '{name}'", f"its parameters: {', '.join(attributes)}")
        instance: Any = params
        try:
            made: P = replace(instance, **{attributes[name]: value for name, value in override.items()})
        except (TypeError, ValueError, KeyError) as error:
            given = ", ".join(f"{name}={value}" for name, value in override.items())
            raise UsageError(
                f"{self.name} can't be made with {given}: {error}", "`gpubench list workloads -v` shows its parameters"
            ) from error
        return made


def _fields(params: Any) -> dict[str, str]:
    """Name to attribute of the fields that make the identity.

    A field is called otherwise than its attribute by `field(metadata={"name": ...})`, for words that Python keeps.
    """
    return {f.metadata.get("name", f.name): f.name for f in fields(params) if f.compare}
