"""Is portability worth it? Judged event by event, with and without growth forgone; the answer may be no.

Equations: docs/model.md, "Is portability worth it". Money of month t is
discounted by (1 + r)^(-t/12), t counted in months elapsed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.economics.prices import MONTHS_PER_YEAR
from sim.lockin.lock_in import Leaving, LockinResult
from sim.lockin.shocks import Shock


def discount(elapsed_months: np.ndarray, discount_per_year: float) -> np.ndarray:
    """Worth today of a dollar after some months."""
    return (1 + discount_per_year) ** (-elapsed_months / MONTHS_PER_YEAR)


@dataclass(frozen=True, slots=True)
class Premium:
    """What portability costs more than the managed way."""

    once_usd: float
    usd_per_month: float
    delay_usd: float
    """Profit missed by launching later."""

    def by_month(self, months: int, discount_per_year: float) -> np.ndarray:
        """Present value of the premium paid until the end of each month, delay included, shape (months,)."""
        monthly = self.usd_per_month * discount(np.arange(1, months + 1), discount_per_year)
        return self.once_usd + self.delay_usd + np.cumsum(monthly)


@dataclass(frozen=True, slots=True, eq=False)
class Avoided:
    """What being portable saves when an exit is forced at the end of each month, in money of that month."""

    usd: np.ndarray
    usd_cash_only: np.ndarray

    @classmethod
    def between(cls, managed: Leaving, portable: Leaving) -> "Avoided":
        return cls(
            usd=managed.costs.usd_with_growth_forgone - portable.costs.usd_with_growth_forgone,
            usd_cash_only=managed.usd_cash - portable.usd_cash,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """One event, or leaving everything: when being portable pays for itself.

    Break-even probabilities can exceed 1 (it cannot pay) and are `inf` where
    being portable saves nothing; shape (months,).
    """

    avoided: Avoided
    break_even_probability: np.ndarray
    """Chance of having to leave by the end of the month above which portability pays."""
    break_even_probability_cash_only: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class EventVerdict:
    """One shock of the deck, and what being portable is worth against it."""

    shock: Shock
    verdict: Verdict
    chance: np.ndarray
    """Chance that it strikes by the end of each month, shape (months,)."""
    expected_avoided_usd: float
    """Over the horizon, discounted."""
    expected_avoided_usd_cash_only: float
    break_even_hazard_per_year: float
    """Strikes a year at which it alone pays the premium over the horizon; `inf` where it never does."""

    @property
    def pays(self) -> np.ndarray:
        """Whether its chance exceeds the break-even by the end of each month."""
        return self.chance > self.verdict.break_even_probability


@dataclass(frozen=True, slots=True, eq=False)
class Portability:
    """The premium against what it avoids over the whole deck, then event by event."""

    premium_usd: np.ndarray
    """Present value paid until the end of each month, shape (months,)."""
    events: tuple[EventVerdict, ...]
    whole: Verdict
    expected_avoided_usd: float
    expected_avoided_usd_cash_only: float

    @property
    def worth_usd(self) -> float:
        """What is expected to be saved, less the premium, over the horizon; below zero it does not pay."""
        return self.expected_avoided_usd - float(self.premium_usd[-1])

    @property
    def worth_usd_cash_only(self) -> float:
        return self.expected_avoided_usd_cash_only - float(self.premium_usd[-1])


def portability(
    managed: LockinResult,
    portable: LockinResult,
    *,
    premium: Premium,
    shocks: Sequence[Shock],
    discount_per_year: float,
) -> Portability:
    """Compare two ways of building the same scenario, over the shocks that force an exit.

    A shock that forces no layer avoids nothing and is left out.
    """
    months = managed.basis.inputs.months
    worth = discount(np.arange(1, months + 1), discount_per_year)
    premium_usd = premium.by_month(months, discount_per_year)
    events = tuple(
        _event(
            shock,
            Avoided.between(managed.leaving(shock.forces), portable.leaving(shock.forces)),
            premium_usd=premium_usd,
            worth=worth,
        )
        for shock in shocks
        if shock.forces
    )
    whole = Avoided.between(managed.by_set["whole"], portable.by_set["whole"])
    return Portability(
        premium_usd=premium_usd,
        events=events,
        whole=_verdict(whole, premium_usd=premium_usd, worth=worth),
        expected_avoided_usd=sum(event.expected_avoided_usd for event in events),
        expected_avoided_usd_cash_only=sum(event.expected_avoided_usd_cash_only for event in events),
    )


def break_even_probability(premium_usd: np.ndarray, *, avoided_usd: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Chance of leaving by each month at which the premium equals what is saved; `inf` where nothing is."""
    saved_usd = avoided_usd * worth
    saves = saved_usd > 0
    return np.where(saves, premium_usd / np.where(saves, saved_usd, 1), np.inf)


def _verdict(avoided: Avoided, *, premium_usd: np.ndarray, worth: np.ndarray) -> Verdict:
    return Verdict(
        avoided=avoided,
        break_even_probability=break_even_probability(premium_usd, avoided_usd=avoided.usd, worth=worth),
        break_even_probability_cash_only=break_even_probability(
            premium_usd, avoided_usd=avoided.usd_cash_only, worth=worth
        ),
    )


def _event(shock: Shock, avoided: Avoided, *, premium_usd: np.ndarray, worth: np.ndarray) -> EventVerdict:
    saved_usd = float(avoided.usd @ worth)
    hazard = shock.hazard_per_month
    return EventVerdict(
        shock=shock,
        verdict=_verdict(avoided, premium_usd=premium_usd, worth=worth),
        chance=1 - (1 - hazard) ** np.arange(1, len(worth) + 1),
        expected_avoided_usd=hazard * saved_usd,
        expected_avoided_usd_cash_only=hazard * float(avoided.usd_cash_only @ worth),
        break_even_hazard_per_year=(
            float(premium_usd[-1]) * MONTHS_PER_YEAR / saved_usd if saved_usd > 0 else float("inf")
        ),
    )
