"""What an author is told to do about each kind of mistake."""

PARAMETERS = "a value that makes no sense is refused in __post_init__ with a ValueError"
INPUTS = "return host arrays in float64 or integers, drawn from the generator that is handed in and from nothing else"
FLAT = "draw dense random numbers: some devices compute faster on zeros"
BUILD = "the builder is given (params, inputs, session), imports its framework inside, and returns a gpubench.Step"
CALL = "`call` takes the placed feeds in the order of Step.feeds, at every call the same, and changes only Step.state"
OUTPUT = "compare what the builder computes and `observe` returns with the reference in `check`, its layout included"
PLACEMENT = (
    "let everything be on session.device: feeds arrive there, session.weight and session.place put there what else is "
    "needed, and nothing comes back within the call (.item(), .cpu(), .numpy())"
)
MODE = "call what session.compile returned, and not the function that was handed to it"
FOLDED = "take the data as arguments: list it in Step.feeds, and return everything that is computed from it"
RECIPE = "hold the update to the reference in float64, and let Step.facts say which variant the framework follows"
NO_RECIPE = (
    "give the Workload a recipe, a small twin that is checked in float64, and checked_calls=3: rounding hides a wrong "
    "gradient otherwise"
)
WORK = "return gpubench.Work(flops, bytes, items) by closed formula, as finite numbers"
OBSERVE = "let Step.observe return what was computed, and compare it in `check`"
SENSITIVE = (
    "let `check` return the largest error of all outputs over the reference's root mean square, and `tolerance` no "
    "more than rounding explains; numpy.max keeps a NaN, and Python's max may lose it"
)
UNSEEN = "compare it too, or leave it out of Step.observe"
GROWTH = "keep nothing from call to call: a list that is appended to, a loss that is summed with its graph (detach it)"
RETRACED = "keep shapes, types and Python arguments the same at every call, and make variables outside the function"
TIMING = "look at the flag in `gpubench run`; on a busy machine try again"
