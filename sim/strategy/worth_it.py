"""Is portability worth it? A plan against its managed twin: what it costs, what it avoids, and the answer may be no.

Equations: docs/model_decisions.md, "Is portability worth it".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.economics import statement
from sim.economics.prices import MONTHS_PER_YEAR
from sim.lockin import Portability, Premium, Shock, deck, portability
from sim.scenario import Scenario, lever_cards, set_fields
from sim.scenario.assumptions import catalogue_of
from sim.strategy.asking import Progress, evaluate_each, leaving_of
from sim.strategy.deciding_later import DecidingLater, deciding_later, switched
from sim.strategy.evaluate import price_book
from sim.strategy.executors import Executor
from sim.strategy.months import first_day
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.schedule import Effect, Schedule, effective_states
from sim.strategy.store import SurfaceStore

Array = NDArray[np.float64]

ORCHESTRATION, VECTOR_STORE, MOVABLE = (
    "decisions.orchestration",
    "decisions.vector_store",
    "decisions.movable_share",
)
LEARN_MONTH = 12
"""When a plan that waits decides, unless asked otherwise."""


def managed_twin(scenario: Scenario) -> Scenario:
    """The same plan with nothing built to move: the vendor's store and platform software, no open interfaces."""
    lowest = next(card.low for card in lever_cards() if card.path == MOVABLE)
    return set_fields(scenario, {ORCHESTRATION: "vendor", VECTOR_STORE: "vendor", MOVABLE: lowest})


def portable_twin(scenario: Scenario) -> Scenario:
    """The same plan on open software that others host, with as much of the new work built to move as can be."""
    highest = next(card.high for card in lever_cards() if card.path == MOVABLE)
    return set_fields(scenario, {ORCHESTRATION: "open_hosted", VECTOR_STORE: "open_hosted", MOVABLE: highest})


@dataclass(frozen=True, slots=True, eq=False)
class PlayedPremium(Premium):
    """What a portable plan costs more, read from two plans that were played.

    `once_usd` are builders who stay longer, `usd_per_month` is the mean extra
    cost of a month at equal demand, and `delay_usd` is what is left of the
    difference between the plans: profit missed by launching later. The first
    and the last are present values. Any of them may be below zero.
    """

    paid_usd: Array
    """Present value of the whole difference up to the end of each month, shape (months,)."""

    def by_month(self, months: int, discount_per_year: float) -> Array:
        """As it was paid month by month; over the horizon it is the difference in worth."""
        return self.paid_usd[:months]


@dataclass(frozen=True, slots=True, eq=False)
class WorthOfPortability:
    """A portable plan against a managed one."""

    managed: Outcome
    portable: Outcome
    premium: PlayedPremium
    verdict: Portability
    later: DecidingLater | None
    """`None` where the horizon ends before one could decide."""

    @property
    def premium_usd(self) -> float:
        """Over the horizon, discounted; below zero where the portable plan is ahead without any shock."""
        return float(self.premium.paid_usd[-1])

    @property
    def pays(self) -> bool:
        return self.verdict.worth_usd > 0

    @property
    def pays_cash_only(self) -> bool:
        """Whether it pays with growth forgone left out."""
        return self.verdict.worth_usd_cash_only > 0


