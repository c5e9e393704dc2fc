"""Scenarios, months and catalogues for the tests of money: small, and said in full."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from sim.catalogue import Catalogue, Fact, Name, load_catalogue
from sim.economics import Commitment
from sim.economics.prices import PriceBook
from sim.metrics.flows import MonthFlow, PoolFlow, ProductFlow, TokenFlow
from sim.scenario.schema import Scenario

HOURS_PER_MONTH = 730.5

PROTOTYPE = {
    "own_share": 0,
    "spare_room": 0.4,
    "api_tier": "mid",
    "small_first_share": 0,
    "residency": "anywhere",
    "vector_store": "vendor",
    "orchestration": "vendor",
    "movable_share": 0.1,
}
OWN = PROTOTYPE | {"own_share": 0.9, "vector_store": "open_self_run", "orchestration": "we_run", "movable_share": 0.7}
EU = PROTOTYPE | {
    "own_share": 0.4,
    "residency": "eu_only",
    "vector_store": "open_hosted",
    "orchestration": "open_hosted",
    "movable_share": 0.6,
}


def product(id: str, price: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": id,
        "label": id.title(),
        "demand": {"kind": "requests_per_day", "amount": 1000},
        "lengths": {"kind": "lognormal", "input_mean_tokens": 800, "output_mean_tokens": 200},
        "profile": "conversation",
        "patience": {"mean_s": 30},
        "promise": {"measure": "first_words", "limit_s": 3},
        "price": price,
    }


SUPPORT = product("support", {"kind": "per_request", "usd": 0.02, "drift_per_year": -0.1})
CODING = product("coding", {"kind": "per_seat", "usd_per_month": 19})


def scenario(
    decisions: dict[str, Any] = PROTOTYPE,
    *,
    products: Iterable[dict[str, Any]] = (SUPPORT, CODING),
    world: dict[str, Any] | None = None,
    platform: dict[str, Any] | None = None,
    build_people: float = 2,
) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "Test",
            "start": "2027-01",
            "decisions": decisions,
            "platform": {
                "home_region": "us_east",
                "eu_regions": ["eu_west", "eu_north"],
                "engine": {
                    "model": "gpt_oss_120b",
                    "precision": "fp4",
                    "gpu": "h200",
                    "generation": "vllm_sglang_2026",
                },
            }
            | (platform or {}),
            "world": {
                "growth_per_month": 0.05,
                "api_price_drift_per_year": 0,
                "gpu_price_drift_per_year": 0,
                "eu_required_share": 0.2,
            }
            | (world or {}),
            "users": {"us_east": 1.0},
            "products": list(products),
            "company": {"build_people": build_people, "data_start_gb": 20_000, "vectors_start": 5e7},
        }
    )


def served(
    id: str, requests: float, *, late: float = 0, timed_out: float = 0, tokens: float = 0, units: float = 0
) -> ProductFlow:
    return ProductFlow(
        product=id,
        requests=requests,
        served=requests - timed_out,
        good=requests - timed_out - late,
        late=late,
        timed_out=timed_out,
        refused=0,
        failed=0,
        delivered_tokens=tokens,
        units=units,
    )


def bought(api: str, *, new: float, cached: float, out: float, calls: float = 1, in_eu_zone: bool = False) -> TokenFlow:
    return TokenFlow(
        endpoint=f"api-{api}",
        api=api,
        region="us_east",
        in_data_zone=in_eu_zone,
        calls=calls,
        uncached_in_tokens=new,
        cached_in_tokens=cached,
        output_tokens=out,
    )


def pool(gpus: float, utilization: float, *, region: str = "us_east", gpu: str = "h200", id: str = "own") -> PoolFlow:
    return PoolFlow(id=id, region=region, gpu=gpu, gpus=gpus, utilization=utilization)


def promised(gpus: float, *, since: int = 6, until: int = 18, level: float = 1.0) -> Commitment:
    """GPUs of the pool that `pool` makes, under contract."""
    return Commitment("own", "h200", "us_east", "specialist", gpus, since, until, level)


EMPTY = MonthFlow(
    month=0,
    on=date(2027, 1, 1),
    launched=False,
    products=(),
    pools=(),
    tokens=(),
    searches=0,
    egress_gb=0,
    cross_region_gb=0,
    data_gb=0,
    vectors=0,
)


def month(number: int, **changed: Any) -> MonthFlow:
    """A month of 2027 and after; launched and with both products idle unless told otherwise."""
    on = date(2027 + number // 12, number % 12 + 1, 1)
    quiet = replace(EMPTY, month=number, on=on, launched=True, products=(served("support", 0), served("coding", 0)))
    return replace(quiet, **changed)


def catalogue_with(**values: float) -> Catalogue:
    """The shipped catalogue with some likely values replaced; a name is `table__id__quantity`."""
    shipped = load_catalogue()
    wanted = {tuple(name.split("__")): value for name, value in values.items()}
    facts: list[Fact] = []
    for table in shipped.tables:
        for fact in shipped.rows(table):
            value = wanted.pop((fact.table, fact.id.replace(".", "_"), fact.quantity), None)
            facts.append(fact if value is None else replace(fact, low=value, likely=value, high=value))
    assert not wanted, f"no such rows: {sorted(wanted)}"
    names = {
        (table, id): Name(shipped.label(table, id), shipped.group(table, id))
        for table in shipped.tables
        for id in shipped.ids(table)
    }
    return Catalogue(facts, names)


@cache
def shipped_book() -> PriceBook:
    return PriceBook(load_catalogue())
