"""What it is worth to be able to decide later, and a single switch at a steady yearly chance."""

from dataclasses import dataclass

import numpy as np


def quasi_option_value(probability: np.ndarray, *, committed: np.ndarray, flexible: np.ndarray) -> float:
    """Worth of deciding later: the best start that can wait and learn, less the best commitment made now.

    Args:
        probability: of each state of the world, shape (states,), summing to 1.
        committed: worth of each plan that is fixed now, shape (plans, states).
        flexible: worth of each way to go on once the state is known, from the
            start that keeps it open, shape (ways, states); `-inf` where a way is closed.

    Returns:
        Above zero where waiting is worth more than it costs.

    Raises:
        ValueError: the probabilities do not sum to 1.
    """
    if not np.isclose(probability.sum(), 1):
        raise ValueError(f"the states' probabilities must sum to 1 (got {probability.sum():g})")
    wait = float(flexible.max(axis=0) @ probability)
    now = float((committed @ probability).max())
    return wait - now


@dataclass(frozen=True, slots=True)
class SteadySwitch:
    """Being portable against being locked in, where at most one switch comes at a steady yearly chance."""

    upfront_premium_usd: float
    chance_within_horizon: float
    discounted_chance: float
    """Sum over the years of the chance of switching in it, discounted from its end."""
    expected_usd_locked_in: float
    expected_usd_portable: float
    break_even_discounted_chance: float
    """Discounted chance at which the premium pays; `inf` where being portable saves nothing."""

    @property
    def worth_usd(self) -> float:
        return self.expected_usd_locked_in - self.expected_usd_portable


def steady_switch(
    *,
    build_usd: float,
    premium_share: float,
    switch_usd: float,
    saved_share: float,
    chance_per_year: float,
    years: int,
    discount_per_year: float,
) -> SteadySwitch:
    """At most one switch, its year geometric, paid at the year's end.

    Args:
        build_usd: cost of building the managed way.
        premium_share: what portability adds to it, paid now.
        switch_usd: cost of the switch when locked in.
        saved_share: share of it that being portable saves.
    """
    year = np.arange(1, years + 1)
    switches = chance_per_year * (1 - chance_per_year) ** (year - 1)
    discounted = float(switches @ (1 + discount_per_year) ** -year.astype(float))
    upfront_usd = premium_share * build_usd
    saved_usd = saved_share * switch_usd
    return SteadySwitch(
        upfront_premium_usd=upfront_usd,
        chance_within_horizon=float(switches.sum()),
        discounted_chance=discounted,
        expected_usd_locked_in=switch_usd * discounted,
        expected_usd_portable=upfront_usd + (switch_usd - saved_usd) * discounted,
        break_even_discounted_chance=upfront_usd / saved_usd if saved_usd > 0 else float("inf"),
    )
