"""Whether intervals hold the truth as often as they say, and whether the warm-up that is cut is long enough.

    python -m benchmarks.coverage [--trials 2000] [--processes 2]

A managed API with four slots and exponential answers is an M/M/4 queue, whose
mean stay is known exactly (Erlang). Each trial starts empty, leaves out the
first fifth as the surfaces do, and makes a 95 % interval in both ways that the
simulator has: five replications (standard), and eight batches of one long run
(draft). The share of trials whose interval holds the exact mean is printed
beside 93.5 to 96.5 %.

Then the windows of a preset's stations are played as a draft plays them, and
MSER-5 says how much of each load's first part it would cut; the surfaces cut
a fifth.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from sim import scenario as scenarios
from sim.catalogue import load_catalogue
from sim.metrics import Estimate, batch_means, mser5
from sim.serving import SERVED, simulate
from sim.strategy import Processes, Serial, SurfaceStore
from sim.strategy.play import play_months
from sim.strategy.surface import WARM_UP_SHARE, Chain, SurfaceKey, cell_work_s, offered_load
from sim.workload import poisson_arrivals
from tests.theory.formulas import FAMILIES
from tests.theory.stations import Queue, Service, draws_of, visit

SERVERS, RATE = 4, 2.8
REPLICATIONS, REPLICATED = 5, 1000
BATCHES = 8
LONG, LONGER = 8_000, 24_000
LEAST, MOST = 0.935, 0.965
PER_TASK = 50
PRESET = "own_the_platform"


@dataclass(frozen=True)
class Trials:
    """Some trials, by number."""

    numbers: tuple[int, ...]

    @property
    def name(self) -> str:
        return f"trials {self.numbers[0]} to {self.numbers[-1]}"

    def played(self) -> list[tuple[Estimate, ...]]:
        return [(replicated(n), batched(n, LONG), batched(n, LONGER)) for n in self.numbers]


def stays_s(case: str, replication: int, requests: int) -> np.ndarray:
    """Stays after the warm-up."""
    draws = draws_of(case, replication)
    arrival_s = poisson_arrivals(draws("arrivals").standard_exponential(requests), RATE)
    stays = visit(Queue(Service(1.0), servers=SERVERS), arrival_s, draws=draws).stays_s
    return stays[int(WARM_UP_SHARE * requests) :]


def replicated(trial: int) -> Estimate:
    runs = [stays_s(f"coverage/{trial}", run, REPLICATED) for run in range(REPLICATIONS)]
    return Estimate.of([float(run.mean()) for run in runs])


def batched(trial: int, requests: int) -> Estimate:
    return batch_means(stays_s(f"coverage/{requests}/{trial}", 0, requests), batches=BATCHES)


def coverage(trials: int, processes: int) -> None:
    exact = FAMILIES["mmc"](lam=RATE, mu=1.0, c=SERVERS, t=1.0)["W"]
    tasks = [Trials(tuple(range(at, min(at + PER_TASK, trials)))) for at in range(0, trials, PER_TASK)]
    with Processes(processes) as executor:
        found = [trial for part in executor.map(Trials.played, tasks) for trial in part]
    ways = (
        f"{REPLICATIONS} replications of {REPLICATED}",
        *(f"{BATCHES} batches of one run of {requests}" for requests in (LONG, LONGER)),
    )
    for name, estimates in zip(ways, zip(*found, strict=True), strict=True):
        held = np.mean([abs(estimate.mean - exact) <= estimate.half_width for estimate in estimates])
        bias = np.mean([estimate.mean for estimate in estimates]) / exact - 1
        width = np.median([estimate.relative_half_width for estimate in estimates])
        print(f"M/M/{SERVERS} at load {RATE / SERVERS:.2f}, mean stay, {name}: 95 % intervals hold {exact:.4f} in "
              f"{held:.2%} of {len(estimates)} trials (target {LEAST:.1%} to {MOST:.1%}); bias {bias:+.3%}, "
              f"half-width {width:.1%}")  # fmt: skip


def warm_up() -> None:
    played = play_months(
        scenarios.load(PRESET), fidelity="draft", store=SurfaceStore(), executor=Serial(), catalogue=load_catalogue()
    )
    for model in played.epochs[0].operator.models:
        for unit in model.station.units:
            key = model.unit_cell(unit, 2).key
            if not key.compounds:
                cuts(unit.id, key)


def cuts(unit: str, key: SurfaceKey) -> None:
    """What MSER-5 would cut of each load's stays, as a share of its requests; `never` where it did not settle."""
    effort, mix = key.effort, key.mixes[0]
    rates_rps = [load / cell_work_s(key, mix) for load in effort.loads]
    trace, cell = offered_load(mix, Chain(key, 0, 0), rates_rps=rates_rps, calls=[effort.calls] * len(effort.loads))
    record = simulate(key.world, trace)
    served = record.outcome == SERVED
    size = effort.batches * key.classes
    said = []
    for at, load in enumerate(effort.loads):
        inside = np.flatnonzero((cell >= at * size) & (cell < (at + 1) * size))
        # A load's own first part carries no cell: it is what lies between the last one's and its own.
        begin = inside[0] - int(WARM_UP_SHARE * effort.calls)
        rows = np.arange(begin, inside[-1] + 1)
        rows = rows[served[rows]]
        cut = mser5((record.finish_s - trace.arrival_s)[rows])
        said.append(f"{load:g}: {'never' if cut is None else f'{cut / len(rows):.0%}'}")
    print(f"{unit}: MSER-5 cuts by load {', '.join(said)} (cut: {WARM_UP_SHARE:.0%})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    coverage(options.trials, options.processes)
    warm_up()


if __name__ == "__main__":
    main()
