"""What nobody knows about some strategies' world: one table, each row with its range and where it comes from.

Ranges are the catalogue's. Fields of a scenario that have none get one from
its tables `futures` and `lockin`; what is likely is what the first scenario says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.catalogue import Catalogue, Fact
from sim.lockin import LAYERS, Shock, deck
from sim.scenario import Scenario, field_cards
from sim.strategy.futures.outcome import Kind, Uncertain

Row = tuple[str, str, str]

TABLE = "futures"
STRIKE, GRAVITY, HAZARDS = "strike.", "gravity.", "hazards"
TIMES_LIKELY = "times what is likely"
GRAVITIES = "from mild to grave"


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of the scenario that is uncertain, and the row that holds its range."""

    id: str
    path: str
    row: Row


_FIELDS = (
    _Field("growth", "world.growth_per_month", ("lockin", "growth_per_month", "value")),
    _Field("api_price_drift", "world.api_price_drift_per_year", (TABLE, "api_price_drift", "value")),
    _Field("gpu_price_drift", "world.gpu_price_drift_per_year", (TABLE, "gpu_price_drift", "value")),
    _Field("eu_required_share", "world.eu_required_share", (TABLE, "eu_required_share", "value")),
    _Field("discount_per_year", "company.discount_per_year", (TABLE, "discount_per_year", "value")),
)

_API_PRICES = ("usd_per_mtok_out", "usd_per_mtok_in", "usd_per_mtok_cached_in", "usd_per_mtok_cache_write")
_LOCKIN = (
    ("features_per_month", "Features a month"),
    ("rework_exponent", "How rework grows with size"),
    ("overrun", "Overrun of moves"),
    ("dual_share", "Bill while two run side by side"),
    ("team_people", "People who carry a move out"),
    ("frozen_share", "Roadmap that stands still"),
)


def uncertain_of(scenarios: Sequence[Scenario], catalogue: Catalogue) -> tuple[Uncertain, ...]:
    """Everything uncertain that any of the strategies depends on.

    A parameter that a range leaves no room (equal ends) is left out.
    """
    found = [
        *(_field(field, scenarios[0], catalogue) for field in _FIELDS),
        *_products(scenarios, catalogue),
        *(_rows(*group, catalogue=catalogue) for group in _groups(scenarios, catalogue)),
        *_shocks(catalogue, months=scenarios[0].months),
    ]
    return tuple(one for one in found if one.low < one.high)


def _field(field: _Field, scenario: Scenario, catalogue: Catalogue) -> Uncertain:
    """Bounds are the row's, widened to what the scenario says."""
    fact = catalogue.fact(*field.row)
    card = next(card for card in field_cards() if card.path == field.path)
    likely = float(reading(scenario, field.path))
    return Uncertain(
        id=field.id,
        title=card.title,
        unit=fact.unit,
        kind="setting",
        low=min(fact.low, likely),
        likely=likely,
        high=max(fact.high, likely),
        paths=(field.path,),
        source=fact.source,
        grade=fact.grade,
        note=fact.note,
    )


def _products(scenarios: Sequence[Scenario], catalogue: Catalogue) -> Iterator[Uncertain]:
    """What moves every product alike: demand at the start, and the price that can be asked."""
    ids = list(dict.fromkeys(product.id for scenario in scenarios for product in scenario.products))
    volume = catalogue.fact(TABLE, "volume", "value")
    yield _of(volume, "factor", tuple(f"products.{id}.demand.amount" for id in ids), catalogue)
    drift = catalogue.fact(TABLE, "selling_price_drift", "value")
    yield _of(drift, "added", tuple(f"products.{id}.price.drift_per_year" for id in ids), catalogue)


def _of(fact: Fact, kind: Kind, paths: tuple[str, ...], catalogue: Catalogue) -> Uncertain:
    return Uncertain(
        id=fact.id,
        title=catalogue.label(fact.table, fact.id),
        unit=fact.unit,
        kind=kind,
        low=fact.low,
        likely=fact.likely,
        high=fact.high,
        paths=paths,
        source=fact.source,
        grade=fact.grade,
        note=fact.note,
    )


# --- catalogue rows that move together ----------------------------------------------------------------------------


