"""The months of one scenario as they were served: flows for economics, and what users felt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

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


@lru_cache(maxsize=1024)
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
        products = product_flows(served, catalogue)
        asked = list(zip(served.state.products, products, strict=True))
        data_gb = data_gb * (1 - deleted_share) + sum([f.served * product.gb_per_request for product, f in asked])
        vectors += sum([f.served * product.vectors_per_request for product, f in asked])
        flows.append(_flow(served, products, data_gb=data_gb, vectors=vectors, catalogue=catalogue))
    return tuple(flows)


def flow_of(served: ServedMonth, catalogue: Catalogue, *, data_gb: float, vectors: float) -> MonthFlow:
    """What one month amounted to, given the data and vectors at its end."""
    return _flow(served, product_flows(served, catalogue), data_gb=data_gb, vectors=vectors, catalogue=catalogue)


def _flow(
    served: ServedMonth, products: tuple[ProductFlow, ...], *, data_gb: float, vectors: float, catalogue: Catalogue
) -> MonthFlow:
    """Args: products: of the month, in the order of its state."""
    state, service = served.state, served.service
    pools, tokens = _work(served, catalogue)
    cross_region_gb, answer_tokens = (0.0, 0.0) if service is None else service.sent[served.row]
    return MonthFlow(
        month=served.month,
        on=first_day(state.start, served.month),
        launched=service is not None,
        products=products,
        pools=pools,
        tokens=tokens,
        searches=sum(
            [(f.requests - f.refused) * product.searches_per_request
             for product, f in zip(state.products, products, strict=True)]
        ),
        # Answers sent to their users; what comes in costs nothing.
        egress_gb=answer_tokens * catalogue.value("business", "rules", "bytes_per_token") / BYTES_PER_GB,
        cross_region_gb=cross_region_gb,
        data_gb=data_gb,
        vectors=vectors,
    )  # fmt: skip


def product_flows(served: ServedMonth, catalogue: Catalogue) -> tuple[ProductFlow, ...]:
    """Requests of each product by what became of them, in the order of the month's state."""
    if served.service is None:
        return tuple([ProductFlow(p.id, *(0.0,) * 9) for p in served.state.products])
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
    row, state = served.row, served.state
    engine = state.platform.engine
    pools: list[PoolFlow] = []
    tokens: list[TokenFlow] = []
    for station in served.service.stations:
        sizes, utilization = station.sizes[row].tolist(), station.utilization[row].tolist()
        for index, unit in enumerate(station.model.station.units):
            if unit.is_pool:
                gpus = sizes[index] * engine.gpus_per_replica
                held = _held(station.day[row, index] * engine.gpus_per_replica, catalogue)
                pools.append(PoolFlow(unit.id, unit.region, engine.gpu, gpus, utilization[index], held))
            else:
                ahead = state.platform.api.provisioned_share * sizes[index]
                counts = station.used_by_product[row, :, index].tolist()
                tokens += bought_of(unit, counts, state=state, ahead_per_min=ahead, catalogue=catalogue)
    return tuple(pools), tuple(tokens)


def _held(gpus: Array, catalogue: Catalogue) -> tuple[tuple[float, float], ...]:
    """GPUs by the share of the month for which they are held; nothing where they do not follow the hours."""
    if len(gpus) == 1:
        return ()
    hours = hour_weights(catalogue)
    distinct, which = np.unique(np.round(gpus, GPU_DIGITS), return_inverse=True)
    shares = np.bincount(which, weights=hours) / hours.sum()
    return tuple(zip(distinct.tolist(), shares.tolist(), strict=True))


Counts = Sequence[float]
"""Of one model's calls: how many, new prompt tokens, prompt tokens from the cache, answer tokens."""


def bought_of(
    unit: Unit, counts: Sequence[Sequence[Counts]], *, state: Scenario, ahead_per_min: float, catalogue: Catalogue
) -> list[TokenFlow]:
    """What an API sold of each model in a month.

    Args:
        counts: by product and model, as `StationService.used_by_product` has them for the unit.
        ahead_per_min: throughput bought ahead, all of it of the main model [tokens/min].
    """
    in_zone = unit.in_eu and state.decisions.residency != "anywhere"

    def bought(api: str, model: int, *, ahead_per_min: float = 0.0, batched: bool = False) -> TokenFlow:
        # Of the new prompt tokens a share is stored, and beside an answer a model may reason.
        calls, uncached, cached, output = [sum(amounts) for amounts in zip(*[of[model] for of in counts], strict=True)]
        stored = uncached * catalogue.value("apis", api, "cache_write_share")
        return TokenFlow(
            endpoint=unit.id,
            api=api,
            region=unit.region,
            in_data_zone=in_zone,
            calls=calls,
            uncached_in_tokens=uncached - stored,
            cached_in_tokens=cached,
            output_tokens=output,
            cache_write_tokens=stored,
            reasoning_tokens=output * catalogue.value("apis", api, "reasoning_per_answer_token"),
            provisioned_tokens_per_min=ahead_per_min,
            batched=batched,
            by_product=tuple(
                [ProductTokens(product.id, *of[model][1:]) for product, of in zip(state.products, counts, strict=True)]
            ),
        )

    flows = [bought(unit.api, MAIN, ahead_per_min=ahead_per_min)]
    if any([any(of[SMALL]) for of in counts]):
        flows.append(bought(SMALL_TIER, SMALL))
    if any([any(of[DEFERRED]) for of in counts]):
        flows.append(bought(unit.api, DEFERRED, batched=True))
    return flows
