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
from sim.strategy.surface import SurfaceKey, assemble, chains, play
from sim.workload import Mix, stream

REPLICAS = (2, 3, 4, 8)
DIRECT_CALLS = 20_000
DIRECT_REPLICATIONS = 5


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

    @property
    def beyond_noise(self) -> float:
        return max(0.0, abs(self.p95) - self.noise)


def mixed(model: StationModel, position: float) -> Mix:
    low, high = model.near[0], model.near[-1]
    shares = [(1 - position) * a.share + position * b.share for a, b in zip(low.products, high.products, strict=True)]
    return Mix(tuple(replace(p, share=share) for p, share in zip(low.products, shares, strict=True)))


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
    half = 2.776 * samples.std(axis=-1, ddof=1) / np.sqrt(samples.shape[-1])
    return [
        Error(
            point,
            product,
            p95=float(read_s[product] / direct_s[product] - 1),
            noise=float(half[product] / direct_s[product]),
            served=float(read_served[product] / direct_rates.outcomes[product, 0, 0] - 1),
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
