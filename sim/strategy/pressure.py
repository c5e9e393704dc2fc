"""What shocks do to a month from outside: demand, quotas, deliveries, outages, prices, fines.

Physics and money stand apart: what is in `Physical` may simulate again, what is
in `Monetary` only prices what was served.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.scenario.schema import Scenario
from sim.strategy.disruption import Hit, Outage
from sim.strategy.schedule import Exit, Schedule
from sim.strategy.strikes import Strike, overlap
from sim.strategy.totals import FAILED, REFUSED

OUT = {"region_outage": Hit.REGION, "api_outage": Hit.API}
LATE = {"model_retired": Hit.API, "residency_ruling": Hit.EU_USERS}
"""Whom a company cannot serve while it is late in leaving."""
API_FALLS = ("api_price_fall", "cheaper_equal_model")
GPU_PRICES = ("gpu_price_spike", "gpu_price_fall")
PRICED = frozenset(
    {"api_price_rise", *API_FALLS, *GPU_PRICES, "cloud_price_rise", "vendor_acquired", "security_incident",
     "residency_ruling"}
)  # fmt: skip
"""What moves any money."""
VENDOR_LINES = ("search", "storage")
"""What a vendor of the vector store can make dearer."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Months in which GPUs are ordered, and how long they then take."""

    from_month: float
    until_month: float
    delivery_months: int


@dataclass(frozen=True, slots=True)
class Physical:
    """What the service of the months feels."""

    spikes: Mapping[int, tuple[float, float]]
    """By month: share of its time, and times the demand, of the strongest spike."""
    quota: Mapping[int, float]
    """By month: factor on what an API grants."""
    shortages: tuple[Shortage, ...]
    outages: tuple[Outage, ...]
    rival: tuple[int, float] | None
    """Month from which each month of delay loses a larger share of the market, and that share."""

    def quota_in(self, months: Sequence[int]) -> NDArray[np.float64]:
        """Factor on what an API grants, by month."""
        return np.array([self.quota.get(month, 1.0) for month in months])


CALM = Physical(spikes={}, quota={}, shortages=(), outages=(), rival=None)


@dataclass(frozen=True, slots=True)
class OneOff:
    """Money that an event costs once, as a share of a year's revenue, at most an amount."""

    label: str
    month: int
    share_of_year: float
    most_usd: float
    row: str


@dataclass(frozen=True, slots=True)
class Monetary:
    """What the price of the months feels."""

    api: Mapping[int, float]
    """By month: factor on prices of models by the token."""
    gpu: Mapping[int, float]
    lines: Mapping[int, Mapping[str, float]]
    """By month and cost line: factor on the vendor's prices."""
    one_offs: tuple[OneOff, ...]
    free_switch_from: int | None
    """Month from which a switch pays no fee for moving data out."""


UNMOVED = Monetary(api={}, gpu={}, lines={}, one_offs=(), free_switch_from=None)


def physical(strikes: Sequence[Strike], schedule: Schedule, *, catalogue: Catalogue) -> Physical:
    """What the strikes do to service, given how their exits were met; strikes beyond the known exits are left out."""
    if not strikes:
        return CALM
    known = list(zip(strikes, schedule.exits, strict=False))
    of = [strike for strike, _ in known]
    rivals = [strike for strike in of if strike.shock == "rival_launches_first"]
    return Physical(
        spikes=_strongest([s for s in of if s.shock == "demand_spike"]),
        quota=_quotas([s for s in of if s.shock == "rate_limit_cut"]),
        shortages=tuple(
            Shortage(strike.bites_from, strike.ends, round(strike.size))
            for strike in of
            if strike.shock == "gpu_shortage"
        ),
        outages=(*_breakdowns(of, catalogue), *late_outages(known)),
        rival=(rivals[0].month, rivals[0].size) if rivals else None,
    )


def _strongest(spikes: Sequence[Strike]) -> dict[int, tuple[float, float]]:
    found: dict[int, tuple[float, float]] = {}
    for strike in spikes:
        for month in _months(strike.bites_from, strike.ends):
            felt = (strike.share_of(month), strike.size)
            found[month] = max(found.get(month, felt), felt, key=lambda item: item[0] * item[1])
    return found


def _quotas(cuts: Sequence[Strike]) -> dict[int, float]:
    """A cut holds from the month in which its notice ends, as quotas are planned by month."""
    found: dict[int, float] = {}
    for strike in cuts:
        for month in _months(strike.bites_from, strike.ends):
            found[month] = found.get(month, 1.0) * (1 + strike.size)
    return found


def _breakdowns(strikes: Sequence[Strike], catalogue: Catalogue) -> list[Outage]:
    hours = catalogue.value("business", "rules", "hours_per_month")
    return [
        Outage(strike.month, min(1.0, strike.size / hours), OUT[strike.shock], FAILED)
        for strike in strikes
        if strike.shock in OUT
    ]


