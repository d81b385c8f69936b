"""How far a training is off its reference, and how far a right one may be.

An update is the change of a parameter over all checked steps, and its error the norm of the difference over the norm
of the reference's. Adam moves a weight by its rate whatever the size of its gradient, in a direction that rounding
decides where the gradient is near zero. Below float32 that makes the norm useless (0.4 for right ones), so there
the update d is projected on the reference's r, each element weighed by the size s of its gradient: the error is
|sum(s d r) / sum(s r r) - 1|. The error of the losses is the largest |error| over their root mean square.

| compute type | bounds: update of all, of one parameter, losses | right ones reach      | tolerance |
|--------------|-------------------------------------------------|-----------------------|-----------|
| float64      | 1e-10, 1e-10, 1e-10                             | 2e-14, 2e-14, 4e-12   | 1e-10     |
| float32      | 8e-3, 8e-3, 1e-4                                | 1e-4, 6e-4, 3e-6      | 8e-3      |
| narrower     | 0.05, 0.15, 0.25                                | 0.012, 0.1, 0.17      | 0.05      |

Each error is scaled so that its bound stands at the tolerance. One of three steps left out makes an update's error
0.3, a parameter that is never updated makes its own 1; what the bounds let pass, the recipe in float64 finds.
Reached: by torch and TensorFlow on a CPU with batches of 1 to 128, by the worst of 8 to 40 seeds.
"""

from __future__ import annotations

import numpy as np

from gpubench.workload import Array, Arrays, Observed
from gpubench_workloads.mnist_network import SHAPES
from gpubench_workloads.mnist_reference import Trained

_SINGLE, _DOUBLE = 2.0**-24, 2.0**-53


def tolerance(unit: float) -> float:
    """The bound of each error at a unit round-off."""
    if unit <= _DOUBLE:
        return 1e-10
    return 8e-3 if unit <= _SINGLE else 0.05


def _loss_bound(unit: float) -> float:
    if unit <= _DOUBLE:
        return 1e-10
    return 1e-4 if unit <= _SINGLE else 0.25


_ONE_PARAMETER = 3.0
"""How much farther the projection of one parameter may be off than that of all: a bias has 10 to 64 elements."""


def errors(reference: Trained, before: Arrays, observed: Observed) -> dict[str, float]:
    """`losses`, `update`, and the update of each parameter by its name.

    before: the weights that the training started from. observed: `loss` and the weights after each step.
    """
    narrow = observed.unit > _SINGLE
    measure, allowance = (_projection, _ONE_PARAMETER) if narrow else (_distance, 1.0)
    got = {name: observed.calls[-1][name] - before[name] for name in SHAPES}
    want = {name: reference.weights[name] - before[name] for name in SHAPES}
    found = {name: measure(got[name], want[name], reference.slopes[name]) / allowance for name in SHAPES}
    losses = np.array([float(call["loss"]) for call in observed.calls])
    loss_error = float(np.abs(losses - reference.losses).max() / np.sqrt(np.mean(np.square(reference.losses))))
    return {
        "losses": loss_error * tolerance(observed.unit) / _loss_bound(observed.unit),
        "update": measure(_joined(got), _joined(want), _joined(reference.slopes)),
        **found,
    }


def _joined(arrays: Arrays) -> Array:
    return np.concatenate([arrays[name].ravel() for name in SHAPES])


def _distance(got: Array, want: Array, slopes: Array) -> float:
    return float(np.linalg.norm(got - want) / np.linalg.norm(want))


def _projection(got: Array, want: Array, slopes: Array) -> float:
    return float(abs(np.vdot(slopes * got, want) / np.vdot(slopes * want, want) - 1))
