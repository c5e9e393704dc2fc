"""From figures by future to what is shown: thresholds passed, regret, fans, yearly columns and failing conditions."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.economics import COST_LINES, LINES
from sim.metrics import Estimate
from sim.scenario.schema import Scenario
from sim.strategy.futures.draws import BLOCK
from sim.strategy.futures.lean import Figures
from sim.strategy.futures.outcome import (
    PERCENTS,
    AnnualColumn,
    Condition,
    FailingBox,
    Fan,
    StrategyFutures,
    Threshold,
    Uncertain,
)
from sim.strategy.futures.prim import Box, find_boxes
from sim.strategy.futures.uncertain import TABLE

Array = NDArray[np.float64]

LOW, HIGH = PERCENTS[0], PERCENTS[-1]
TITLES = {line.name: line.label for line in LINES}
BY_MONTH = {"worth_usd": "worth_usd", "margin": "margin", "usd_per_mtok": "usd_per_mtok_by_month"}
"""What is kept month by month of every future, and the fields of `Figures` that hold it."""
ANNUAL = ("revenue", *COST_LINES, "total", "profit")
FANS = (
    ("margin", "Gross margin", "share", "margin"),
    ("cash", "Cash since the start", "USD", "cash_usd"),
    ("worth", "Worth so far (NPV)", "USD", "worth_usd"),
    ("exit", "Cash to leave", "USD", "exits_usd"),
)
"""Name, title, unit, and field of `Figures`."""


def thresholds_of(scenario: Scenario, catalogue: Catalogue) -> tuple[Threshold, ...]:
    """What a strategy has to reach: the scenario's own target, and the catalogue's rows."""
    return (
        Threshold("margin", "Gross margin of the last year", "share", scenario.company.target_margin, True,
                  "company.target_margin"),
        Threshold("promise", "Answers in time, of the worst product", "share",
                  catalogue.value("business", "rules", "promise_share"), True, "business/rules/promise_share"),
        Threshold("worth", "Worth (NPV)", "USD", 0.0, True, "a plan that is worth less than nothing is not taken"),
        Threshold("cash", "Deepest cash hole", "USD", catalogue.value(TABLE, "thresholds", "deepest_cash_usd"), False,
                  f"{TABLE}/thresholds/deepest_cash_usd"),
        Threshold("exit", "Profit that leaving takes", "months",
                  catalogue.value(TABLE, "thresholds", "exit_months_of_profit"), False,
                  f"{TABLE}/thresholds/exit_months_of_profit"),
    )  # fmt: skip


def figure_of(threshold: str, figures: Figures) -> float:
    """The figure that a threshold judges."""
    return {
        "margin": figures.margin_last_year,
        "promise": figures.in_time_share,
        "worth": figures.npv_usd,
        "cash": -figures.deepest_cash_usd,
        "exit": figures.exit_months_of_profit,
    }[threshold]


def passes(threshold: Threshold, value: float) -> bool:
    """Whether a figure passes; one that does not exist does not."""
    return bool(value >= threshold.limit if threshold.at_least else value <= threshold.limit)


def judged(
    scenarios: Sequence[Scenario],
    found: Sequence[Sequence[Figures]],
    *,
    likely: Sequence[Figures],
    parameters: Sequence[Uncertain],
    inputs: Array,
    catalogue: Catalogue,
) -> tuple[StrategyFutures, ...]:
    """Every strategy over the futures.

    Args:
        found: figures by strategy and future.
        likely: figures of each strategy where everything is as likely and nothing strikes.
        inputs: what every future is, shape (futures, parameters).
    """
    regret_usd = regrets([[figures.npv_usd for figures in of] for of in found])
    return tuple(
        _strategy(
            scenario, of, likely=usual, regret_usd=regret, parameters=parameters, inputs=inputs, catalogue=catalogue
        )
        for scenario, of, usual, regret in zip(scenarios, found, likely, regret_usd, strict=True)
    )


def regrets(npv_usd: Sequence[Sequence[float]]) -> Array:
    """By strategy and future, what the best strategy of that future is worth more; at least 0."""
    worth = np.array(npv_usd, dtype=np.float64)
    return worth.max(axis=0) - worth


def _strategy(
    scenario: Scenario,
    found: Sequence[Figures],
    *,
    likely: Figures,
    regret_usd: Array,
    parameters: Sequence[Uncertain],
    inputs: Array,
    catalogue: Catalogue,
) -> StrategyFutures:
    thresholds = thresholds_of(scenario, catalogue)
    figures = {t.id: np.array([figure_of(t.id, each) for each in found]) for t in thresholds}
    passed = {t.id: np.array([passes(t, value) for value in figures[t.id].tolist()]) for t in thresholds}
    every = np.logical_and.reduce(list(passed.values()))
    by_year_usd = _by_year(found)
    return StrategyFutures(
        name=scenario.name,
        scenario=scenario,
        thresholds=thresholds,
        figures=figures,
        passes=passed,
        pass_share=share_of(every),
        pass_by_threshold={name: float(ok.mean()) for name, ok in passed.items()},
        npv_usd=np.array([each.npv_usd for each in found]),
        npv_likely_usd=likely.npv_usd,
        exit_usd=np.array([each.exit_usd for each in found]),
        deepest_cash_usd=np.array([each.deepest_cash_usd for each in found]),
        regret_usd=regret_usd,
        fans=tuple(_fan(*fan, found=found, likely=likely) for fan in FANS),
        annual=_annual(by_year_usd, likely),
        by_month={name: np.stack([getattr(each, field) for each in found]) for name, field in BY_MONTH.items()},
        by_year_usd=by_year_usd,
        boxes=failing_boxes(parameters, inputs, fails=~every),
    )


def share_of(every: NDArray[np.bool_]) -> Estimate:
    """Share of futures, with the half-width that its independent blocks show; unknown with fewer than two blocks."""
    blocks = [every[at : at + BLOCK].mean() for at in range(0, len(every) - BLOCK + 1, BLOCK)]
    half_width = Estimate.of([float(b) for b in blocks]).half_width if len(blocks) > 1 else float("nan")
    return Estimate(mean=float(every.mean()), half_width=half_width, n=len(blocks))


def _fan(name: str, title: str, unit: str, field: str, *, found: Sequence[Figures], likely: Figures) -> Fan:
    values = np.stack([getattr(each, field) for each in found])
    known = ~np.isnan(values).all(axis=0)
    spread = np.full((len(PERCENTS), values.shape[1]), np.nan)
    spread[:, known] = np.nanpercentile(values[:, known], PERCENTS, axis=0)
    return Fan(name, title, unit, PERCENTS, spread, getattr(likely, field))


def _by_year(found: Sequence[Figures]) -> dict[str, Array]:
    """Revenue, cost by line, total cost and profit, each of shape (futures, years)."""
    lines = np.stack([_with_totals(each.lines_usd) for each in found])
    return {name: lines[:, at] for at, name in enumerate(ANNUAL)}


def _annual(by_year_usd: Mapping[str, Array], likely: Figures) -> tuple[AnnualColumn, ...]:
    """The lines of `_by_year` with their spread over the futures."""
    usual = _with_totals(likely.lines_usd)
    titles = {"revenue": "Revenue", "total": "All cost", "profit": "Profit", **TITLES}
    columns = []
    for at, (name, values) in enumerate(by_year_usd.items()):
        low, median, high = np.percentile(values, (LOW, 50, HIGH), axis=0)
        columns.append(AnnualColumn(name, titles[name], usual[at], low, median, high))
    return tuple(columns)


def _with_totals(lines: Array) -> Array:
    total = lines[1:].sum(axis=0)
    return np.concatenate([lines, [total, lines[0] - total]])


# --- where it fails -----------------------------------------------------------------------------------------------


def failing_boxes(
    parameters: Sequence[Uncertain], inputs: Array, *, fails: NDArray[np.bool_]
) -> tuple[FailingBox, ...]:
    """Where failures are concentrated, in terms of what is uncertain.

    How grave a shock is says nothing where it does not come, so it makes no condition.
    """
    columns = [at for at, parameter in enumerate(parameters) if parameter.kind != "gravity"]
    points = inputs[:, columns]
    boxes = find_boxes(points, fails)
    of = [parameters[at] for at in columns]
    return tuple(_failing(box, of, points=points, fails=fails) for box in boxes)


def _failing(
    box: Box, parameters: Sequence[Uncertain], *, points: Array, fails: NDArray[np.bool_]
) -> FailingBox:
    inside = box.holds(points)
    return FailingBox(
        conditions=tuple(
            Condition(
                id=parameters[column].id,
                title=parameters[column].title,
                unit=parameters[column].unit,
                kind=parameters[column].kind,
                at_least=_side(box.low[column]),
                at_most=_side(box.high[column]),
            )
            for column in box.restricted()
        ),
        density=float(fails[inside].mean()),
        coverage=float(fails[inside].sum() / fails.sum()),
        mass=float(inside.mean()),
    )


def _side(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