def late_outages(known: Iterable[tuple[Strike, Exit]]) -> list[Outage]:
    """Users turned away between the end of a notice and the end of the move."""
    found = []
    for strike, exit in known:
        until = strike.month + exit.months
        if strike.shock in LATE and isfinite(until):
            found += [
                Outage(month, overlap(month, from_month=strike.bites_from, until_month=until), LATE[strike.shock],
                       REFUSED)
                for month in _months(strike.bites_from, until)
            ]  # fmt: skip
    return found


def monetary(
    strikes: Sequence[Strike], schedule: Schedule, *, states: Sequence[Scenario], catalogue: Catalogue
) -> Monetary:
    """What the strikes do to prices, given how their exits were met and what serves in each month."""
    if not strikes:
        return UNMOVED
    api: dict[int, float] = {}
    gpu: dict[int, float] = {}
    lines: dict[int, dict[str, float]] = {}
    one_offs = []
    relief = [strike.month for strike in strikes if strike.shock == "data_act_relief"]
    for strike, exit in zip(strikes, schedule.exits, strict=False):
        if strike.shock not in PRICED:
            continue
        gone = strike.month + exit.months
        _times(api, api_factors(strike, states, gone=gone))
        if strike.shock in GPU_PRICES:
            _times(gpu, _while(strike, len(states)))
        if strike.shock == "cloud_price_rise":
            _times(gpu, _until_gone(strike, gone, len(states), factor=1 + strike.size))
        if strike.shock in ("vendor_acquired", "cloud_price_rise") and isfinite(gone):
            factor = strike.size if strike.shock == "vendor_acquired" else 1 + strike.size
            for month, times in _until_gone(strike, gone, len(states), factor=factor).items():
                _times(lines.setdefault(month, {}), {line: times for line in VENDOR_LINES})
        one_offs += _one_offs(strike, gone, catalogue)
    return Monetary(api, gpu, lines, tuple(one_offs), min(relief, default=None))


def api_factors(strike: Strike, states: Sequence[Scenario], *, gone: float) -> dict[int, float]:
    """By month, what a strike makes of the price of the model bought by the token.

    A rise holds while the same model is bought; a fall is a new offer, and is
    earned from the month in which the move to it is done. Nothing where it
    strikes after the last of the months.
    """
    if strike.month >= len(states):
        return {}
    if strike.shock == "api_price_rise":
        found: Mapping[int, float] = _while(strike, len(states))
    elif strike.shock in API_FALLS and isfinite(gone):
        factor = api_fall(strike)
        ends = min(float(len(states)), strike.ends)
        found = {month: _part(month, factor, from_month=gone, until_month=ends) for month in _months(gone, ends)}
    else:
        return {}
    tier = states[strike.month].decisions.api_tier
    return {month: times for month, times in found.items() if states[month].decisions.api_tier == tier}


def api_fall(strike: Strike) -> float:
    """What a fall leaves of the price: 1 + size where it is a share, 1 / size where it is a divisor."""
    return 1 + strike.size if strike.shock == "api_price_fall" else 1 / strike.size


@lru_cache(maxsize=4096)
def _while(strike: Strike, months: int) -> Mapping[int, float]:
    """Factor by month of a price that moves by the strike's size while it lasts."""
    ends = min(float(months), strike.ends)
    return {
        month: _part(month, 1 + strike.size, from_month=strike.bites_from, until_month=ends)
        for month in _months(strike.bites_from, ends)
    }


def _until_gone(strike: Strike, gone: float, months: int, *, factor: float) -> dict[int, float]:
    """Factor by month of a price that is demanded once the notice is over, until the layers are left."""
    until = min(gone, strike.ends, float(months)) if isfinite(gone) else strike.bites_from
    return {
        month: _part(month, factor, from_month=strike.bites_from, until_month=until)
        for month in _months(strike.bites_from, until)
    }


def _part(month: int, factor: float, *, from_month: float, until_month: float) -> float:
    return 1 + (factor - 1) * overlap(month, from_month=from_month, until_month=until_month)


def _times(found: dict, more: Mapping) -> None:
    for key, times in more.items():
        found[key] = found.get(key, 1.0) * times


def _months(from_month: float, until_month: float) -> range:
    """Calendar months that a stretch of time touches."""
    last = int(until_month) if until_month == int(until_month) else int(until_month) + 1
    return range(int(from_month), max(int(from_month), last))


def _one_offs(strike: Strike, gone: float, catalogue: Catalogue) -> list[OneOff]:
    def share(quantity: str) -> float:
        fact = catalogue.fact("shocks", strike.shock, quantity)
        return {"low": fact.low, "high": fact.high}.get(strike.gravity, fact.likely)

    if strike.shock == "security_incident":
        row = f"shocks/{strike.shock}/size"
        return [OneOff(strike.label, strike.month, share("most_share_of_year"), strike.size, row)]
    if strike.shock == "residency_ruling" and gone > strike.bites_from:
        row = f"shocks/{strike.shock}/fine_share_of_year"
        return [OneOff(f"{strike.label}, fine", int(strike.bites_from), share("fine_share_of_year"), float("inf"), row)]
    return []
