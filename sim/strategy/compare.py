"""Compare scenarios: first how they differ, then what follows from it.

All scenarios face the same requests (common random numbers), so samples of a
latency are paired one by one and most of the noise cancels in the difference.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, inf, isfinite, nan
from typing import Any, Literal

from sim.metrics import Estimate
from sim.scenario import Scenario
from sim.strategy.evaluate import evaluate
from sim.strategy.executors import Executor
from sim.strategy.outcome import Fidelity, MonthResult, Outcome, PromiseReading
from sim.strategy.store import SurfaceStore

Basis = Literal["exact", "paired", "unpaired"]

NAMING = ("name", "summary")
"""Fields that call a scenario something and change nothing."""
DECISIONS = "decisions."


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which scenarios differ, with its value in each; `None` where it is not set."""

    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure of every scenario, and its difference to the first.

    `nan` where a scenario has no such figure. A difference is `exact` where no
    interval belongs to the figure, `paired` where samples were compared one by
    one, `unpaired` where only the two intervals are known.
    """

    name: str
    unit: str
    higher_is_better: bool
    values: tuple[Estimate, ...]
    differences: tuple[Estimate, ...]
    bases: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scenarios side by side; the first is the one compared with."""

    outcomes: tuple[Outcome, ...]
    decisions: tuple[Difference, ...]
    others: tuple[Difference, ...]
    kpis: tuple[Kpi, ...]
    dominates: tuple[tuple[int, ...], ...]
    """For each scenario, those that it beats: no figure worse, and one better."""


