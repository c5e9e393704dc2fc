"""Queueing theory through the real endpoints: the public cases of the validation data, by that data's rule.

20 replications with fixed seeds, the first tenth of each left out. The exact
answer must lie in the 99.9 % interval over the replications, and the 99 %
interval must be as narrow as the rule asks; run lengths are the shortest that
make it so, with some slack.

Of the 30 cases 29 are played: 19 through a managed API (one slot for each
server, one line), two through a replica that computes for all its requests in
turn, one through a replica that ranks them, four as workflows that go from one
managed API to the next (networks.py), two as bounds on any law; one of
arrivals alone needs no endpoint. The last, of failures, is played as drawn
outages (test_availability.py): see PLAYED_ELSEWHERE.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.metrics import Estimate
from sim.serving import GpuPool, simulate, single_pool_world
from sim.workload import nonhomogeneous_poisson, poisson_arrivals
from sim.workload.arrivals import gaps_to_cover
from sim.workload.trace import FloatColumn
from tests.reference.workloads import make_pool, make_step, make_trace
from tests.theory.formulas import FAMILIES
from tests.theory.networks import closed_network, open_network, priorities
from tests.theory.stations import (
    Draws,
    Queue,
    Service,
    Visits,
    draws_of,
    sine_rates,
    switching_arrivals,
    visit,
)

CASES_FILE = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "validation" / "queue_cases_public.json"
REPLICATIONS = 20

LONG = {
    "Q-mm1-2", "Q-mm1-3", "Q-mmc-1", "Q-mmc-2", "Q-mg1-2", "Q-mg1-3", "Q-mg1ps-2", "Q-mmpp-1", "Q-jackson-1",
}  # fmt: skip
"""Cases of families that a shorter one stands for: played where LOADBEARING_LONG is set."""

BRIEF = {"Q-jackson-2": 1_200, "Q-prio-1": 5_000}
"""Cases played this short where it is not set: the exact answer must lie in the interval, however wide."""

PLAYED_ELSEWHERE = {"Q-kofn-1": "a window is too short to see a failure: its outages are drawn and played apart"}

Measures = dict[str, float]
Parameters = dict[str, Any]


def widest(load: float, service_cv2: float = 1.0) -> float:
    """Relative half-width that the rule allows at 99 %."""
    if load > 0.9 + 1e-9 or service_cv2 >= 4:
        return 0.12
    return 0.08 if load > 0.8 + 1e-9 else 0.04


def poisson(draws: Draws, n: int, rate: float) -> FloatColumn:
    return poisson_arrivals(draws("arrivals").standard_exponential(n), rate)


def waits_and_stays(visits: Visits, t: float) -> Measures:
    waits, stays = visits.waits_s[visits.counted], visits.stays_s[visits.counted]
    record = visits.record
    return {
        "Wq": float(waits.mean()),
        "W": float(stays.mean()),
        "P_wait": float(np.mean(waits > 0)),
        "Lq": visits.mean_number(visits.arrival_s, record.start_s),
        "L": visits.mean_number(visits.arrival_s, record.finish_s),
        "P_T_gt_t": float(np.mean(stays > t)),
        "P_Wq_gt_t": float(np.mean(waits > t)),
        "W_p95": float(np.quantile(stays, 0.95)),
        "Wq_p95": float(np.quantile(waits, 0.95)),
    }


def mm(draws: Draws, n: int, *, lam: float, mu: float, t: float, c: int = 1) -> Measures:
    return waits_and_stays(visit(Queue(Service(1 / mu), servers=c), poisson(draws, n, lam), draws=draws), t)


def mmck(draws: Draws, n: int, *, lam: float, mu: float, c: int, K: int) -> Measures:
    visits = visit(Queue(Service(1 / mu), servers=c, places=K - c), poisson(draws, n, lam), draws=draws)
    record, accepted = visits.record, visits.counted & visits.served
    # Who is refused is present for no time at all; its start is unknown.
    start_s = np.where(visits.served, record.start_s, visits.arrival_s)
    busy = visits.mean_number(start_s, record.finish_s)
    return {
        "P_block": visits.refused_share,
        "accepted_rate": float(accepted.sum() / np.ptp(visits.arrival_s[visits.counted])),
        "L": visits.mean_number(visits.arrival_s, record.finish_s),
        "Lq": visits.mean_number(visits.arrival_s, start_s),
        "Wq_accepted": float(visits.waits_s[accepted].mean()),
        "W_accepted": float(visits.stays_s[accepted].mean()),
        "utilisation": busy / c,
    }


def mg1(draws: Draws, n: int, *, lam: float, m: float, cv2: float) -> Measures:
    return waits_and_stays(visit(Queue(Service(m, cv2)), poisson(draws, n, lam), draws=draws), 0.0)


def erlang_a(draws: Draws, n: int, *, lam: float, mu: float, theta: float, c: int) -> Measures:
    queue = Queue(Service(1 / mu), servers=c)
    visits = visit(queue, poisson(draws, n, lam), draws=draws, mean_patience_s=1 / theta)
    waits = visits.waits_s[visits.counted]
    begin_s = visits.left_line_s
    return {
        "P_wait_or_arrive_busy": float(np.mean(waits > 0)),
        "Lq": visits.mean_number(visits.arrival_s, begin_s),
        "P_abandon": visits.gave_up_share,
        "mean_time_in_queue_all": float(waits.mean()),
        "utilisation": visits.mean_number(begin_s, visits.record.finish_s) / c,
    }


def gm1(draws: Draws, n: int, *, lam: float, mu: float, k: float = np.inf) -> Measures:
    """Times between arrivals that are sums of k exponentials; all equal where k is infinite."""
    gaps = np.ones(n) if k == np.inf else draws("arrivals").standard_gamma(k, n) / k
    return waits_and_stays(visit(Queue(Service(1 / mu)), np.cumsum(gaps) / lam, draws=draws), 0.0)


def mmpp(draws: Draws, n: int, *, l1: float, l2: float, a: float, b: float, mu: float) -> Measures:
    arrival_s = switching_arrivals(draws, n, rates=(l1, l2), leaving_rates=(a, b))
    return waits_and_stays(visit(Queue(Service(1 / mu)), arrival_s, draws=draws), 0.0)


def processor_sharing(draws: Draws, n: int, *, lam: float, m: float, xs: list[float]) -> Measures:
    """A replica whose time goes to computing alone: each iteration gives every request one small, equal turn.

    Sizes are drawn from `xs`, as near to equally likely as their mean m lets them be.
    """
    turns = 2000
    sizes = np.array(xs)
    spread = sizes - sizes.mean()
    odds = 1 / len(sizes) + spread * (m - sizes.mean()) / (spread @ spread)
    size = draws("service").choice(sizes, n, p=odds)
    turn_s = m / turns
    step = make_step(overhead_s=1e-9 * turn_s, prefill_s_per_token=turn_s, decode_s_per_token=turn_s, most_tokens=1024)
    pool: GpuPool = make_pool(step, token_budget=1024, max_running=512, kv_blocks=10**9)
    arrival_s = poisson(draws, n, lam)
    trace = make_trace(
        arrival_s=arrival_s,
        input_tokens=np.ones(n, dtype=np.int64),
        cached_tokens=np.zeros(n, dtype=np.int64),
        output_tokens=np.rint(size / turn_s).astype(np.int64),
        patience_s=np.full(n, np.inf),
    )
    visits = Visits(arrival_s, simulate(single_pool_world(pool), trace))
    stays, counted = visits.stays_s, visits.counted
    return {
        "W": float(stays[counted].mean()),
        "L": float(visits.found().mean()),
        "slowdown": float((stays / size)[counted].mean()),
        "P_N_ge_5": float(np.mean(visits.found() >= 5)),
        **{f"W_given_size_{x}": float(stays[counted & (size == x)].mean()) for x in xs},
    }


def mginf(draws: Draws, requests: int, *, lam: float, m: float, n: int) -> Measures:
    visits = visit(Queue(Service(m, cv2=0.5), servers=None), poisson(draws, requests, lam), draws=draws)
    found = visits.found()
    return {"mean_in_flight": float(found.mean()), "var_in_flight": float(found.var())}


def mtinf(
    draws: Draws, days: int, *, base: float, amp: float, period: float, mu: float, times: list[float]
) -> Measures:
    """Arrivals whose rate swings, a server for everyone: the crowd at given times of the later periods."""
    bins = 1440
    rates = np.tile(sine_rates(base, amp, phase=0.0, bins=bins), days)
    gaps = gaps_to_cover(draws("arrivals"), base * period * days)
    arrival_s = nonhomogeneous_poisson(gaps, rates, hour_s=period / bins)
    visits = visit(Queue(Service(1 / mu), servers=None), arrival_s, draws=draws)
    starts = period * np.arange(1, days)
    return {str(t): float(visits.present_at(starts + t).mean()) for t in times}


def nhpp(draws: Draws, days: int, *, base: float, amp: float, phase: float, t0: float, t1: float, n: int) -> Measures:
    """Arrivals of many days between two hours, at a rate that swings by the day."""
    bins = 1440
    rates = np.tile(sine_rates(base, amp, phase=phase / 24, bins=bins), days)
    gaps = gaps_to_cover(draws("arrivals"), 24 * base * days)
    arrival_h = nonhomogeneous_poisson(gaps, rates, hour_s=24 / bins)
    day, hour = np.divmod(arrival_h, 24)
    counts = np.bincount(day[(hour >= t0) & (hour < t1)].astype(int), minlength=days)
    return {
        "mean_count": float(counts.mean()),
        "daily_total": len(arrival_h) / days,
        "P_count_le_n": float(np.mean(counts <= n)),
    }


@dataclass(frozen=True, slots=True)
class Case:
    """A public case: how it is played, for how long, and how narrow the interval must be."""

    function: str
    play: Callable[..., Measures]
    requests: int
    """Arrivals of one replication; days where the load follows the hour."""
    widest: float
    parameters: Parameters


CASES = {
    "Q-mm1-1": Case("mm1", mm, 14_000, widest(0.5), dict(lam=0.5, mu=1.0, t=3.0)),
    "Q-mm1-2": Case("mm1", mm, 95_000, widest(0.8), dict(lam=0.8, mu=1.0, t=5.0)),
    "Q-mm1-3": Case("mm1", mm, 80_000, widest(0.9), dict(lam=9.0, mu=10.0, t=1.0)),
    "Q-mmc-1": Case("mmc", mm, 110_000, widest(0.8), dict(lam=8.0, mu=1.0, c=10, t=0.5)),
    "Q-mmc-2": Case("mmc", mm, 230_000, widest(0.9), dict(lam=45.0, mu=1.0, c=50, t=0.2)),
    "Q-mmc-3": Case("mmc", mm, 56_000, widest(0.75), dict(lam=1.5, mu=1.0, c=2, t=1.0)),
    "Q-mmck-1": Case("mmck", mmck, 9_000, widest(0.8), dict(lam=8.0, mu=1.0, c=10, K=10)),
    "Q-mmck-2": Case("mmck", mmck, 2_000, widest(1.2), dict(lam=12.0, mu=1.0, c=10, K=10)),
    "Q-mmck-3": Case("mmck", mmck, 3_000, widest(9 / 8), dict(lam=9.0, mu=1.0, c=8, K=16)),
    "Q-mg1-1": Case("mg1", mg1, 18_000, widest(0.7), dict(lam=0.7, m=1.0, cv2=0.0)),
    "Q-mg1-2": Case("mg1", mg1, 75_000, widest(0.7, 4.0), dict(lam=0.7, m=1.0, cv2=4.0)),
    "Q-mg1-3": Case("mg1", mg1, 100_000, widest(0.8), dict(lam=4.0, m=0.2, cv2=2.25)),
    "Q-mg1ps-1": Case("mg1ps", processor_sharing, 22_000, widest(0.7), dict(lam=0.7, m=1.0, xs=[0.5, 1, 4])),
    "Q-mg1ps-2": Case("mg1ps", processor_sharing, 30_000, widest(0.8), dict(lam=2.0, m=0.4, xs=[0.1, 1])),
    "Q-erlA-1": Case("erlA", erlang_a, 3_000, widest(1.0), dict(lam=10.0, mu=1.0, theta=0.5, c=10)),
    "Q-erlA-2": Case("erlA", erlang_a, 3_000, widest(1.2), dict(lam=24.0, mu=1.0, theta=2.0, c=20)),
    "Q-dm1-1": Case("dm1", gm1, 33_000, widest(0.8), dict(lam=0.8, mu=1.0)),
    "Q-mmpp-1": Case("mmpp", mmpp, 110_000, widest(0.7), dict(l1=0.3, l2=1.5, a=0.05, b=0.1, mu=1.0)),
    "Q-erl_m1-1": Case("erl_m1", gm1, 40_000, widest(0.9), dict(lam=0.9, mu=1.0, k=4)),
    "Q-mginf-1": Case("mginf", mginf, 34_000, widest(0.0), dict(lam=20.0, m=3.0, n=75)),
    "Q-nhpp-1": Case("nhpp", nhpp, 150, widest(0.0), dict(base=100.0, amp=0.6, phase=8.0, t0=9.0, t1=17.0, n=1200)),
    "Q-mtinf-1": Case(
        "mtinf", mtinf, 12, widest(0.0), dict(base=40.0, amp=0.7, period=24.0, mu=0.5, times=[0, 6, 12, 18])
    ),
    "Q-jackson-1": Case(
        "jackson", open_network, 60_000, widest(0.75),
        dict(ext=[0.6, 0, 0], P=[[0, 1, 0], [0, 0, 1], [0, 0, 0]], mu=[1.0, 0.4, 0.8], c=[1, 2, 1]),
    ),
    "Q-jackson-2": Case(
        "jackson", open_network, 30_000, widest(0.625),
        dict(ext=[1.0, 0], P=[[0, 1.0], [0.2, 0]], mu=[2.0, 1.0], c=[1, 2]),
    ),
    "Q-prio-1": Case("prio", priorities, 190_000, widest(0.8), dict(lams=[2.0, 3.0, 3.0], mu=1.0, c=10)),
    "Q-mva-1": Case("mva", closed_network, 130, widest(0.978), dict(N=16, Z=10.0, S=[1.0])),
    "Q-mva-2": Case("mva", closed_network, 200, widest(0.914), dict(N=8, Z=2.0, S=[0.5, 0.3])),
}  # fmt: skip


def exact_answers(case: Case) -> Measures:
    """By measure; those of several stations or classes are numbered."""
    answers = FAMILIES[case.function](**case.parameters)
    if case.function == "mtinf":
        return answers["mean_in_flight"]
    by_station = {f"{name}_{at}": each[name] for at, each in enumerate(answers.get("stations", [])) for name in each}
    listed = {name: values for name, values in answers.items() if isinstance(values, list) and name != "stations"}
    numbered = {f"{name}_{at}": value for name, values in listed.items() for at, value in enumerate(values)}
    return answers | by_station | numbered


@pytest.mark.parametrize("name", CASES)
def test_the_exact_answer_lies_in_a_narrow_interval(name: str) -> None:
    if name in LONG and not os.environ.get("LOADBEARING_LONG"):
        pytest.skip("takes millions of requests: set LOADBEARING_LONG=1 to play it")
    case = CASES[name]
    exact = exact_answers(case)
    brief = name in BRIEF and not os.environ.get("LOADBEARING_LONG")
    requests = BRIEF[name] if brief else case.requests
    runs = [case.play(draws_of(name, r), requests, **case.parameters) for r in range(REPLICATIONS)]
    faults = []
    for measure in runs[0].keys() & exact.keys():
        samples = [run[measure] for run in runs]
        sure, usual = (Estimate.of(samples, confidence=level) for level in (0.999, 0.99))
        if abs(sure.mean - exact[measure]) > sure.half_width:
            faults.append(f"{measure}: {sure.mean:.5g} +- {sure.half_width:.2g}, exactly {exact[measure]:.5g}")
        if not brief and usual.half_width > case.widest * abs(exact[measure]):
            faults.append(f"{measure}: +- {usual.half_width / abs(usual.mean):.1%}, at most {case.widest:.0%} asked")
    assert not faults, "\n".join(faults)


BOUNDED = {
    "Q-kingman-1": {"lam": 0.8, "ms": 1.0, "ca2": 1.0, "cs2": 4.0},
    "Q-kingman-2": {"lam": 0.9, "ms": 1.0, "ca2": 4.0, "cs2": 1.0},
}


@pytest.mark.parametrize("name", BOUNDED)
def test_the_mean_wait_lies_between_its_bounds(name: str) -> None:
    """Any laws with these two moments wait between Marchal's lower and Kingman's upper bound."""
    lam, ms, ca2, cs2 = BOUNDED[name].values()
    exact = FAMILIES["kingman"](**BOUNDED[name])
    gap_law = Service(1 / lam, ca2)

    def mean_wait(replication: int, n: int = 8_000) -> float:
        draws = draws_of(name, replication)
        gaps = gap_law.median * np.exp(gap_law.sigma * gap_law.draws(draws("arrivals"), n))
        return waits_and_stays(visit(Queue(Service(ms, cs2)), np.cumsum(gaps), draws=draws), 0.0)["Wq"]

    wait = Estimate.of([mean_wait(r) for r in range(REPLICATIONS)], confidence=0.999)
    assert exact["Wq_lower_bound"] <= wait.mean + wait.half_width
    assert wait.mean - wait.half_width <= exact["Wq_upper_bound"]


def test_every_public_case_is_played() -> None:
    if not CASES_FILE.exists():
        pytest.skip("the shared validation data is not beside this checkout")
    public = {case["id"]: case for case in json.loads(CASES_FILE.read_text())}
    played = {name: (case.function, case.parameters) for name, case in CASES.items()}
    played |= {name: ("kingman", parameters) for name, parameters in BOUNDED.items()}
    assert set(public) == set(played) | set(PLAYED_ELSEWHERE)
    assert not set(played) & set(PLAYED_ELSEWHERE)
    for name, (function, parameters) in played.items():
        assert (public[name]["function"], public[name]["parameters"]) == (function, parameters), name
