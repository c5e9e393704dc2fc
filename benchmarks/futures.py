"""How fast futures are read, what a second process adds, and how far readings are from direct simulation.

    python -m benchmarks.futures [--n 1000] [--pairs 3] [--points 12]

Prints each figure beside its target. Times are wall time: run it on a quiet machine.
"""

import argparse
import os
import time
from statistics import median

import numpy as np

from benchmarks.surface_error import REPLICAS, Point, measure
from sim import scenario as scenarios
from sim.catalogue import load_catalogue
from sim.strategy import Executor, Processes, Serial, SurfaceStore
from sim.strategy.evaluate import price_book
from sim.strategy.futures import futures
from sim.strategy.futures.draws import draw
from sim.strategy.futures.run import SCOUTED, read_futures, scout, tasks_of
from sim.strategy.futures.uncertain import uncertain_of
from sim.strategy.futures.worlds import scenario_in
from sim.strategy.play import play_months
from sim.workload import stream

STRATEGIES = ("prototype_by_friday", "own_the_platform", "regulated_in_the_eu")
TARGET_S, TARGET_TIMES = 30.0, 1.7
TARGET_MEDIAN, TARGET_P95 = 0.02, 0.08
PAIRED_FUTURES = 60


def whole(n: int) -> None:
    """All strategies in all futures, on two processes, surfaces included."""
    plans = [scenarios.load(name) for name in STRATEGIES]
    with Processes(2) as executor:
        began_s = time.perf_counter()
        result = futures(plans, n=n, store=SurfaceStore(), executor=executor)
        took_s = time.perf_counter() - began_s
    spent = ", ".join(f"{name.removesuffix('_s')} {value:.1f} s" for name, value in result.extra.items())
    print(f"{n} futures x {len(plans)} strategies x {plans[0].months} months: {took_s:.1f} s (target {TARGET_S:.0f} s "
          f"for 1,000 on 2 cores; {os.cpu_count()} here; {spent})")  # fmt: skip


def pairs(count: int) -> None:
    """The same tasks on one process and on two, in turns; workers have started."""
    plan = scenarios.load("own_the_platform")
    catalogue, store = load_catalogue(), SurfaceStore()
    parameters = uncertain_of([plan], catalogue)
    drawn, _ = draw(parameters, n=PAIRED_FUTURES, seed=plan.seed, months=plan.months, catalogue=catalogue)
    scout(plan, drawn[:SCOUTED], parameters=parameters, fidelity="draft", store=store, executor=Serial())
    tasks = tasks_of([plan], drawn, parameters=parameters, fidelity="draft", surfaces=store.all_pooled())

    def timed(executor: Executor) -> float:
        began_s = time.perf_counter()
        executor.map(read_futures, tasks)
        return time.perf_counter() - began_s

    with Processes(2) as two:
        timed(two), timed(Serial())
        times = [timed(Serial()) / timed(two) for _ in range(count)]
    print(f"two processes: {median(times):.2f} times one, median of {count} pairs (target {TARGET_TIMES})")


def errors(points: int) -> None:
    """p95 and cost per million tokens at hours of futures that no surface was built for, against direct simulation."""
    plan = scenarios.load("own_the_platform")
    catalogue, store = load_catalogue(), SurfaceStore()
    parameters = uncertain_of([plan], catalogue)
    # Futures behind those that surfaces were built for.
    drawn, _ = draw(parameters, n=SCOUTED + points, seed=plan.seed, months=plan.months, catalogue=catalogue)
    random = stream(plan.seed, 0, name="benchmark/futures")
    found = []
    with Processes() as executor:
        for future in drawn[SCOUTED:]:
            world = scenario_in(plan, future, parameters=parameters).model_copy(update={"shocks": ()})
            played = play_months(world, fidelity="draft", store=store, executor=executor, catalogue=catalogue)
            served = played.months[int(random.integers(played.launch_month, plan.months))]
            assert served.service is not None
            for station in served.service.stations:
                load = float(station.load[served.row].max())
                size = min(int(station.sizes[served.row, 0]), max(REPLICAS))
                if load <= 0.85:
                    point = Point(station.model.station.id, max(load, 0.15), float(random.random()), max(size, 1))
                    found += measure(station.model, point, store, executor)
    known = [error for error in found if np.isfinite(error.p95)]
    beyond = [error.beyond_noise for error in known]
    # Both products of an hour share its cost.
    cost = [error.cost_beyond_noise for error in known[::2]]
    for name, values in (("p95 latency", beyond), ("cost per million tokens", cost)):
        print(f"surface against direct simulation, {name}, {len(values)} readings at load <= 0.85, error "
              f"beyond the direct run's half-width: median "
              f"{np.median(values):.2%}, p95 {np.quantile(values, 0.95):.2%} (targets {TARGET_MEDIAN:.0%} and "
              f"{TARGET_P95:.0%})")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--points", type=int, default=12)
    options = parser.parse_args()
    price_book(load_catalogue())
    whole(options.n)
    pairs(options.pairs)
    if options.points:
        errors(options.points)


if __name__ == "__main__":
    main()
