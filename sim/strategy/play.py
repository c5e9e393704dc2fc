"""Play the months: launch, demand, capacity plans, and what the surfaces say each month does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.economics import choices
from sim.economics.prices import price_book
from sim.metrics import ProductFlow
from sim.scenario import in_month
from sim.scenario.schema import Scenario
from sim.strategy.architecture import Architecture, architecture
from sim.strategy.delivery import sizes_held
from sim.strategy.demand import hour_weights, hourly_shape, monthly_requests
from sim.strategy.disruption import disrupted, mixed
from sim.strategy.executors import Executor
from sim.strategy.fidelity import EFFORTS, Effort, repeated
from sim.strategy.months import ServedMonth, first_day, product_flows
from sim.strategy.outcome import Fidelity
from sim.strategy.pressure import CALM, Physical
from sim.strategy.retention import settle
from sim.strategy.service import Operator
from sim.strategy.stations import met_by, station_models
from sim.strategy.store import SurfaceStore
from sim.strategy.totals import Service

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
    pressure: Physical = CALM
    """What shocks did to the service."""

    @property
    def windows(self) -> int:
        """Windows that had to be simulated."""
        return sum(epoch.operator.windows for epoch in self.epochs)

    def epoch_like(self, built: Architecture, months: Sequence[int]) -> Epoch | None:
        """The epoch of an equal architecture that begins with the first of some months, if it holds them all."""
        alike = (each for each in self.epochs if each.months[: len(months)] == months and each.operator.built == built)
        return next(alike, None)


def play_months(
    scenario: Scenario,
    *,
    fidelity: Fidelity,
    store: SurfaceStore,
    executor: Executor,
    catalogue: Catalogue,
    states: Sequence[Scenario] | None = None,
    pressure: Physical = CALM,
    until: int | None = None,
    in_full: bool = True,
    replications: int | None = None,
    before: Played | None = None,
) -> Played:
    """Serve the months of a scenario.

    Args:
        replications: in place of the fidelity's.
        states: the scenario as it serves in each month; every change at once at its month unless given.
        pressure: what shocks do to the service.
        until: first month that is not played; the horizon unless given.
        in_full: whether the noise of what is promised will be asked for.
        before: the same scenario as it was played under other decisions; epochs that are as they were stay.
    """
    effort = EFFORTS[fidelity] if replications is None else repeated(EFFORTS[fidelity], replications)
    states = tuple(states or (in_month(scenario, month) for month in range(scenario.months)))
    launch = choices(states[0].decisions, price_book(catalogue).on(first_day(scenario.start, 0))).launch_month
    met = _share_met(states[0], launch, pressure, catalogue)
    market = monthly_requests(states, catalogue, launch_month=launch) * met
    played = states[:until]
    if before is not None and not _asked_alike(before, states, market=market, launch_month=launch, pressure=pressure):
        before = None
    plans: list[tuple[Epoch, Sequence[Array]]] = []
    epochs: list[Epoch] = []
    for built, span in _spans(played, launch, catalogue):
        known = before and before.epoch_like(built, span)
        if known:
            epochs.append(replace(known, months=span))
            continue
        epoch = _epoch(built, span, market[launch:], states, effort=effort, seed=scenario.seed, store=store,
                       executor=executor, catalogue=catalogue, lean=not in_full)  # fmt: skip
        sizes = sizes_held(epoch.operator, span, states=states, shape=epoch.shape, share_met=met, launch_month=launch,
                           pressure=pressure, catalogue=catalogue)  # fmt: skip
        plans.append((epoch, sizes))
        epochs.append(epoch)
    months, market = _settled(plans, market, played, pressure=pressure, catalogue=catalogue, in_full=in_full)
    if before is not None:
        served = {month for epoch, _ in plans for month in epoch.months}
        months = tuple(
            month if month.month in served else replace(was, state=month.state)
            for month, was in zip(months, before.months, strict=False)
        )
    return Played(played, launch, months, tuple(epochs), market, pressure)


def _asked_alike(
    before: Played, states: Sequence[Scenario], *, market: Array, launch_month: int, pressure: Physical
) -> bool:
    """Whether months differ from those that were played in nothing but what was built for them."""
    # Months between two changes share one state, and many a pair is the same.
    pairs = {(id(ours), id(theirs)): (ours, theirs) for ours, theirs in zip(states, before.states, strict=False)}
    return (
        before.launch_month == launch_month
        and before.pressure == pressure
        and len(before.states) == len(states)
        and not any(state.world.retention_on for state in states)
        and np.array_equal(before.market, market)
        and all(
            ours is theirs or (ours.world == theirs.world and ours.products == theirs.products)
            for ours, theirs in pairs.values()
        )
    )


Plans = Sequence[tuple[Epoch, Sequence[Array]]]
"""Epochs, each with the sizes of its stations."""


def _settled(
    plans: Plans,
    market: Array,
    states: Sequence[Scenario],
    *,
    pressure: Physical,
    catalogue: Catalogue,
    in_full: bool,
) -> tuple[tuple[ServedMonth, ...], Array]:
    """The months, and the market they were served at, where bad service has cost customers (`settle`).

    Capacity was planned for the market as it was expected: nobody plans to lose customers.
    """
    if not any(state.world.retention_on for state in states):
        return _months(plans, market, states, pressure=pressure, catalogue=catalogue, in_full=in_full), market
    left = market.copy()
    months: list[ServedMonth] = []

    def serve(kept: Array) -> list[tuple[ProductFlow, ...]]:
        left[: len(states)] = market[: len(states)] * kept
        months[:] = _months(plans, left, states, pressure=pressure, catalogue=catalogue, in_full=in_full)
        return [product_flows(month, catalogue) for month in months]

    settle(serve, states, book=price_book(catalogue))
    return tuple(months), left


def _months(
    plans: Plans,
    market: Array,
    states: Sequence[Scenario],
    *,
    pressure: Physical,
    catalogue: Catalogue,
    in_full: bool,
) -> tuple[ServedMonth, ...]:
    """Every month as it is served at a market."""
    months = [ServedMonth(month, state, None, 0) for month, state in enumerate(states)]
    for epoch, sizes in plans:
        service, turned_away = _served(
            epoch, market[list(epoch.months)], sizes, pressure=pressure, catalogue=catalogue, in_full=in_full
        )
        for row, month in enumerate(epoch.months):
            share, times = pressure.spikes.get(month, (0.0, 1.0))
            seats = (1 - turned_away.get(row, 0.0)) / (1 + share * (times - 1))
            months[month] = ServedMonth(month, states[month], service, row, seats)
    return tuple(months)


def _served(
    epoch: Epoch,
    market: Array,
    sizes: Sequence[Array],
    *,
    pressure: Physical,
    catalogue: Catalogue,
    in_full: bool,
) -> tuple[Service, dict[int, float]]:
    """The epoch's months as they were served, weeks of other demand and hours of outages mixed in; see `disrupted`."""
    rows = {month: row for row, month in enumerate(epoch.months)}
    spikes = [(rows[month], *felt) for month, felt in pressure.spikes.items() if month in rows]
    spiked = [row for row, _, _ in spikes]
    times = np.array([factor for _, _, factor in spikes]).reshape(-1, 1)
    service = epoch.operator.serve(
        np.concatenate([market, market[spiked] * times])[:, None, :, None] * epoch.shape,
        [np.concatenate([size, size[spiked]]) for size in sizes],
        hours=hour_weights(catalogue),
        in_full=in_full,
    )
    extra = range(len(market), len(market) + len(spikes))
    service = mixed(service, spiked, of=extra, shares=[share for _, share, _ in spikes])
    outages = [(rows[outage.month], outage) for outage in pressure.outages if outage.month in rows]
    return disrupted(service, outages, built=epoch.operator.built, catalogue=catalogue)


