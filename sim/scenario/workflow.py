"""What a workflow file may say: the steps that one request of a compound product is made of."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.fields import Strict, setting
from sim.scenario.schema import Lengths


class Copies(Strict):
    """How many copies of a step run side by side, drawn for each request."""

    mean: float = setting(
        title="Mean number of copies", unit="copies", ge=1, le=1000, help="Mean of the lognormal law."
    )
    cv: float = setting(title="Spread", unit="ratio", ge=0, le=10, help="Standard deviation over the mean.")
    most: int = setting(title="Most copies", unit="copies", ge=1, le=10_000, help="A draw above it is cut to it.")


class Duration(Strict):
    """A lognormal time."""

    median_s: float = setting(title="Median", unit="s", gt=0, le=86_400, help="Half of the times are shorter.")
    sigma: float = setting(title="Spread", unit="ratio", ge=0, le=5, help="Standard deviation of the logarithm.")


class _Step(Strict):
    id: str = setting(title="Id", min_length=1, max_length=40, help="Unique within the workflow.")
    after: tuple[str, ...] = setting(
        (),
        title="After",
        max_length=20,
        help="Earlier steps that must have ended; none where the step begins with the request.",
    )


class CallStep(_Step):
    """A call of a language model."""

    kind: Literal["call"]
    lengths: Lengths
    reused_prompt_share: float = setting(
        0.0,
        title="Prompt reused",
        unit="share",
        ge=0,
        le=0.95,
        help="Share of the step's own prompt found in the prefix cache.",
    )
    carries_context: bool = setting(
        False,
        title="Carries the conversation",
        help="Whether the prompt begins with the prompts and answers of the request's earlier calls that carry too.",
    )
    copies: Copies | None = setting(
        None, title="Side by side", help="Copies that run at once; a later step waits for all."
    )
    each_of: str | None = setting(
        None,
        title="One for each copy of",
        help="A step of 'after' with copies: each of its copies is followed by one of this step.",
    )


class RetrievalStep(_Step):
    """A search in a data store whose result the calls after it read.

    It is made from the region that serves the call, once for each copy of the call.
    """

    kind: Literal["retrieval"]
    store: str = setting(title="Data store", min_length=1, max_length=40, help="Id of a data store of the world.")
    duration: Duration
    round_trips: int = setting(
        1, title="Round trips", ge=1, le=100, help="Round trips to the store, one after the other."
    )
    gb: float = setting(title="Data read", unit="GB", ge=0, le=10, help="Bytes that leave the store for one retrieval.")


class ToolStep(_Step):
    """Work outside of any model: a search of the web, a test run, a parser."""

    kind: Literal["tool"]
    duration: Duration
    each_of: str | None = setting(
        None,
        title="One for each copy of",
        help="A step of 'after' with copies: each of its copies is followed by one of this step.",
    )


Step = Annotated[CallStep | RetrievalStep | ToolStep, Field(discriminator="kind")]


class Loop(Strict):
    """The steps from one to another, in the order of the file, are done again with a probability."""

    first: str = setting(title="From", help="Id of the loop's first step.")
    last: str = setting(title="To", help="Id of the loop's last step.")
    again_probability: float = setting(
        title="Done again", unit="share", ge=0, lt=1, help="Probability of one more round after each."
    )
    most_rounds: int = setting(title="Most rounds", unit="rounds", ge=1, le=1000, help="The loop ends after so many.")


class Workflow(Strict):
    """Steps, in an order in which they could be done one after the other."""

    id: str = setting(title="Id", min_length=1, max_length=40, help="Short unique name; it names the random streams.")
    label: str = setting(title="Name", min_length=1, max_length=80, help="Name that people read.")
    because: str = setting(title="Because", min_length=3, max_length=2000, help="Where the numbers come from.")
    steps: tuple[Step, ...] = setting(title="Steps", min_length=1, max_length=60, help="What is done.")
    loops: tuple[Loop, ...] = setting(
        (), title="Loops", max_length=10, help="Which steps repeat; loops do not overlap."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        faults = [*self._faults_of_steps(), *self._faults_of_loops()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def position(self, id: str) -> int:
        return next(at for at, step in enumerate(self.steps) if step.id == id)

    def loop_of(self, position: int) -> Loop | None:
        """The loop that a step stands in."""
        for loop in self.loops:
            if self.position(loop.first) <= position <= self.position(loop.last):
                return loop
        return None

    def _faults_of_steps(self) -> Iterator[str]:
        earlier: dict[str, Step] = {}
        for step in self.steps:
            if step.id in earlier:
                yield f"step '{step.id}' stands twice: rename one"
            unknown = [id for id in step.after if id not in earlier]
            if unknown:
                yield f"step '{step.id}' comes after {unknown}, which no earlier step is called: put them before it"
            if not isinstance(step, CallStep):
                for id in step.after:
                    if isinstance(earlier.get(id), RetrievalStep):
                        yield (
                            f"step '{step.id}' follows the retrieval '{id}': a retrieval feeds calls only, "
                            "since the region of the call decides how far it is"
                        )
            if not isinstance(step, RetrievalStep) and step.each_of is not None and step.each_of not in step.after:
                yield f"step '{step.id}' is one for each of '{step.each_of}': name that step in 'after' too"
            if isinstance(step, CallStep) and step.carries_context and (step.copies or step.each_of):
                yield f"step '{step.id}' has copies and carries the conversation: there is one conversation only"
            if isinstance(step, CallStep) and step.copies and step.each_of:
                yield f"step '{step.id}' has copies and is one for each of '{step.each_of}': choose one"
            earlier[step.id] = step
        if not any(isinstance(step, CallStep) for step in self.steps):
            yield "no step calls a model: add one"
        read = {id for step in self.steps for id in step.after}
        for step in self.steps:
            if isinstance(step, RetrievalStep) and step.id not in read:
                yield f"nothing reads the retrieval '{step.id}': name it in a call's 'after'"

    def _faults_of_loops(self) -> Iterator[str]:
        ids = [step.id for step in self.steps]
        taken: set[int] = set()
        for loop in self.loops:
            if loop.first not in ids or loop.last not in ids or ids.index(loop.first) > ids.index(loop.last):
                yield f"the loop from '{loop.first}' to '{loop.last}' names no steps in the order of the file"
                continue
            first, last = ids.index(loop.first), ids.index(loop.last)
            body = set(range(first, last + 1))
            if body & taken:
                yield f"the loop from '{loop.first}' to '{loop.last}' overlaps another: loops stand apart"
            taken |= body
            if isinstance(self.steps[last], RetrievalStep):
                yield f"the loop to '{loop.last}' ends with a retrieval: end it with what reads it"
            for at in range(first + 1, last + 1):
                if not any(ids.index(id) in body for id in self.steps[at].after if id in ids):
                    yield f"step '{ids[at]}' stands in a loop but after none of its steps: name one in 'after'"
            for at in range(first, last):
                if not any(ids[at] in self.steps[later].after for later in range(at + 1, last + 1)):
                    yield f"step '{ids[at]}' stands in a loop but leads to none of its steps: put it after the loop"
