"""What an autoscaling policy is given and what it answers, and the names by which scenarios choose one."""

from collections.abc import Callable, Iterable
from typing import ClassVar, NamedTuple, Protocol, TypeVar


class PoolState(NamedTuple):
    """A pool as a policy sees it at one instant."""

    now_s: float
    replicas: int
    """Replicas that take requests; those that drain, start or are out are not in it."""
    starting: int
    """Replicas on their way, which the controller counts against what is wanted."""
    waiting: int
    running: int
    """Requests queued and in a batch at the replicas that take requests."""
    kv_share: float
    """KV blocks held over KV blocks there are, in [0, 1]; mean over those replicas."""


class Wanted(NamedTuple):
    """A decision: how many replicas there should be, before the pool's own limits, and why."""

    replicas: int
    reason: str


class ScalingPolicy(Protocol):
    """A rule from the state of a pool to the number of replicas wanted."""

    kind: ClassVar[str]

    def wanted(self, pool: PoolState) -> Wanted: ...


Policy = TypeVar("Policy", bound=ScalingPolicy)


def scaling_policy(kind: str) -> Callable[[type[Policy]], type[Policy]]:
    """Class decorator that gives a policy the name by which scenarios choose it."""

    def named(policy: type[Policy]) -> type[Policy]:
        policy.kind = kind
        return policy

    return named


def by_kind(candidates: Iterable[object]) -> dict[str, type]:
    """The decorated classes among some objects, by name.

    Raises:
        ValueError: two classes have one name.
    """
    found: dict[str, type] = {}
    for candidate in candidates:
        kind = vars(candidate).get("kind") if isinstance(candidate, type) else None
        if isinstance(candidate, type) and isinstance(kind, str):
            if kind in found:
                raise ValueError(
                    f"scaling policy '{kind}' is the name of both {found[kind].__name__} and {candidate.__name__}: "
                    "rename one"
                )
            found[kind] = candidate
    return found