def with_outages(calm: Played, pressure: Physical, *, catalogue: Catalogue) -> Played:
    """Months that were played without outages, with those of a pressure; nothing is read again.

    Only where bad service loses no customers, as there a month's outage reaches into the next.
    """
    months = list(calm.months)
    for epoch in calm.epochs:
        rows = {month: row for row, month in enumerate(epoch.months)}
        outages = [(rows[outage.month], outage) for outage in pressure.outages if outage.month in rows]
        first = months[epoch.months[0]].service
        if not outages or first is None:
            continue
        service, turned_away = disrupted(first, outages, built=epoch.operator.built, catalogue=catalogue)
        for month, row in rows.items():
            was = months[month]
            seats = was.seats_per_demand * (1 - turned_away.get(row, 0.0))
            months[month] = ServedMonth(month, was.state, service, was.row, seats)
    return replace(calm, months=tuple(months), pressure=pressure)


def _share_met(first: Scenario, launch: int, pressure: Physical, catalogue: Catalogue) -> float:
    """What is left of the market when a rival launches first, over what would have been left."""
    if pressure.rival is None or first.world.demand_waits:
        return 1.0
    month, share = pressure.rival
    usual = catalogue.value("business", "rules", "late_share_per_month")
    calm = max(0.0, 1 - usual * launch)
    met = max(0.0, 1 - usual * min(month, launch) - share * max(0, launch - month))
    return min(1.0, met / calm) if calm > 0 else 1.0


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
        if spans and (spans[-1][0] is built or spans[-1][0] == built):
            spans[-1][1].append(month)
        else:
            spans.append((built, [month]))
        before = state
    return [(built, tuple(months)) for built, months in spans]


def _epoch(
    built: Architecture,
    span: tuple[int, ...],
    demand: Array,
    states: Sequence[Scenario],
    *,
    effort: Effort,
    seed: int,
    store: SurfaceStore,
    executor: Executor,
    catalogue: Catalogue,
    lean: bool,
) -> Epoch:
    profiles = tuple(product.profile for product in built.products)
    shape = store.note(
        ("shape", profiles, built.groups, catalogue),
        lambda: hourly_shape(built.products, built.groups, catalogue=catalogue),
    )
    # Surfaces span the mixes of the whole horizon, so that a change at another month finds the same ones.
    met = met_by(built, demand[:, None, :, None] * shape)
    models = store.note(
        ("stations", built, met, effort, seed, catalogue),
        lambda: station_models(built, met, effort=effort, seed=seed, catalogue=catalogue),
    )
    operator = Operator(built, models, store=store, executor=executor, catalogue=catalogue, lean=lean)
    return Epoch(span, states[span[0]], operator, shape)