def _groups(scenarios: Sequence[Scenario], catalogue: Catalogue) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    """Id, title and rows; the first row leads."""
    tiers = dict.fromkeys(s.decisions.api_tier for s in scenarios if s.decisions.own_share < 1)
    if any(s.decisions.small_first_share > 0 for s in scenarios):
        tiers["small"] = None
    if tiers:
        yield (
            "api_prices",
            "Prices of models by the token",
            tuple(("apis", tier, quantity) for tier in tiers for quantity in _API_PRICES),
        )
    owners = [s for s in scenarios if s.decisions.own_share > 0]
    if owners:
        yield "gpu_rent", "Rent of GPUs", _gpu_rows(owners, "on_demand_usd_per_gpu_hour", catalogue=catalogue)
        yield "gpu_reserved", "Reserved over on-demand rent", _gpu_rows(owners, "reserved_ratio", catalogue=catalogue)
    people = (("people", "platform", "usd_per_month"), ("lockin", "usd_per_person_month", "value"))
    yield "people", "Cost of people", people
    stores = dict.fromkeys(s.decisions.vector_store for s in scenarios)
    yield "search", "Prices of searches", tuple(("search", store, "usd_per_1000_searches") for store in stores)
    yield "support", "Support of customers", (("business", "rules", "support_share_of_revenue"),)
    yield (
        "rework",
        "Work to rebuild an integration",
        tuple(("lockin", "rework_pm_per_point", layer) for layer in LAYERS),
    )
    for id, title in _LOCKIN:
        yield id, title, (("lockin", id, "value"),)


def _gpu_rows(owners: Sequence[Scenario], quantity: str, *, catalogue: Catalogue) -> tuple[Row, ...]:
    """Rows of every zone that rents the GPUs in use."""
    begins = tuple(dict.fromkeys(f"{s.platform.engine.gpu}.{s.platform.seller}." for s in owners))
    ids = [id for begin in begins for id in catalogue.ids("gpu_prices") if id.startswith(begin)]
    return tuple(("gpu_prices", id, quantity) for id in ids)


def _rows(id: str, title: str, rows: tuple[Row, ...], *, catalogue: Catalogue) -> Uncertain:
    lead = catalogue.fact(*rows[0])
    if lead.likely == 0:
        raise ValueError(f"{'/'.join(rows[0])}: a likely value of 0 has no multiples, so it cannot lead a group.")
    return Uncertain(
        id=id,
        title=title,
        unit=TIMES_LIKELY,
        kind="rows",
        low=lead.low / lead.likely,
        likely=1.0,
        high=lead.high / lead.likely,
        paths=tuple("/".join(row) for row in rows),
        source=lead.source,
        grade=lead.grade,
        note=lead.note,
    )


# --- shocks -------------------------------------------------------------------------------------------------------


def drawn_shocks(catalogue: Catalogue) -> tuple[Shock, ...]:
    """Cards of the deck that may strike or not; what is certain, such as a law with its date, is no chance."""
    return tuple(card for card in deck(catalogue) if card.hazard_per_year.low < card.hazard_per_year.high)


def _shocks(catalogue: Catalogue, *, months: int) -> Iterator[Uncertain]:
    cards = drawn_shocks(catalogue)
    rows = tuple(("shocks", card.id, "hazard_per_year") for card in cards)
    yield replace(_rows(HAZARDS, "How often shocks strike", rows, catalogue=catalogue), kind="hazards")
    for card in cards:
        hazard = card.hazard_per_year
        yield Uncertain(
            id=f"{STRIKE}{card.id}",
            title=card.label,
            unit="month",
            kind="strike",
            low=0.0,
            likely=float(months),
            high=float(months),
            paths=(f"shocks/{card.id}/hazard_per_year",),
            source=hazard.source,
            grade=hazard.grade,
            note=f"{hazard.likely:g} strikes a year",
        )
        yield Uncertain(
            id=f"{GRAVITY}{card.id}",
            title=f"{card.label}, how grave",
            unit=GRAVITIES,
            kind="gravity",
            low=0.0,
            likely=0.5,
            high=1.0,
            paths=(f"shocks/{card.id}/size",),
            source=card.size.source,
            grade=card.size.grade,
        )


# --- what a value does --------------------------------------------------------------------------------------------


def row_of(path: str) -> Row:
    table, id, quantity = path.split("/")
    return table, id, quantity


def place(parameter: Uncertain, value: float) -> float:
    """Where a value lies in its range: -1 at the low end, 0 where it is likely, 1 at the high end."""
    end = parameter.low if value < parameter.likely else parameter.high
    return 0.0 if end == parameter.likely else (value - parameter.likely) / abs(end - parameter.likely)


def value_at(parameter: Uncertain, at: float) -> float:
    """The value at a place of the range, as `place` counts."""
    end = parameter.low if at < 0 else parameter.high
    return parameter.likely + abs(at) * (end - parameter.likely)


def places(values: Mapping[str, float], parameters: Sequence[Uncertain]) -> dict[Row, float]:
    """Where catalogue rows lie in a future."""
    return {
        row_of(path): place(parameter, values[parameter.id])
        for parameter in parameters
        if parameter.kind == "rows" and parameter.id in values
        for path in parameter.paths
    }


def reading(scenario: Scenario, path: str) -> Any:
    """The value of a dotted setting; a product is named by its id."""
    node: Any = scenario
    for name in path.split("."):
        node = next(item for item in node if item.id == name) if isinstance(node, tuple) else getattr(node, name)
    return node