def compare(
    scenarios: Sequence[Scenario],
    *,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> Comparison:
    """Evaluate scenarios and set them beside one another.

    Raises:
        ValueError: there are fewer than two.
    """
    if len(scenarios) < 2:
        raise ValueError(f"a comparison needs at least two scenarios (got {len(scenarios)})")
    outcomes = [evaluate(scenario, fidelity=fidelity, store=store, executor=executor) for scenario in scenarios]
    return compared(outcomes)


def compared(outcomes: Sequence[Outcome]) -> Comparison:
    """Outcomes of one fidelity, set beside one another."""
    found = tuple(differences([outcome.scenario for outcome in outcomes]))
    kpis = tuple(_kpi(figure, outcomes) for figure in _figures(outcomes))
    return Comparison(
        outcomes=tuple(outcomes),
        decisions=tuple(d for d in found if d.field.startswith(DECISIONS)),
        others=tuple(d for d in found if not d.field.startswith(DECISIONS)),
        kpis=kpis,
        dominates=tuple(
            tuple(other for other in range(len(outcomes)) if _dominates(kpis, outcomes, better=one, worse=other))
            for one in range(len(outcomes))
        ),
    )


# --- what is decided ----------------------------------------------------------------------------------------------


def differences(scenarios: Sequence[Scenario]) -> Iterator[Difference]:
    """Fields that are not equal in all scenarios, by dotted name, in the order of the schema.

    Products are named by their ids, dated changes by their positions.
    """
    flat = [dict(_flat(scenario.model_dump(mode="json"), path="")) for scenario in scenarios]
    for field in dict.fromkeys(name for fields in flat for name in fields):
        values = tuple(fields.get(field) for fields in flat)
        if field not in NAMING and any(value != values[0] for value in values):
            yield Difference(field, values)


def _flat(value: Any, *, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flat(item, path=f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for position, item in enumerate(value):
            yield from _flat(item, path=f"{path}.{item['id']}" if "id" in item else f"{path}[{position}]")
    else:
        yield path, value


# --- what follows -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Figure:
    name: str
    unit: str
    higher_is_better: bool
    read: Callable[[Outcome], float | PromiseReading]


def _last(read: Callable[[MonthResult], float]) -> Callable[[Outcome], float]:
    return lambda outcome: read(outcome.months[-1])


_SERVED = (
    _Figure("served_share", "share", True, _last(lambda m: m.served / m.requests if m.requests else nan)),
    _Figure("in_time_share", "share", True, _last(lambda m: m.good / m.requests if m.requests else nan)),
)
_MONEY = (
    _Figure("usd_per_mtok_allocated", "USD/1M tokens", False, _last(lambda m: m.usd_per_mtok_allocated)),
    _Figure("gross_margin", "share", True, _last(lambda m: m.gross_margin)),
    _Figure("exit_usd_cash", "USD", False, _last(lambda m: m.exit["whole"].usd_cash)),
    _Figure("exit_months", "months", False, _last(lambda m: m.exit["whole"].exit_months)),
    _Figure("npv_usd", "USD", True, lambda outcome: outcome.npv_usd),
    _Figure("deepest_cash_usd", "USD", True, lambda outcome: min(0.0, *outcome.cumulative_cash_usd)),
    _Figure("ceiling_multiplier", "ratio", True, lambda outcome: outcome.ceiling.multiplier),
    _Figure("launch_month", "month", False, lambda outcome: float(outcome.launch_month)),
)


def _figures(outcomes: Sequence[Outcome]) -> Iterator[_Figure]:
    """p95 of each product's promise, then all else; of the last month where it is of a month."""
    products = dict.fromkeys(p.label for outcome in outcomes for p in outcome.scenario.products)
    for product in products:
        yield _Figure(f"p95_s {product}", "s", False, _promise_of(product))
    yield from (*_SERVED, *_MONEY)


def _promise_of(product: str) -> Callable[[Outcome], float | PromiseReading]:
    return lambda outcome: next((p for p in outcome.months[-1].promises if p.product == product), nan)


def _kpi(figure: _Figure, outcomes: Sequence[Outcome]) -> Kpi:
    readings = [figure.read(outcome) for outcome in outcomes]
    against = [_difference(reading, readings[0]) for reading in readings]
    return Kpi(
        name=figure.name,
        unit=figure.unit,
        higher_is_better=figure.higher_is_better,
        values=tuple(_estimate(reading) for reading in readings),
        differences=tuple(difference for difference, _ in against),
        bases=tuple(basis for _, basis in against),
    )


def _estimate(reading: float | PromiseReading) -> Estimate:
    return reading.p95_s if isinstance(reading, PromiseReading) else Estimate.exact(reading)


def _difference(ours: float | PromiseReading, theirs: float | PromiseReading) -> tuple[Estimate, Basis]:
    """Ours less theirs, with the interval that is known of it."""
    if not (isinstance(ours, PromiseReading) and isinstance(theirs, PromiseReading)):
        return Estimate.exact(_less(_estimate(ours).mean, _estimate(theirs).mean)), "exact"
    mean = _less(ours.p95_s.mean, theirs.p95_s.mean)
    if ours.p95_s == theirs.p95_s and ours.samples_s == theirs.samples_s:
        # The same requests met the same platform: nothing random is left.
        return Estimate.exact(mean), "paired"
    pairs = [_less(a, b) for a, b in zip(ours.samples_s, theirs.samples_s, strict=False)]
    if len(ours.samples_s) == len(theirs.samples_s) > 1 and all(map(isfinite, pairs)):
        return Estimate(mean, Estimate.of(pairs).half_width, len(pairs)), "paired"
    return Estimate(mean, hypot(ours.p95_s.half_width, theirs.p95_s.half_width), ours.p95_s.n), "unpaired"


def _less(ours: float, theirs: float) -> float:
    """The difference; 0 between two infinite waits."""
    return 0.0 if ours == theirs else ours - theirs


def _dominates(kpis: Sequence[Kpi], outcomes: Sequence[Outcome], *, better: int, worse: int) -> bool:
    """Whether one scenario is nowhere worse than another and somewhere better, beyond the noise."""
    figures = _figures(outcomes)
    sides = [
        _side(figure.read(outcomes[better]), figure.read(outcomes[worse]), higher_is_better=kpi.higher_is_better)
        for figure, kpi in zip(figures, kpis, strict=True)
    ]
    return min(sides) >= 0 and max(sides) > 0


def _side(ours: float | PromiseReading, theirs: float | PromiseReading, *, higher_is_better: bool) -> int:
    """1 where ours is better, -1 where it is worse, 0 where nobody can tell."""
    difference, _ = _difference(ours, theirs)
    gain = difference.mean if higher_is_better else -difference.mean
    noise = difference.half_width if isfinite(difference.half_width) else inf if isfinite(gain) else 0.0
    return int(gain > noise) - int(-gain > noise)
