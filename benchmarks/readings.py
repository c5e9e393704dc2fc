"""How long an evaluation takes that simulates nothing: a change of money, and an estimate over surfaces that are known.

    python -m benchmarks.readings [PRESET ...]

Processor time, the median of twelve changes each, after import and in one process; a fixed loop beside each says how
fast the machine was meanwhile.
"""

import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from sim import scenario as scenarios
from sim.scenario.schema import Scenario
from sim.strategy import SurfaceStore, evaluate

TARGET_MS = 50.0
LOOP = 200_000
Moves = Sequence[dict[str, Any]]
MONEY: Moves = [
    *({"world.api_price_drift_per_year": -0.30 + 0.017 * step} for step in range(8)),
    *({"lockin.overrun": 0.30 + 0.01 * step} for step in range(4)),
]
ESTIMATES: Moves = [
    *({"world.growth_per_month": 0.03 + 0.0011 * step} for step in range(6)),
    *({"decisions.spare_room": 0.20 + 0.013 * step} for step in range(6)),
]
ASIDE = 1e-5
"""By how much the moves differ that are made first, to simulate the surfaces of those that are measured."""


def fixed_loop_s() -> float:
    """Processor time of a loop that is always the same [s]."""
    began_s = time.process_time()
    total = 0
    for number in range(LOOP):
        total += number * number % 7
    return time.process_time() - began_s


def median_s(base: Scenario, moves: Moves, *, store: SurfaceStore) -> float:
    """Processor time of a change [s]; none of them simulates anything."""
    for move in moves:
        evaluate(scenarios.set_fields(base, {path: value + ASIDE for path, value in move.items()}), store=store)
    took_s = []
    for changed in [scenarios.set_fields(base, move) for move in moves]:
        began_s = time.process_time()
        outcome = evaluate(changed, store=store)
        took_s.append(time.process_time() - began_s)
        assert outcome.simulated_windows == 0, "a surface was missing: what was measured is no reading"
    return median(took_s)


def main() -> None:
    for name in sys.argv[1:] or list(scenarios.presets()):
        store, base = SurfaceStore(), scenarios.load(name)
        evaluate(base, store=store)
        money_s, estimate_s = (median_s(base, moves, store=store) for moves in (MONEY, ESTIMATES))
        print(f"{name:26s} money {1000 * money_s:5.1f} ms, estimate {1000 * estimate_s:5.1f} ms of processor time "
              f"(targets {TARGET_MS:.0f} ms; the fixed loop {1000 * fixed_loop_s():.1f} ms)", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
