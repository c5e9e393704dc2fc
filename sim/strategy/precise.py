"""Replications until the noise is as small as was asked for."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.scenario.schema import Scenario
from sim.strategy.evaluate import evaluate
from sim.strategy.executors import Executor, Kept, Serial
from sim.strategy.fidelity import EFFORTS
from sim.strategy.outcome import Fidelity, Outcome, PromiseReading

MOST_REPLICATIONS = 40
"""Unless asked otherwise: eight times a standard run."""
LARGEST_STEP = 3
"""A width from few replications is uncertain, so their number grows at most this many times before the next look."""


@dataclass(frozen=True, slots=True)
class Precise:
    """An outcome whose noise was aimed at."""

    outcome: Outcome
    asked: float
    """Relative half-width."""
    replications: int
    widest: PromiseReading | None
    """The promise whose p95 is known least, in the last month; `None` where none has a known width."""

    @property
    def reached(self) -> float:
        """Relative half-width of the widest; `nan` where there is none."""
        return self.widest.p95_s.relative_half_width if self.widest else float("nan")

    @property
    def met(self) -> bool:
        return self.reached <= self.asked


def evaluate_to(
    scenario: Scenario,
    half_width: float,
    *,
    fidelity: Fidelity = "standard",
    most: int = MOST_REPLICATIONS,
    executor: Executor | None = None,
) -> Precise:
    """Evaluate with as many replications as it takes, by the sequential rule.

    Begin with the fidelity's; while the p95 of some promise in the last month
    is known less well than asked, take the number that its spread calls for,
    and look again (Law, Simulation Modeling and Analysis, 9.4.1). A width that
    is reached by chance at one look ends it, so intervals cover a little less
    than they say when few replications were enough. Replications that were
    simulated stay as they are: only new ones are played.

    Args:
        half_width: of the 95 % interval, relative to the p95.
        most: replications, at most; the last look may still miss what was asked.

    Raises:
        ValueError: `half_width` is not above 0.
    """
    if not half_width > 0:
        raise ValueError(f"the half-width must be above 0 (got {half_width})")
    replications = max(2, EFFORTS[fidelity].replications)
    with TemporaryDirectory(prefix="loadbearing-") as folder:
        kept = Kept(executor or Serial(), Path(folder))
        while True:
            outcome = evaluate(scenario, fidelity=fidelity, executor=kept, replications=replications)
            widest = _widest(outcome)
            found = Precise(outcome, half_width, replications, widest)
            if widest is None or found.met or replications >= most:
                return found
            samples = widest.p95_s.n
            wanted = widest.p95_s.samples_for(half_width) * replications / samples
            replications = min(most, LARGEST_STEP * replications, max(replications + 1, -int(-wanted // 1)))


def _widest(outcome: Outcome) -> PromiseReading | None:
    """The promise of the last month that is known least, of those whose width is known and not exactly 0."""
    known = [promise for promise in outcome.months[-1].promises if isfinite(promise.p95_s.relative_half_width)]
    return max(known, key=lambda promise: promise.p95_s.relative_half_width, default=None)
