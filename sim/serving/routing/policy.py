"""What a routing policy is given and what it answers."""

from collections.abc import Sequence
from functools import lru_cache
from math import inf
from typing import NamedTuple, Protocol


class Candidate(Protocol):
    """An endpoint as a policy sees it: what it last reported."""

    @property
    def load_share(self) -> float:
        """Requests held, decoding ones included, over the requests it can work on at once."""
        ...

    @property
    def cost_rank(self) -> int:
        """Place among the endpoints by cost, 0 the cheapest."""
        ...

    def expected_first_s(self, prompt_tokens: int, answer_tokens: float) -> float:
        """Estimate of the time from arrival to the first token [s], without the network; never below 0.

        Args:
            prompt_tokens: those that must be computed.
            answer_tokens: mean length of the answers that it is busy with.
        """
        ...

    def holds(self, prefix: int) -> bool:
        """Whether it remembers the beginning of a prompt."""
        ...


class Asked(Protocol):
    """The call that a decision is about. Its answer's length is unknown to all but the future."""

    @property
    def escalate_u(self) -> float:
        """The call's own uniform draw in [0, 1): whether a small model is tried first, and asked again."""
        ...

    @property
    def again(self) -> bool:
        """Whether a smaller model has answered already, and not well enough."""
        ...

    @property
    def user_region(self) -> int:
        """Row of the user's region in `World.rtt_s`."""
        ...

    @property
    def rtt_s(self) -> Sequence[float]:
        """Round trip between the user and each endpoint [s]."""
        ...

    @property
    def prompt_tokens(self) -> int: ...

    @property
    def reused_tokens(self) -> int:
        """Those of the prompt that need no computing where its beginning is remembered."""
        ...

    @property
    def mean_answer_tokens(self) -> float:
        """Mean answer of the call's product, as its operator knows it."""
        ...

    @property
    def prefix(self) -> int:
        """Id of the beginning of the prompt; -1 where every endpoint holds it."""
        ...


class Route(NamedTuple):
    """A decision: the chosen endpoint's index in the world, and why.

    Reasons are few fixed sentences: the log keeps each once, and a code for each call.
    """

    endpoint: int
    reason: str


class Router(Protocol):
    """A routing policy.

    `needs_state` says whether decisions depend on the time they fall at; where
    they do not, all are made before the window runs and `endpoints` is empty.
    """

    @property
    def needs_state(self) -> bool: ...

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked) -> Route:
        """Choose among the allowed endpoints (indices, never empty, ascending).

        Ties go to the lower index, never to chance.

        Args:
            route_u: the call's own uniform draw in [0, 1).
            allowed: indices of the endpoints that residency and outages leave.
            endpoints: what each endpoint of the world last reported.
            asked: what is known of the call.
        """
        ...


def expected_s(asked: Asked, at: int, *, endpoints: Sequence[Candidate]) -> float:
    """Estimate of the time until the user has an endpoint's first word, the round trip included [s]."""
    endpoint = endpoints[at]
    prompt_tokens = asked.prompt_tokens
    reused_tokens = asked.reused_tokens
    if reused_tokens and endpoint.holds(asked.prefix):
        prompt_tokens -= reused_tokens
    return asked.rtt_s[at] + endpoint.expected_first_s(prompt_tokens, asked.mean_answer_tokens)


@lru_cache(maxsize=256)
def by_distance(rtt_s: tuple[float, ...], among: tuple[int, ...]) -> tuple[int, ...]:
    """Some endpoints, the nearest first and the lower index where equal.

    Whoever looks for the soonest need not ask those that are farther away
    than the soonest so far takes in all, and an estimate is costly.
    """
    return tuple(sorted(among, key=lambda at: (rtt_s[at], at)))


def least_loaded(among: Sequence[int], endpoints: Sequence[Candidate]) -> int:
    """The one with the lowest load share; the lowest index where equal."""
    chosen = among[0]
    least = inf
    for at in among:
        share = endpoints[at].load_share
        if share < least:
            chosen, least = at, share
    return chosen
