"""GPUs promised to a seller for a term: they are paid for whether or not they are still needed."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commitment:
    """Whole GPUs of one pool, rented until a month at the price of the day of signing."""

    pool: str
    gpus: float
    from_month: int
    until_month: int
    """First month that is no longer paid."""
    price_level: float
    """Level of GPU prices at signing, which the contract keeps."""

    def holds(self, month: int) -> bool:
        return self.from_month <= month < self.until_month


def carry(
    held: Iterable[Commitment], *, pool: str, needed_gpus: float, month: int, term_months: int, price_level: float
) -> tuple[Commitment, ...]:
    """Commitments of a pool in a month: those that still run, and a new one for what is missing.

    A commitment is never cut short: where fewer GPUs are needed than were
    promised, nothing is signed and the old ones run on.
    """
    running = tuple(c for c in held if c.pool == pool and c.holds(month))
    missing = needed_gpus - sum(c.gpus for c in running)
    if missing <= 0:
        return running
    return (*running, Commitment(pool, missing, month, month + term_months, price_level))


def remaining_usd(held: Iterable[Commitment], *, month: int, usd_per_gpu_month: float) -> float:
    """What is still owed at the end of a month [USD], at the committed price of a GPU-month at level 1."""
    return sum(
        c.gpus * (c.until_month - month - 1) * usd_per_gpu_month * c.price_level for c in held if c.holds(month)
    )
