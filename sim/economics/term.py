"""The smallest piece of money: a quantity times a price, and where both come from."""

from collections.abc import Iterable
from typing import NamedTuple


class Term(NamedTuple):
    """One quantity at one price.

    Every figure in money is a sum of terms, so what explains a figure is what
    it was computed from. `usd` is `quantity` times `price`. A month has some
    twenty of them: a tuple is made in a third of the time of a frozen class.
    """

    label: str
    quantity: float
    unit: str
    price: float
    price_unit: str
    usd: float
    rows: tuple[str, ...]
    """What the price rests on: `table/id/quantity` in the catalogue, or a dotted field of the scenario."""
    list_price: float
    """Price without a commitment or a spot discount; equal to `price` where there is none."""
    kind: str = ""
    """How a GPU is paid for: on_demand, reserved, spot, owned or unneeded; empty for anything else."""
    resource: str = ""
    """Pool or endpoint the term is for; empty for what all share."""
    region: str = ""
    signed_month: int = -1
    """Month of signing, where a contract keeps the level of prices of that month; -1 where today's holds."""


def term(
    label: str,
    quantity: float,
    *,
    unit: str,
    price: float,
    price_unit: str,
    rows: tuple[str, ...],
    list_price: float | None = None,
    kind: str = "",
    resource: str = "",
    region: str = "",
    signed_month: int = -1,
) -> Term:
    """A quantity at a price; the list price is the price where none is given."""
    listed = price if list_price is None else list_price
    usd = quantity * price
    # `_make` leaves out the call that names the fields, which takes as long as the rest.
    return Term._make(
        (label, quantity, unit, price, price_unit, usd, rows, listed, kind, resource, region, signed_month)
    )


def part(whole: Term, share: float, *, label: str) -> Term:
    """A share of a term, under its own label: the same price on less of the quantity."""
    name, quantity, unit, price, price_unit, _, *rest = whole
    less = quantity * share
    return Term._make((f"{name}, {label}", less, unit, price, price_unit, less * price, *rest))


def total_usd(terms: Iterable[Term]) -> float:
    return sum([term.usd for term in terms])
