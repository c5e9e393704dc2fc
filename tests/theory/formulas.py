"""Exact answers of queueing theory that the simulation must meet.

Every function takes rates and times in one common unit and returns its
answers by name: rho utilization, L and Lq mean numbers, W and Wq mean times,
in the whole system and in the queue alone. Sources by family: Kleinrock,
Queueing Systems I and II (M/M/c, M/G/1, GI/M/1, bounds, priorities); Garnett,
Mandelbaum and Reiman 2002 (Erlang A); Neuts 1981 (matrix-geometric solution);
Reiser and Lavenberg 1980 (mean value analysis); Eick, Massey and Whitt 1993
(infinitely many servers, rates that vary).
"""

from collections.abc import Callable, Sequence
from math import atan2, cos, exp, log, pi, sqrt
from typing import Any

import numpy as np
from scipy.stats import binom, poisson

Answers = dict[str, Any]


def mm1(*, lam: float, mu: float, t: float) -> Answers:
    """One exponential server: the time in the system is exponential with rate mu - lam."""
    rho = lam / mu
    spare = mu - lam
    return {
        "rho": rho,
        "L": lam / spare,
        "Lq": rho * lam / spare,
        "W": 1 / spare,
        "Wq": rho / spare,
        "P_wait": rho,
        "P_T_gt_t": exp(-spare * t),
        "W_p95": log(20) / spare,
        "Wq_p95": max(0.0, log(20 * rho) / spare),
    }


def erlang_b(*, servers: int, offered: float) -> float:
    """Share of arrivals that find every server busy and leave."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    return blocked


def erlang_c(*, servers: int, offered: float) -> float:
    """Share of arrivals that find every server busy and wait."""
    blocked = erlang_b(servers=servers, offered=offered)
    return blocked / (1 - offered / servers * (1 - blocked))


def mmc(*, lam: float, mu: float, c: int, t: float) -> Answers:
    """c exponential servers, one queue."""
    waits = erlang_c(servers=c, offered=lam / mu)
    spare = c * mu - lam
    return {
        "rho": lam / (c * mu),
        "offered_load": lam / mu,
        "P_wait": waits,
        "Wq": waits / spare,
        "W": waits / spare + 1 / mu,
        "Lq": lam * waits / spare,
        "L": lam * (waits / spare + 1 / mu),
        "P_Wq_gt_t": waits * exp(-spare * t),
        "Wq_p95": max(0.0, log(20 * waits) / spare),
    }


def birth_death(*, births: Sequence[float], deaths: Sequence[float]) -> np.ndarray:
    """Stationary law of a chain that moves up from n at births[n] and down from n + 1 at deaths[n]."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(births) - np.log(deaths))])
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def mmck(*, lam: float, mu: float, c: int, K: int) -> Answers:
    """c exponential servers and room for K in all; Erlang's loss formula where K = c."""
    law = birth_death(births=[lam] * K, deaths=[mu * min(n, c) for n in range(1, K + 1)])
    n = np.arange(K + 1)
    accepted = lam * (1 - law[-1])
    queued = float(law @ np.maximum(n - c, 0))
    held = float(law @ n)
    return {
        "P_block": float(law[-1]),
        "accepted_rate": accepted,
        "L": held,
        "Lq": queued,
        "Wq_accepted": queued / accepted,
        "W_accepted": held / accepted,
        "utilisation": accepted / (c * mu),
    }


def mg1(*, lam: float, m: float, cv2: float) -> Answers:
    """One server, any service law of mean m and squared coefficient of variation cv2 (Pollaczek-Khinchine)."""
    rho = lam * m
    wait = rho * m * (1 + cv2) / (2 * (1 - rho))
    return {"rho": rho, "Wq": wait, "W": wait + m, "Lq": lam * wait, "L": lam * (wait + m)}


def mg1ps(*, lam: float, m: float, xs: Sequence[float]) -> Answers:
    """One server shared equally: the service law matters only through its mean."""
    rho = lam * m
    by_size: Answers = {f"W_given_size_{x}": x / (1 - rho) for x in xs}
    return {
        "rho": rho,
        "W": m / (1 - rho),
        "L": rho / (1 - rho),
        "slowdown": 1 / (1 - rho),
        "P_N_ge_5": rho**5,
        **by_size,
    }