def worth_of_portability(
    scenario: Scenario,
    *,
    portable: Scenario | None = None,
    learn_month: int = LEARN_MONTH,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> WorthOfPortability:
    """Compare a plan with its managed twin. Four evaluations, two where there is no time to decide later.

    Args:
        scenario: the plan. One that already runs open software or an open
            store is itself the portable side; any other is judged by its portable twin.
        portable: the portable side, where another one is meant.
        learn_month: when a plan that waits knows whether it will be forced to leave.
    """
    managed = managed_twin(scenario)
    portable = portable or (scenario if is_open(scenario) else portable_twin(scenario))
    ways = switched(managed, portable, month=learn_month, fields=(ORCHESTRATION, VECTOR_STORE, MOVABLE))
    outcomes = evaluate_each(
        [managed, portable, *ways], fidelity=fidelity, store=store, executor=executor, progress=progress
    )
    return judged(outcomes[0], outcomes[1], waited=outcomes[2:], learn_month=learn_month)


def is_open(scenario: Scenario) -> bool:
    """Whether a plan has left the vendor's software or the vendor's store."""
    return scenario.decisions.orchestration != "vendor" or scenario.decisions.vector_store != "vendor"


def judged(
    managed: Outcome, portable: Outcome, *, waited: Sequence[Outcome] = (), learn_month: int = LEARN_MONTH
) -> WorthOfPortability:
    """The same of outcomes at hand.

    Args:
        waited: the portable plan that turns managed in the learning month, and the managed one that turns portable.
    """
    shocks = deck(catalogue_of(managed.scenario), first_day(managed.scenario.start, 0))
    rate = managed.scenario.company.discount_per_year
    premium = played_premium(managed, portable)
    verdict = portability(
        leaving_of(managed), leaving_of(portable), premium=premium, shocks=shocks, discount_per_year=rate
    )
    later = _later(managed, portable, waited=waited, shocks=shocks, month=learn_month) if waited else None
    return WorthOfPortability(managed, portable, premium, verdict, later)


def _later(
    managed: Outcome, portable: Outcome, *, waited: Sequence[Outcome], shocks: Sequence[Shock], month: int
) -> DecidingLater:
    back, forth = waited
    return deciding_later(
        {"managed": managed, "portable": portable},
        turned={"managed": forth, "portable": back},
        shocks=shocks,
        month=month,
    )


def played_premium(managed: Outcome, portable: Outcome) -> PlayedPremium:
    """What the portable plan costs more, split by a third one that serves the managed plan's demand portably.

    At equal demand the two differ by what the decisions cost each month; what
    is left of the difference in worth is extra building and the later launch.
    """
    rate = managed.scenario.company.discount_per_year
    worth = (1 + rate) ** (-np.arange(len(managed.months)) / MONTHS_PER_YEAR)
    cash_usd = np.diff(managed.cumulative_cash_usd, prepend=0.0) - np.diff(portable.cumulative_cash_usd, prepend=0.0)
    paid_usd = np.cumsum(cash_usd * worth)
    monthly_usd, build_usd = _at_equal_demand(managed, portable)
    once_usd = float((_line(portable, "build") - build_usd) @ worth)
    return PlayedPremium(
        once_usd=once_usd,
        usd_per_month=float(monthly_usd.mean()),
        delay_usd=float(paid_usd[-1] - monthly_usd @ worth) - once_usd,
        paid_usd=paid_usd,
    )


def _line(outcome: Outcome, line: str) -> Array:
    return np.array([month.cost_usd[line] for month in outcome.months])


def _at_equal_demand(managed: Outcome, portable: Outcome) -> tuple[Array, Array]:
    """Extra cost of each month with the portable decisions at the managed plan's service, and its cost of building."""
    book = price_book(catalogue_of(managed.scenario))
    extra, build = [], []
    states = {id(plan): serving_states(plan) for plan in (portable, managed)}
    for flow in managed.flows:
        ours, theirs = (
            statement(
                flow,
                states[id(plan)][flow.month],
                book=book,
                launch_month=managed.launch_month,
                migration_usd=sum(move.usd_in(flow.month) for move in plan.migrations),
            )
            for plan in (portable, managed)
        )
        extra.append(theirs.profit_usd - ours.profit_usd)
        build.append(ours.cost_usd["build"])
    return np.array(extra), np.array(build)


def serving_states(plan: Outcome) -> tuple[Scenario, ...]:
    """A plan as it serves in each month: what needs a move, from when the move is done."""
    moving = {(move.decided_month, path) for move in plan.migrations for path in move.settings}
    at_once = (
        (change.month, {path: value for path, value in change.set.items() if (change.month, path) not in moving})
        for change in plan.scenario.changes
    )
    effects = tuple(Effect(month, settings) for month, settings in at_once if settings)
    return effective_states(plan.scenario, Schedule(effects, plan.migrations))
