"""GPUs promised to a seller for a term: they are paid for whether or not they are still needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.economics.prices import Prices
from sim.economics.purchase import purchase_mix, rent_rates, split
from sim.metrics.flows import MonthFlow, PoolFlow
from sim.scenario.schema import Platform


@dataclass(frozen=True, slots=True)
class Commitment:
    """Whole GPUs of one pool, rented until a month at the price of the day of signing."""

    pool: str
    gpu: str
    region: str
    seller: str
    gpus: float
    from_month: int
    until_month: int
    """First month that is no longer paid."""
    price_level: float
    """Level of GPU prices at signing, which the contract keeps."""

    @property
    def term_months(self) -> int:
        return self.until_month - self.from_month

    def holds(self, month: int) -> bool:
        return self.from_month <= month < self.until_month

    def fits(self, pool: PoolFlow) -> bool:
        """Whether its GPUs can work in a pool: they stand where they were rented, and are of the kind they are."""
        return self.pool == pool.id and self.gpu == pool.gpu


def contracts(
    flow: MonthFlow, platform: Platform, *, held: Iterable[Commitment], prices: Prices, price_level: float
) -> tuple[Commitment, ...]:
    """GPU contracts that run in a month: those still held, and a new one for what each pool is missing.

    A contract is never cut short: where fewer GPUs are needed than were
    promised, or a pool is gone, nothing is signed and the old ones run on.

    Args:
        flow: the month, with the pools it holds.
        platform: how GPUs are paid for in that month.
        held: contracts of the month before.
        prices: values in force.
        price_level: level of GPU prices in that month.
    """
    mix = prices.once(purchase_mix, platform)
    running = tuple(commitment for commitment in held if commitment.holds(flow.month))
    signed = []
    for pool in flow.pools:
        missing = split(pool.gpus, mix).reserved - sum(c.gpus for c in running if c.fits(pool))
        if missing > 0:
            until = flow.month + mix.commitment_months
            signed.append(
                Commitment(pool.id, pool.gpu, pool.region, platform.seller, missing, flow.month, until, price_level)
            )
    return (*running, *signed)


def owed_usd(held: Sequence[Commitment], *, month: int, prices: Prices) -> float:
    """What is still owed under contracts at the end of a month [USD], each at the price of its own term."""
    return sum(
        commitment.gpus
        * (commitment.until_month - month - 1)
        * prices.rule("hours_per_month")
        * commitment.price_level
        * rent_rates(
            commitment.gpu, seller=commitment.seller, region=commitment.region, prices=prices
        ).reserved_usd_per_hour(commitment.term_months)
        for commitment in held
        if commitment.holds(month)
    )
