"""Policies by the name that a scenario chooses them by."""

from collections.abc import Callable
from typing import TypeVar

from sim.serving.routing.policy import Router

Policy = TypeVar("Policy", bound=Router)


class Registry:
    """Names of routing policies; filled while the modules of this folder are imported, and not after."""

    def __init__(self) -> None:
        self._policies: dict[str, type[Router]] = {}

    def __call__(self, name: str) -> Callable[[type[Policy]], type[Policy]]:
        """Class decorator that gives a policy its name.

        Raises:
            ValueError: another class has the name.
        """

        def register(policy: type[Policy]) -> type[Policy]:
            other = self._policies.setdefault(name, policy)
            if other is not policy:
                raise ValueError(f"router '{name}' is both {_place(other)} and {_place(policy)}: rename one of the two")
            return policy

        return register

    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(sorted(self._policies))

    def named(self, name: str) -> type[Router]:
        """The policy of a name.

        Raises:
            LookupError: there is no such policy.
        """
        if name not in self._policies:
            raise LookupError(f"no router is called '{name}'. There are: {', '.join(self.names())}")
        return self._policies[name]


def _place(policy: type) -> str:
    return f"{policy.__module__}.{policy.__qualname__}"


router = Registry()
