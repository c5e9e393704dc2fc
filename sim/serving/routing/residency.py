"""Residency: which endpoints a request may reach at all, decided before any policy sees it."""

from collections.abc import Sequence


def allowed_endpoints(count: int, eu_endpoints: Sequence[int]) -> dict[bool, tuple[int, ...]]:
    """Endpoints open to a request, by whether its customer requires the EU.

    Args:
        count: number of endpoints in the world.
        eu_endpoints: indices of those that process in the EU.

    Returns:
        For `True` the EU endpoints only, possibly none (the request is then
        refused); for `False` all of them.
    """
    return {False: tuple(range(count)), True: tuple(sorted(set(eu_endpoints)))}
