"""Play the months: launch, demand, capacity plans, and what the surfaces say each month does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.economics import PriceBook, choices
from sim.scenario import in_month
from sim.scenario.schema import Scenario
from sim.strategy.architecture import Architecture, architecture
from sim.strategy.demand import forecast, hour_weights, hourly_shape, monthly_requests
from sim.strategy.executors import Executor
from sim.strategy.fidelity import EFFORTS, Effort
from sim.strategy.months import ServedMonth, first_day
from sim.strategy.outcome import Fidelity
from sim.strategy.planning import plan_months
from sim.strategy.service import Operator
from sim.strategy.stations import station_models
from sim.strategy.store import SurfaceStore

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """Months between two changes of the architecture, from the launch on."""

    months: tuple[int, ...]
    state: Scenario
    """The scenario as it stands in the first of them."""
    operator: Operator
    shape: Array
    """As `hourly_shape`."""


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """A scenario's months as they were served."""

    states: tuple[Scenario, ...]
    launch_month: int
    months: tuple[ServedMonth, ...]
    epochs: tuple[Epoch, ...]
    market: Array
    """Requests of the whole market by month and product; those whose data may not be processed here are in it."""

    @property
    def windows(self) -> int:
        """Windows that had to be simulated."""
        return sum(epoch.operator.windows for epoch in self.epochs)


def play_months(
    scenario: Scenario, *, fidelity: Fidelity, store: SurfaceStore, executor: Executor, catalogue: Catalogue
) -> Played:
    """Serve every month of a scenario."""
    states = tuple(in_month(scenario, month) for month in range(scenario.months))
    launch = choices(states[0].decisions, PriceBook(catalogue).on(first_day(scenario.start, 0))).launch_month
    market = monthly_requests(states, catalogue, launch_month=launch)
    months = [ServedMonth(month, state, None, 0) for month, state in enumerate(states)]
    epochs = []
    for built, span in _spans(states, launch, catalogue):
        epoch = _epoch(built, span, market, states, effort=EFFORTS[fidelity], seed=scenario.seed, store=store,
                       executor=executor, catalogue=catalogue)  # fmt: skip
        planned = _planned_rps(epoch, built, states, launch_month=launch, catalogue=catalogue)
        service = epoch.operator.serve(
            market[list(span)][:, None, :, None] * epoch.shape,
            epoch.operator.plan(planned),
            hours=hour_weights(catalogue),
        )
        for row, month in enumerate(span):
            months[month] = ServedMonth(month, states[month], service, row)
        epochs.append(epoch)
    return Played(states, launch, tuple(months), tuple(epochs), market)


def _spans(
    states: Sequence[Scenario], launch: int, catalogue: Catalogue
) -> list[tuple[Architecture, tuple[int, ...]]]:
    """Runs of months with equal architectures, from the launch on."""
    spans: list[tuple[Architecture, list[int]]] = []
    before: Scenario | None = None
    for month in range(launch, len(states)):
        state = states[month]
        # Months between two changes share one state, so its architecture is made once.
        built = spans[-1][0] if state is before else architecture(state, catalogue)
        if spans and spans[-1][0] == built:
            spans[-1][1].append(month)
        else:
            spans.append((built, [month]))
        before = state
    return [(built, tuple(months)) for built, months in spans]


def _epoch(
    built: Architecture,
    span: tuple[int, ...],
    market: Array,
    states: Sequence[Scenario],
    *,
    effort: Effort,
    seed: int,
    store: SurfaceStore,
    executor: Executor,
    catalogue: Catalogue,
) -> Epoch:
    shape = hourly_shape(built.products, built.groups, catalogue=catalogue)
    rates_rps = market[list(span)][:, None, :, None] * shape
    models = station_models(built, rates_rps, effort=effort, seed=seed, catalogue=catalogue)
    operator = Operator(built, models, store=store, executor=executor, catalogue=catalogue)
    return Epoch(span, states[span[0]], operator, shape)


def _planned_rps(
    epoch: Epoch, built: Architecture, states: Sequence[Scenario], *, launch_month: int, catalogue: Catalogue
) -> Array:
    """Demand that each month's capacity was planned for, as it was expected when the plan was made."""
    plans = plan_months(
        epoch.months,
        launch_month=launch_month,
        interval=built.planning_interval_months,
        lead=int(catalogue.value("business", "rules", "planning_lead_months")),
    )
    expected = {
        (known_at, last): monthly_requests(
            [*forecast(states, known_at), *(states[known_at],) * max(0, last + 1 - len(states))],
            catalogue,
            launch_month=launch_month,
        )[last]
        for known_at, last in set(plans)
    }
    return np.stack([expected[plan] for plan in plans])[:, None, :, None] * epoch.shape
