"""How far a reading of a response surface is from simulating the same hour directly.

Draws loads and mixes that no surface was built at, reads them, simulates them
with as many replicas as the station really has, and prints the errors of p95
latency and of the share served. Run it from the repository's root:

    python benchmarks/surface_error.py [--fidelity draft|standard] [--points 24] [--json]
"""

import argparse
import json
import sys
from dataclasses import dataclass, replace
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from sim import scenario as scenarios
from sim.catalogue import load_catalogue
from sim.metrics import quantile_s
from sim.serving import FixedShare, World
from sim.strategy import Processes, SurfaceStore
from sim.strategy.architecture import sized
from sim.strategy.fidelity import EFFORTS
from sim.strategy.play import play_months
from sim.strategy.reading import PROMISED, Told, merged, node_weights, per_request, whole_bins
from sim.strategy.stations import StationModel
from sim.strategy.surface import Surface, SurfaceKey, assemble, chains, play
from sim.strategy.units import Unit
from sim.workload import Mix, stream

REPLICAS = (2, 3, 4, 8)
DIRECT_CALLS = 20_000
DIRECT_REPLICATIONS = 5
STUDENT = 2.776
"""97.5 % quantile of Student's t with four degrees of freedom."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """An hour that no surface was built at."""

    station: str
    load: float
    position: float
    replicas: int


@dataclass(frozen=True)
class Error:
    """Reading over direct simulation, less one; `noise` is the direct simulation's own relative half-width."""

    point: Point
    product: int
    p95: float
    noise: float
    served: float
    cost: float
    """Cost per million tokens of answers, of both products together."""
    cost_noise: float

    @property
    def beyond_noise(self) -> float:
        return max(0.0, abs(self.p95) - self.noise)

    @property
    def cost_beyond_noise(self) -> float:
        return max(0.0, abs(self.cost) - self.cost_noise)


def mixed(model: StationModel, position: float) -> Mix:
    low, high = model.near[0], model.near[-1]
    shares = [(1 - position) * a.share + position * b.share for a, b in zip(low.products, high.products, strict=True)]
    return Mix(tuple(replace(p, share=share) for p, share in zip(low.products, shares, strict=True)))


def cost_per_token(unit: Unit, *, used: Array, delivered: Array) -> Array:
    """What is paid over the tokens of answers, but for a factor that readings share.

    A pool costs what it is held for, however it works; a model bought by the
    token costs its prompts, new, stored or cached, and its answers.

    Args:
        used: by sample, model and amount: calls, new prompt tokens, cached ones, answer tokens.
        delivered: prompt and answer tokens of the served, by sample.
    """
    if unit.is_pool:
        return 1 / delivered[:, 1]
    usd = load_catalogue().quantities("apis", unit.api)
    stored = usd["cache_write_share"]
    prompt = (1 - stored) * usd["usd_per_mtok_in"] + stored * usd["usd_per_mtok_cache_write"]
    answer = (1 + usd["reasoning_per_answer_token"]) * usd["usd_per_mtok_out"]
    prices = np.array([0.0, prompt, usd["usd_per_mtok_cached_in"], answer])
    return used.sum(axis=1) @ prices / delivered[:, 1]


def by_sample(surface: Surface, amount: str) -> Array:
    """An amount per request of each product, added over the products, of a surface of one mix and one load."""
    counts = getattr(surface.measured, amount)[0, 0].astype(np.float64)
    arrivals = surface.measured.outcomes[0, 0].sum(axis=-1, dtype=np.float64)
    return (counts / arrivals.reshape(*arrivals.shape, *(1,) * (counts.ndim - 2))).sum(axis=1)


