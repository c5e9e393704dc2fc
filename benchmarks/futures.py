"""How fast futures are read, what a second process adds, and how far readings are from direct simulation.

    python -m benchmarks.futures [--n 1000] [--pairs 3] [--points 12] [--each 60]

Prints each figure beside its target. Times are wall time, so run it on a quiet machine, but where they are said to be
processor time.
"""

import argparse
import os
import resource
import time
from statistics import median

import numpy as np

from benchmarks.readings import fixed_loop_s
from benchmarks.surface_error import REPLICAS, Point, measure
from sim import scenario as scenarios
from sim.catalogue import load_catalogue
from sim.strategy import Executor, Processes, Serial, SurfaceStore
from sim.strategy.evaluate import price_book
from sim.strategy.futures import futures
from sim.strategy.futures.draws import draw
from sim.strategy.futures.run import SCOUTED, FutureTask, pooled_store, read_futures, scout, tasks_of
from sim.strategy.futures.uncertain import uncertain_of
from sim.strategy.futures.worlds import scenario_in
from sim.strategy.play import play_months
from sim.workload import stream

STRATEGIES = ("prototype_by_friday", "own_the_platform", "regulated_in_the_eu")
TARGET_S, TARGET_TIMES, TARGET_EACH_MS = 30.0, 1.7, 18.0
TARGET_MEDIAN, TARGET_P95 = 0.02, 0.08
PAIRED_FUTURES = 120


def whole(n: int) -> None:
    """All strategies in all futures, on two processes, surfaces included."""
    plans = [scenarios.load(name) for name in STRATEGIES]
    began_s, used_s = time.perf_counter(), processor_s()
    with Processes(2) as executor:
        result = futures(plans, n=n, store=SurfaceStore(), executor=executor)
        took_s = time.perf_counter() - began_s
    used_s = processor_s() - used_s
    spent = ", ".join(f"{name.removesuffix('_s')} {value:.1f} s" for name, value in result.extra.items())
    print(f"{n} futures x {len(plans)} strategies x {plans[0].months} months: {took_s:.1f} s (target {TARGET_S:.0f} s "
          f"for 1,000 on 2 cores; {os.cpu_count()} here; {spent}); {used_s:.1f} s of processor time in all, workers' "
          f"start included, which two cores that nobody shares do in {used_s / 2:.1f} s at best")  # fmt: skip


def processor_s() -> float:
    """Processor time of this process and of the workers that have ended [s]."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def each(n: int) -> None:
    """Processor time of one strategy in one future, in this process, and of the surfaces that all of them share.

    As many other futures are read before: their surfaces and plans are known, as they are to all but a sweep's first.
    """
    plans = [scenarios.load(name) for name in STRATEGIES]
    catalogue, store = load_catalogue(), pooled_store()
    parameters = uncertain_of(plans, catalogue)
    drawn, _ = draw(parameters, n=2 * n, seed=plans[0].seed, months=plans[0].months, catalogue=catalogue)
    fixed_s = fixed_loop_s()
    began_s = time.process_time()
    for plan in plans:
        scout(plan, drawn[:SCOUTED], parameters=parameters, fidelity="draft", store=store, executor=Serial())
    print(f"surfaces of {len(plans)} strategies: {time.process_time() - began_s:.1f} s of processor time")
    for plan in plans:
        before, measured = (
            tasks_of([plan], part, parameters=parameters, fidelity="draft", surfaces=())
            for part in (drawn[n:], drawn[:n])
        )
        for task in before:
            read_futures(task)
        spent_s = sum(processor_time(task)[1] for task in measured)
        print(f"{plan.name}: {1000 * spent_s / n:.1f} ms of processor time a future, surfaces known (target "
              f"{TARGET_EACH_MS:.0f} ms; a fixed loop takes {1000 * fixed_s:.0f} ms here)")  # fmt: skip


def pairs(count: int) -> None:
    """The same tasks on one process and on two, in turns; workers have started, and every surface goes along.

    Without the surfaces, a worker would simulate what the other one knows already, and neither time would be stable.
    """
    plan = scenarios.load("own_the_platform")
    catalogue, store = load_catalogue(), SurfaceStore()
    parameters = uncertain_of([plan], catalogue)
    drawn, _ = draw(parameters, n=PAIRED_FUTURES, seed=plan.seed, months=plan.months, catalogue=catalogue)
    scout(plan, drawn, parameters=parameters, fidelity="draft", store=store, executor=Serial())
    tasks = tasks_of([plan], drawn, parameters=parameters, fidelity="draft", surfaces=store.all_pooled())

    def timed(executor: Executor) -> tuple[float, float]:
        """Wall time, and processor time on two cores that nobody else uses: of the busiest, or half of all."""
        began_s, own_s = time.perf_counter(), time.process_time()
        spent = executor.map(processor_time, tasks)
        took_s, own_s = time.perf_counter() - began_s, time.process_time() - own_s
        by_process: dict[int, float] = {}
        for process, spent_s in spent:
            by_process[process] = by_process.get(process, 0.0) + spent_s
        by_process[os.getpid()] = own_s
        busiest_s = max(by_process.values())
        return took_s, busiest_s if executor is not two else max(busiest_s, sum(by_process.values()) / 2)

    with Processes(2) as two:
        timed(two), timed(Serial())
        found = []
        for pair in range(count):
            # Each pair in the other order than the one before, so that a drift of the machine favors neither.
            order = (Serial(), two) if pair % 2 else (two, Serial())
            by_executor = {type(executor): timed(executor) for executor in order}
            found.append([one / both for one, both in zip(by_executor[Serial], by_executor[Processes], strict=True)])
    wall, processor = (sorted(ratios) for ratios in zip(*found, strict=True))
    print(f"two processes: {median(wall):.2f} times one, median of {count} pairs ({wall[0]:.2f} to {wall[-1]:.2f}), "
          f"with {os.getloadavg()[0]:.1f} processes for {os.cpu_count()} cores; {median(processor):.2f} times by "
          f"processor time, which others do not change (target {TARGET_TIMES})")  # fmt: skip


def processor_time(task: FutureTask) -> tuple[int, float]:
    """Who read a task, and the processor time it took [s]."""
    began_s = time.process_time()
    read_futures(task)
    return os.getpid(), time.process_time() - began_s


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
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--only", choices=("whole", "each", "pairs", "errors"))
    options = parser.parse_args()
    price_book(load_catalogue())
    parts = {
        "whole": (whole, options.n),
        "each": (each, options.each),
        "pairs": (pairs, options.pairs),
        "errors": (errors, options.points),
    }
    for name, (measured, size) in parts.items():
        if options.only in (None, name):
            measured(size)


if __name__ == "__main__":
    main()
