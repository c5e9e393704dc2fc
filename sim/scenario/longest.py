"""How long the longest call of a product is, which must fit the memory of a replica: a single call, or a step."""

from collections.abc import Iterator
from math import ceil

from sim.catalogue import Catalogue
from sim.scenario.schema import Lengths, Product, QuantileLengths
from sim.scenario.workflow import CallStep, Workflow
from sim.scenario.workflow_files import preset_workflow

SINGLE_CALL = "single_call"
MIDDLE = "p50"


def longest_calls(product: Product, catalogue: Catalogue) -> Iterator[tuple[str, str, int]]:
    """The setting at fault, what is asked, and the tokens of its longest call: one for each kind of call.

    Of the mean call where the law of lengths has no longest; none where the
    catalogue does not know the workload.
    """
    if product.workflow == SINGLE_CALL:
        longest = longest_tokens(product.lengths, catalogue)
        if longest is not None:
            yield "lengths", "a request", longest
        return
    flow = preset_workflow(product.workflow)
    for at, step in enumerate(flow.steps):
        longest = longest_tokens(step.lengths, catalogue) if isinstance(step, CallStep) else None
        if longest is not None:
            carried = carried_tokens(flow, at, catalogue=catalogue)
            yield "workflow", f"a call of step '{step.id}' of '{flow.id}'", longest + carried


def longest_tokens(lengths: Lengths, catalogue: Catalogue) -> int | None:
    """Prompt and answer of the longest call; of the mean call where the law has no longest."""
    if not isinstance(lengths, QuantileLengths):
        return ceil(lengths.input_mean_tokens + lengths.output_mean_tokens)
    sides = _sides(lengths, catalogue)
    return None if sides is None else ceil(sum(max(side.values()) for side in sides))


def carried_tokens(flow: Workflow, at: int, *, catalogue: Catalogue) -> int:
    """The conversation that a step's prompt begins with in its last round, of the mean call of each step before it.

    A loop of rounds that follow with probability p, at most m of them, has
    (1 - p^m)/(1 - p) in the mean.
    """
    step = flow.steps[at]
    if not isinstance(step, CallStep) or not step.carries_context:
        return 0
    own = flow.loop_of(at)
    carried = 0.0
    for before, other in enumerate(flow.steps):
        if not isinstance(other, CallStep) or not other.carries_context:
            continue
        loop = flow.loop_of(before)
        rounds = 1.0 if loop is None else _mean_rounds(loop.again_probability, loop.most_rounds)
        # The last round of the loop that it stands in has come as far as the step itself.
        times = rounds - (before >= at) if loop is not None and loop is own else rounds * (before < at)
        carried += times * _usual_tokens(other.lengths, catalogue)
    return ceil(carried)


def _mean_rounds(again: float, most: int) -> float:
    return (1 - again**most) / (1 - again)


def _usual_tokens(lengths: Lengths, catalogue: Catalogue) -> float:
    """Prompt and answer of the mean call, or of the median one where quantiles are all that is known."""
    if not isinstance(lengths, QuantileLengths):
        return lengths.input_mean_tokens + lengths.output_mean_tokens
    sides = _sides(lengths, catalogue)
    return 0.0 if sides is None else sum(side[MIDDLE] for side in sides)


def _sides(lengths: QuantileLengths, catalogue: Catalogue) -> list[dict[str, float]] | None:
    """Percentiles of prompts and of answers; `None` where the catalogue does not know the workload."""
    ids = [f"{lengths.workload}.{side}" for side in ("input", "output")]
    if not all(catalogue.has("lengths", id) for id in ids):
        return None
    return [
        {name: tokens for name, tokens in catalogue.quantities("lengths", id).items() if name.startswith("p")}
        for id in ids
    ]
