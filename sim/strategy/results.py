"""One month's result, put together from what was served, what it cost and what leaving would cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.economics import MonthStatement
from sim.lockin import LockinResult
from sim.metrics import Estimate, MonthFlow
from sim.scenario.schema import Scenario
from sim.strategy.months import ServedMonth
from sim.strategy.outcome import ExitCost, MonthResult, Percentiles, PromiseReading
from sim.strategy.play import Played


def month_results(
    played: Played,
    flows: Sequence[MonthFlow],
    *,
    statements: Sequence[MonthStatement],
    leaving: LockinResult,
    catalogue: Catalogue,
) -> tuple[MonthResult, ...]:
    """Every month as readers are given it."""
    exits = _exits(leaving, len(played.months))
    felt = _Felt.of(played, catalogue)
    return tuple(
        _result(served, flow, stated, exit=exits[served.month], felt=felt)
        for served, flow, stated in zip(played.months, flows, statements, strict=True)
    )


def _result(
    served: ServedMonth, flow: MonthFlow, stated: MonthStatement, *, exit: dict[str, ExitCost], felt: "_Felt"
) -> MonthResult:
    at = served.month
    loads = [(pool.gpus, pool.utilization) for pool in flow.pools]
    gpus = sum(count for count, _ in loads)
    return MonthResult(
        month=at,
        requests=flow.requests,
        served=flow.served,
        good=sum(p.good for p in flow.products),
        late=sum(p.late for p in flow.products),
        timed_out=sum(p.timed_out for p in flow.products),
        refused=sum(p.refused for p in flow.products),
        failed=sum(p.failed for p in flow.products),
        ttft_s=felt.percentiles["ttft"][at],
        tpot_s=felt.percentiles["tpot"][at],
        e2e_s=felt.percentiles["e2e"][at],
        promises=felt.promises[at],
        utilization=sum(count * share for count, share in loads) / gpus if gpus else float("nan"),
        replicas={pool.id: round(pool.gpus / served.state.platform.engine.gpus_per_replica) for pool in flow.pools},
        saturated=served.service is not None and bool(served.service.saturated[served.row]),
        tokens_delivered=flow.delivered_tokens,
        revenue_usd=stated.revenue_usd,
        revenue_by_product_usd=stated.revenue_by_product_usd,
        cost_usd=stated.cost_usd,
        gross_margin=stated.gross_margin,
        gross_margin_before_people=stated.gross_margin_before_people,
        gross_margin_after_build=stated.gross_margin_after_build,
        usd_per_mtok_allocated=stated.usd_per_mtok_allocated,
        usd_per_mtok_used=stated.usd_per_mtok_used,
        usd_per_served_request=stated.usd_per_served_request,
        data_gb=flow.data_gb,
        vectors=flow.vectors,
        exit=exit,
    )


def _exits(leaving: LockinResult, months: int) -> list[dict[str, ExitCost]]:
    """By month, the exit cost of each layer and of the whole."""
    found: list[dict[str, ExitCost]] = [{} for _ in range(months)]
    for name, layer in leaving.by_set.items():
        components = {part: np.broadcast_to(usd, months).tolist() for part, usd in layer.costs.components.items()}
        columns = zip(
            layer.usd_cash.tolist(),
            layer.usd_growth_forgone.tolist(),
            layer.months_of_profit.tolist(),
            layer.exit_months.tolist(),
            strict=True,
        )
        for month, (cash, lost, profit, time) in enumerate(columns):
            found[month][name] = ExitCost(
                cash, lost, profit, time, {part: usd[month] for part, usd in components.items()}
            )
    return found


NOBODY = Percentiles(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True, slots=True, eq=False)
class _Felt:
    """What users felt, by month."""

    percentiles: dict[str, list[Percentiles]]
    promises: list[tuple[PromiseReading, ...]]

    @classmethod
    def of(cls, played: Played, catalogue: Catalogue) -> "_Felt":
        months = len(played.months)
        percentiles = {name: [NOBODY] * months for name in ("ttft", "tpot", "e2e")}
        promises: list[tuple[PromiseReading, ...]] = [()] * months
        for epoch in played.epochs:
            service = played.months[epoch.months[0]].service
            assert service is not None
            for name, rows in percentiles.items():
                p50, p95, p99 = (seconds.tolist() for seconds in service.percentiles_s[name])
                for row, month in enumerate(epoch.months):
                    if not service.saturated[row]:
                        rows[month] = Percentiles(p50[row], p95[row], p99[row])
            readings = _readings(epoch.state, played, months=epoch.months, catalogue=catalogue)
            for month, reading in zip(epoch.months, readings, strict=True):
                promises[month] = reading
        return cls(percentiles, promises)


def _readings(
    state: Scenario, played: Played, *, months: Sequence[int], catalogue: Catalogue
) -> list[tuple[PromiseReading, ...]]:
    """How each product kept its promise in each month of an epoch."""
    service = played.months[months[0]].service
    assert service is not None
    p95_s, each_s = service.promised_p95_s, service.sample_p95_s
    error = {
        "first_words": catalogue.value("validation", "ttft", "median_error"),
        "finished": catalogue.value("validation", "tpot", "median_error"),
    }
    assumed = state.decisions.own_share == 0
    found = []
    for row in range(len(months)):
        found.append(
            tuple(
                PromiseReading(
                    product=product.label,
                    measure=product.promise.measure,
                    limit_s=product.promise.limit_s,
                    p95_s=_estimate(float(p95_s[row, index]), each_s[:, row, index]),
                    in_time_share=float(service.in_time[row, index]),
                    model_error=error[product.promise.measure],
                    assumed=assumed,
                    samples_s=tuple(each_s[:, row, index].tolist()),
                )
                for index, product in enumerate(state.products)
            )
        )
    return found


def _estimate(pooled: float, samples: NDArray[np.float64]) -> Estimate:
    """The pooled figure with the half-width that its samples show; unknown where one of them is infinite."""
    finite = np.isfinite(samples)
    if not finite.all():
        return Estimate(mean=pooled, half_width=float("nan"), n=len(samples))
    return Estimate(mean=pooled, half_width=Estimate.of(samples.tolist()).half_width, n=len(samples))
