"""Invented futures for two options, so that every kind of chart is in a report."""

from dataclasses import replace

import numpy as np

from sim.reports.document.evidence import Evidence, FailsWhen, FuturesFound, Paired, Pulled, Sensitivity, WaitingFound
from sim.strategy.outcome import Outcome
from sim.strategy.waiting import CostOfWaiting, Waited
from sim.workload.streams import stream

N, MONTHS = 200, 36


def waiting(never: Outcome, decided: Outcome) -> WaitingFound:
    """The second option decided at the start, and a year later for a million less."""
    later = replace(decided, npv_usd=decided.npv_usd - 1e6)
    taken = (Waited(0, decided, 1e5, 9e5, 0.0), Waited(12, later, 8e5, 9e5, 3e5))
    gains = (paired(5e5, 4e5), paired(-5e5, 4e5))
    return WaitingFound(1, CostOfWaiting({"decisions.own_share": 0.9}, taken, never), gains)


def evidence(*, gain_usd: float = 5e5, spread_usd: float = 4e5, sensitivity: bool = True) -> Evidence:
    """Futures in which the second option is worth `gain_usd` more than the first, give or take `spread_usd`."""
    random = stream(1, 0, name="tests/report")
    base = 4e6 + 1e6 * random.standard_normal(N)
    other = base + gain_usd + spread_usd * random.standard_normal(N)
    futures = FuturesFound(
        n=N,
        tests=("gross margin at least 45 %", "cash to leave at most $1.5M"),
        passing=(40, 131),
        fails_when=(
            (FailsWhen("growth above 6 % a month", 90),),
            (FailsWhen("growth below 2.6 % a month", 30), FailsWhen("launch after month 6", 12)),
        ),
        npv_usd=(tuple(base.tolist()), tuple(other.tolist())),
        by_month=tuple(_by_month(worth) for worth in (base, other)),
        by_year_usd=tuple(_by_year(worth) for worth in (base, other)),
        regret_usd=((6e5, 0.0, 1.9e6), (0.0, 2e5, 0.0)),
        named=("As expected", "Slow growth", "Model is retired"),
        ties=((False, False, False), (False, True, False)),
    )
    pulls = (
        Pulled("Growth of demand a month", "1 %", "5 %", "8 %", -4e5, 1.3e6, "2.6 %", True),
        Pulled("Market lost per month late", "0 %", "2 %", "6 %", 1.1e6, -5e5, "4.1 %", False),
        Pulled("People to run the platform", "2", "3", "5", 1.05e6, 1e5),
    )
    found = Sensitivity(ours=1, theirs=0, expected_usd=gain_usd, pulls=pulls) if sensitivity else None
    return Evidence(futures=futures, sensitivity=found)


def _by_month(worth: np.ndarray) -> dict[str, np.ndarray]:
    """Half a million is spent at first, and the last month has the whole worth; nothing is sold in the first one."""
    share = (np.arange(1, MONTHS + 1) / MONTHS) ** 2
    paid_back = (worth[:, None] + 5e5) * share - 5e5 * np.sqrt(share) * (share < 1) - 5e5 * (share == 1)
    margin = np.where(share > share[0], 0.5 + 0.05 * worth[:, None] / 4e6, np.nan)
    return {"worth_usd": paid_back, "margin": margin, "usd_per_mtok": 2 * (1 - margin)}


def _by_year(worth: np.ndarray) -> dict[str, np.ndarray]:
    profit = worth[:, None] * np.array([0.1, 0.3, 0.6])
    return {"revenue": profit + 2e6, "total": np.full(profit.shape, 2e6), "profit": profit}


def paired(mean: float, spread: float) -> Paired:
    """A paired difference of normal futures."""
    random = stream(2, 0, name="tests/paired")
    gain = mean + spread * random.standard_normal(1000)
    return Paired.of(gain, np.zeros(1000))
