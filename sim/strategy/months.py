"""The months of one scenario as they were served: flows for economics, and what users felt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.metrics import MonthFlow, PoolFlow, ProductFlow, ProductTokens, TokenFlow
from sim.metrics.measure import DEFERRED, MAIN, SMALL
from sim.scenario.schema import Product, Scenario, Seats
from sim.strategy.architecture import SMALL_TIER, Unit
from sim.strategy.demand import hour_weights
from sim.strategy.totals import FAILED, REFUSED, SERVED, TIMED_OUT, Service

Array = NDArray[np.float64]

BYTES_PER_GB = 1e9
MONTHS_PER_YEAR = 12
ANSWER = 1
GPU_DIGITS = 6
"""Means over an hour that differ by less are one."""


@dataclass(frozen=True, slots=True, eq=False)
class ServedMonth:
    """One month: its state of the scenario, and the row of the service that it is read from; none before launch."""

    month: int
    state: Scenario
    service: Service | None
    row: int
    seats_per_demand: float = 1.0
    """Seats paid over those that its requests stand for: a spike brings none, and who is turned away pays none."""


def first_day(start: str, month: int) -> date:
    """First day of the month so many months after `start`, written as YYYY-MM."""
    year, first = (int(part) for part in start.split("-"))
    later = first - 1 + month
    return date(year + later // MONTHS_PER_YEAR, later % MONTHS_PER_YEAR + 1, 1)


def month_flows(
    months: Sequence[ServedMonth], catalogue: Catalogue, *, deleted_share: float, before: MonthFlow | None = None
) -> tuple[MonthFlow, ...]:
    """What each month amounted to; data and vectors pile up from month to month.

    Args:
        deleted_share: share of the data deleted each month.
        before: the month before the first of these; the start of the scenario where there is none.
    """
    if not months:
        return ()
    company = months[0].state.company
    data_gb = company.data_start_gb if before is None else before.data_gb
    vectors = company.vectors_start if before is None else before.vectors
    flows = []
    for served in months:
        flow = flow_of(served, catalogue, data_gb=0.0, vectors=0.0)
        added_gb, added_vectors = _kept(served, flow.products)
        data_gb = data_gb * (1 - deleted_share) + added_gb
        vectors += added_vectors
        flows.append(replace(flow, data_gb=data_gb, vectors=vectors))
    return tuple(flows)


def flow_of(served: ServedMonth, catalogue: Catalogue, *, data_gb: float, vectors: float) -> MonthFlow:
    """What one month amounted to, given the data and vectors at its end."""
    products = product_flows(served, catalogue)
    kept = {product.id: product for product in served.state.products}
    pools, tokens = _work(served, catalogue)
    return MonthFlow(
        month=served.month,
        on=first_day(served.state.start, served.month),
        launched=served.service is not None,
        products=products,
        pools=pools,
        tokens=tokens,
        searches=sum((f.requests - f.refused) * kept[f.product].searches_per_request for f in products),
        egress_gb=_egress_gb(served, catalogue),
        cross_region_gb=_cross_region_gb(served),
        data_gb=data_gb,
        vectors=vectors,
    )


def _kept(served: ServedMonth, products: Sequence[ProductFlow]) -> tuple[float, float]:
    """Data [GB] and vectors that a month's answers leave behind."""
    kept = {product.id: product for product in served.state.products}
    return (
        sum(f.served * kept[f.product].gb_per_request for f in products),
        sum(f.served * kept[f.product].vectors_per_request for f in products),
    )


def product_flows(served: ServedMonth, catalogue: Catalogue) -> tuple[ProductFlow, ...]:
    """Requests of each product by what became of them."""
    if served.service is None:
        return tuple(ProductFlow(p.id, *(0.0,) * 9) for p in served.state.products)
    flows = []
    columns = served.service.by_case[served.row]
    busy_s = served.service.gpu_s[served.row]
    for product, requests, outcomes, in_time, tokens, gpu_s in zip(
        served.state.products, *columns, busy_s, strict=True
    ):
        good = min(in_time * requests, outcomes[SERVED])
        flows.append(
            ProductFlow(
                product=product.id,
                requests=requests,
                served=outcomes[SERVED],
                good=good,
                late=outcomes[SERVED] - good,
                timed_out=outcomes[TIMED_OUT],
                refused=outcomes[REFUSED],
                failed=outcomes[FAILED],
                delivered_tokens=tokens,
                units=_seats(product, requests * served.seats_per_demand, catalogue),
                gpu_s=gpu_s,
            )
        )
    return tuple(flows)