def measure(model: StationModel, point: Point, store: SurfaceStore, executor: Processes) -> list[Error]:
    unit = model.station.units[0]
    promises = (Told(first_words=True, limit_s=inf),) * 2
    cell = model.unit_cell(unit, point.replicas)
    surface = store.surfaces([cell.key], executor)[0][cell.key]
    added_s = np.zeros((2, 1))
    weights = node_weights(
        surface,
        requests=np.ones((1, 1, 2, 1)),
        position=np.full((1, 1), point.position),
        load=np.full((1, 1), point.load),
    )
    rates = per_request(surface, added_s=added_s, promises=promises)
    read_s = quantile_s(whole_bins(merged(rates.latency, weights), rates.first_bin)[0, :, PROMISED], 0.95)
    read_served = merged(rates.outcomes, weights)[0, :, 0]

    size = point.replicas if unit.is_pool else cell.scale
    effort = replace(model.effort, loads=(point.load,), calls=DIRECT_CALLS, replications=DIRECT_REPLICATIONS, batches=1)
    world = World(endpoints=(sized(unit, size),), router=FixedShare(shares=(1.0,)), rtt_s=((0.0,),), eu_endpoints=(0,))
    # Another seed: the direct run must not share its draws with the surface that it judges.
    key = SurfaceKey(world, (mixed(model, point.position),), effort, seed=model.seed + 1)
    direct = assemble(key, executor.map(play, chains(key)))
    direct_rates = per_request(direct, added_s=added_s, promises=promises)
    latency = whole_bins(direct_rates.latency[:, 0], direct_rates.first_bin)
    samples = quantile_s(latency[:, PROMISED + 1 :], 0.95)
    direct_s = quantile_s(latency[:, PROMISED], 0.95)
    half = STUDENT * samples.std(axis=-1, ddof=1) / np.sqrt(samples.shape[-1])
    read_cost = cost_per_token(
        unit,
        used=merged(rates.used, weights)[0].sum(axis=0)[0][None],
        delivered=merged(rates.delivered_tokens, weights)[0].sum(axis=0)[None],
    )[0]
    costs = cost_per_token(
        unit, used=by_sample(direct, "used")[:, 0], delivered=by_sample(direct, "delivered_tokens")
    )
    cost_half = STUDENT * costs.std(ddof=1) / np.sqrt(len(costs))
    return [
        Error(
            point,
            product,
            p95=float(read_s[product] / direct_s[product] - 1),
            noise=float(half[product] / direct_s[product]),
            served=float(read_served[product] / direct_rates.outcomes[product, 0, 0] - 1),
            cost=float(read_cost / costs.mean() - 1),
            cost_noise=float(cost_half / costs.mean()),
        )
        for product in range(2)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fidelity", choices=("draft", "standard"), default="draft")
    parser.add_argument("--points", type=int, default=24)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    store = SurfaceStore()
    draws = stream(11, 0, name="surface_error").random((options.points, 3))
    errors: list[Error] = []
    with Processes() as executor:
        played = play_months(
            scenarios.load("own_the_platform"),
            fidelity=options.fidelity,
            store=store,
            executor=executor,
            catalogue=load_catalogue(),
        )
        models = played.epochs[0].operator.models
        for row, (u_load, u_mix, u_size) in enumerate(draws.tolist()):
            model = models[row % len(models)]
            point = Point(model.station.id, 0.15 + 0.70 * u_load, u_mix, REPLICAS[int(u_size * len(REPLICAS))])
            errors += measure(model, point, store, executor)
    report(errors, options.fidelity, as_json=options.json)
    return 0


def report(errors: list[Error], fidelity: str, *, as_json: bool) -> None:
    known = [error for error in errors if isfinite(error.p95)]
    beyond = np.array([error.beyond_noise for error in known])
    whole = np.abs([error.p95 for error in known])
    served = np.abs([error.served for error in known])
    summary = {
        "fidelity": fidelity,
        "calls": EFFORTS[fidelity].calls,
        "points": len(known),
        "p95_error_median": float(np.median(whole)),
        "p95_error_p95": float(np.quantile(whole, 0.95)),
        "p95_beyond_noise_median": float(np.median(beyond)),
        "p95_beyond_noise_p95": float(np.quantile(beyond, 0.95)),
        "served_error_max": float(served.max()),
    }
    if as_json:
        json.dump(summary, sys.stdout, indent=2)
        print()
        return
    for error in known:
        p = error.point
        print(
            f"{p.station:<14} load {p.load:.2f}  mix {p.position:.2f}  replicas {p.replicas}  product {error.product}  "
            f"p95 {error.p95:+.1%}  noise {error.noise:.1%}  served {error.served:+.2%}"
        )
    print(f"{fidelity}: |p95 error| median {summary['p95_error_median']:.1%}, p95 {summary['p95_error_p95']:.1%}; "
          f"beyond the direct run's half-width median {summary['p95_beyond_noise_median']:.1%}, "
          f"p95 {summary['p95_beyond_noise_p95']:.1%} (targets 2 % and 8 %); "
          f"served share off by at most {summary['served_error_max']:.2%}")  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