def erlang_a(*, lam: float, mu: float, theta: float, c: int) -> Answers:
    """c exponential servers; who waits leaves at rate theta."""
    most = c + 40 * int(1 + lam / min(mu, theta))
    deaths = [mu * min(n, c) + theta * max(n - c, 0) for n in range(1, most + 1)]
    law = birth_death(births=[lam] * most, deaths=deaths)
    n = np.arange(most + 1)
    queued = float(law @ np.maximum(n - c, 0))
    return {
        "P_wait_or_arrive_busy": float(law[c:].sum()),
        "Lq": queued,
        "P_abandon": theta * queued / lam,
        "mean_time_in_queue_all": queued / lam,
        "utilisation": float(law @ np.minimum(n, c)) / c,
    }


def _gi_m_1(*, lam: float, mu: float, transform: Callable[[float], float]) -> Answers:
    """One exponential server; sigma = A*(mu(1 - sigma)) with the transform A* of the time between arrivals."""
    sigma = lam / mu
    for _ in range(10_000):
        sigma = transform(mu * (1 - sigma))
    wait = sigma / (mu * (1 - sigma))
    return {"rho": lam / mu, "sigma": sigma, "Wq": wait, "W": wait + 1 / mu, "P_wait": sigma}


def dm1(*, lam: float, mu: float) -> Answers:
    """Arrivals like clockwork, one exponential server."""
    return _gi_m_1(lam=lam, mu=mu, transform=lambda s: exp(-s / lam))


def erl_m1(*, k: int, lam: float, mu: float) -> Answers:
    """Times between arrivals are sums of k exponentials, one exponential server."""
    return _gi_m_1(lam=lam, mu=mu, transform=lambda s: (k * lam / (k * lam + s)) ** k)


def kingman(*, lam: float, ms: float, ca2: float, cs2: float) -> Answers:
    """Bounds and approximations of the wait from two moments of arrivals and service (Kingman, Marchal)."""
    rho = lam * ms
    upper = lam * (ca2 / lam**2 + cs2 * ms**2) / (2 * (1 - rho))
    return {
        "rho": rho,
        "Wq_upper_bound": upper,
        "Wq_Kingman_VUT_approx": (ca2 + cs2) / 2 * rho / (1 - rho) * ms,
        "Wq_Marchal_approx": upper * (1 + cs2) / (1 / rho**2 + cs2),
        "Wq_lower_bound": max(0.0, (rho**2 * cs2 + rho * (rho - 2)) / (2 * lam * (1 - rho))),
    }


def jackson(*, ext: Sequence[float], P: Sequence[Sequence[float]], mu: Sequence[float], c: Sequence[int]) -> Answers:
    """Open network of exponential stations: each behaves as if alone with its own arrival rate."""
    rates = np.linalg.solve(np.eye(len(ext)) - np.array(P).T, np.array(ext, dtype=float))
    wanted = ("rho", "P_wait", "Wq", "W", "L")
    stations = [
        {name: answers[name] for name in wanted}
        for answers in (mmc(lam=float(r), mu=m, c=n, t=0.0) for r, m, n in zip(rates, mu, c, strict=True))
    ]
    held = sum(float(station["L"]) for station in stations)
    return {
        "arrival_rates": rates.tolist(),
        "stations": stations,
        "L_total": held,
        "sojourn_total": held / sum(ext),
    }


def mmpp(*, l1: float, l2: float, a: float, b: float, mu: float) -> Answers:
    """Arrivals at rate l1 or l2, switching at rates a and b; one exponential server (matrix-geometric)."""
    up = np.diag([l1, l2])
    down = mu * np.eye(2)
    switch = np.array([[-a, a], [b, -b]])
    ratio = np.zeros((2, 2))
    stay = np.linalg.inv(up + down - switch)
    for _ in range(20_000):
        ratio = (up + ratio @ ratio @ down) @ stay
    rest = np.linalg.inv(np.eye(2) - ratio)
    empty = np.linalg.svd((switch - up + ratio @ down).T)[2][-1]
    empty = empty / (empty @ rest @ np.ones(2))
    mean_rate = (b * l1 + a * l2) / (a + b)
    held = float(empty @ ratio @ rest @ rest @ np.ones(2))
    return {
        "mean_rate": mean_rate,
        "rho": mean_rate / mu,
        "L": held,
        "W": held / mean_rate,
        "Wq": held / mean_rate - 1 / mu,
        "P_empty": float(empty.sum()),
        "W_if_Poisson": 1 / (mu - mean_rate),
    }