def _seats(product: Product, requests: float, catalogue: Catalogue) -> float:
    """Seats in use: those whose requests came."""
    if not isinstance(product.demand, Seats) or product.demand.requests_per_working_day == 0:
        return 0.0
    days = catalogue.value("business", "rules", "working_days_per_month")
    return requests / (product.demand.requests_per_working_day * days)


def _work(served: ServedMonth, catalogue: Catalogue) -> tuple[tuple[PoolFlow, ...], tuple[TokenFlow, ...]]:
    """Pools held and tokens bought."""
    if served.service is None:
        return (), ()
    engine = served.state.platform.engine
    pools: list[PoolFlow] = []
    tokens: list[TokenFlow] = []
    for station in served.service.stations:
        for index, unit in enumerate(station.model.station.units):
            if unit.is_pool:
                gpus = float(station.sizes[served.row, index]) * engine.gpus_per_replica
                utilization = float(station.utilization[served.row, index])
                held = _held(station.day[served.row, index] * engine.gpus_per_replica, catalogue)
                pools.append(PoolFlow(unit.id, unit.region, engine.gpu, gpus, utilization, held))
            else:
                used = station.used_by_product[served.row, :, index]
                bought = _bought(unit, used, state=served.state, catalogue=catalogue)
                ahead = served.state.platform.api.provisioned_share * float(station.sizes[served.row, index])
                tokens += [replace(bought[0], provisioned_tokens_per_min=ahead), *bought[1:]]
    return tuple(pools), tuple(tokens)


def _held(gpus: Array, catalogue: Catalogue) -> tuple[tuple[float, float], ...]:
    """GPUs by the share of the month for which they are held; nothing where they do not follow the hours."""
    if len(gpus) == 1:
        return ()
    hours = hour_weights(catalogue)
    distinct, which = np.unique(np.round(gpus, GPU_DIGITS), return_inverse=True)
    shares = np.bincount(which, weights=hours) / hours.sum()
    return tuple(zip(distinct.tolist(), shares.tolist(), strict=True))


def _bought(unit: Unit, used: Array, *, state: Scenario, catalogue: Catalogue) -> list[TokenFlow]:
    """Args: used: of one unit, as `StationService.used_by_product`, shape (products, models, 4)."""
    products = [product.id for product in state.products]
    in_zone = unit.in_eu and state.decisions.residency != "anywhere"

    def bought(api: str, model: int) -> TokenFlow:
        counts = dict(zip(products, used[:, model].tolist(), strict=True))
        return _tokens(unit, api, counts=counts, in_data_zone=in_zone, catalogue=catalogue)

    flows = [bought(unit.api, MAIN)]
    if used[:, SMALL].any():
        flows.append(bought(SMALL_TIER, SMALL))
    if used[:, DEFERRED].any():
        flows.append(replace(bought(unit.api, DEFERRED), batched=True))
    return flows


def _tokens(
    unit: Unit, api: str, *, counts: Mapping[str, Sequence[float]], in_data_zone: bool, catalogue: Catalogue
) -> TokenFlow:
    """Tokens bought of one model; of the new prompt tokens a share is stored, and beside an answer a model may reason.

    Args:
        counts: by product: calls, new prompt tokens, prompt tokens from the cache, answer tokens.
    """
    calls, uncached, cached, output = (sum(amounts) for amounts in zip(*counts.values(), strict=True))
    stored = uncached * catalogue.value("apis", api, "cache_write_share")
    return TokenFlow(
        endpoint=unit.id,
        api=api,
        region=unit.region,
        in_data_zone=in_data_zone,
        calls=calls,
        uncached_in_tokens=uncached - stored,
        cached_in_tokens=cached,
        output_tokens=output,
        cache_write_tokens=stored,
        reasoning_tokens=output * catalogue.value("apis", api, "reasoning_per_answer_token"),
        by_product=tuple(ProductTokens(product, *taken[1:]) for product, taken in counts.items()),
    )


def _cross_region_gb(served: ServedMonth) -> float:
    """Data that retrievals carried from one region to another."""
    return 0.0 if served.service is None else float(served.service.cross_region_gb[served.row].sum())


def _egress_gb(served: ServedMonth, catalogue: Catalogue) -> float:
    """Answers sent to their users; what comes in costs nothing."""
    if served.service is None:
        return 0.0
    answer_tokens = float(served.service.delivered_tokens[served.row, :, ANSWER].sum())
    return answer_tokens * catalogue.value("business", "rules", "bytes_per_token") / BYTES_PER_GB