def prio(*, lams: Sequence[float], mu: float, c: int) -> Answers:
    """c exponential servers; a free server takes the first class that waits, and finishes what it began (Cobham)."""
    total = sum(lams)
    waits = erlang_c(servers=c, offered=total / mu)
    loads = np.concatenate([[0.0], np.cumsum(lams)]) / (c * mu)
    by_class = waits / (c * mu * (1 - loads[:-1]) * (1 - loads[1:]))
    return {
        "P_wait": waits,
        "Wq_by_class": by_class.tolist(),
        "Wq_overall": float(by_class @ np.array(lams)) / total,
    }


def mva(*, N: int, Z: float, S: Sequence[float]) -> Answers:
    """N customers that think for Z and then visit every station once (exact mean value analysis)."""
    service = np.array(S)
    queue = np.zeros(len(S))
    throughput = response = 0.0
    for n in range(1, N + 1):
        times = service * (1 + queue)
        response = float(times.sum())
        throughput = n / (Z + response)
        queue = throughput * times
    return {
        "throughput": throughput,
        "response": response,
        "Q": queue.tolist(),
        "util": (throughput * service).tolist(),
    }


def mginf(*, lam: float, m: float, n: int) -> Answers:
    """A server for everyone: the number in flight is Poisson, whatever the service law."""
    law = poisson(lam * m)
    return {
        "mean_in_flight": lam * m,
        "var_in_flight": lam * m,
        "P_N_gt_n": float(law.sf(n)),
        "p99_in_flight": int(law.ppf(0.99)),
    }


def nhpp(*, base: float, amp: float, phase: float, t0: float, t1: float, n: int) -> Answers:
    """Arrivals at base*(1 + amp*sin(2 pi (t - phase)/24)) an hour, counted from hour t0 to t1."""
    turn = 2 * pi / 24
    swing = (cos(turn * (t0 - phase)) - cos(turn * (t1 - phase))) / turn
    mean = base * (t1 - t0) + base * amp * swing
    return {
        "mean_count": mean,
        "var_count": mean,
        "peak_rate": base * (1 + amp),
        "peak_hour": (phase + 6) % 24,
        "daily_total": 24 * base,
        "P_count_le_n": float(poisson(mean).cdf(n)),
    }


def kofn(*, n: int, k: int, mtbf: float, mttr: float) -> Answers:
    """At least k of n independent units up, each up for mtbf and down for mttr on average."""
    up = mtbf / (mtbf + mttr)
    return {"A_unit": up, "P_at_least_k_up": float(binom(n, up).sf(k - 1)), "expected_up": n * up}


def mtinf(*, base: float, amp: float, period: float, mu: float, times: Sequence[float]) -> Answers:
    """Arrivals at base*(1 + amp*sin(2 pi t/period)), a server for everyone: the crowd follows the rate, later."""
    turn = 2 * pi / period
    swing = base * amp / sqrt(mu**2 + turn**2)
    lag = atan2(turn, mu)
    return {
        "mean_in_flight": {str(t): base / mu + swing * float(np.sin(turn * t - lag)) for t in times},
        "peak_in_flight": base / mu + swing,
        "peak_lag_after_rate_peak": lag / turn,
    }


FAMILIES: dict[str, Callable[..., Answers]] = {
    "mm1": mm1,
    "mmc": mmc,
    "mmck": mmck,
    "mg1": mg1,
    "mg1ps": mg1ps,
    "erlA": erlang_a,
    "dm1": dm1,
    "erl_m1": erl_m1,
    "kingman": kingman,
    "jackson": jackson,
    "mmpp": mmpp,
    "prio": prio,
    "mva": mva,
    "mginf": mginf,
    "nhpp": nhpp,
    "kofn": kofn,
    "mtinf": mtinf,
}
"""Closed forms by the name that the validation cases use."""
