"""The simulated bill: one internal table of charges, from the terms of the billed lines.

People, build, moves, support and growth forgone are nobody's invoice and never
appear. A charge is one term of one month, so the bill adds up to the
statement's billed lines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sim.economics.api_bill import TOKENS_PER_MTOK
from sim.economics.lines import BILLED_LINES
from sim.economics.prices import MONTHS_PER_YEAR
from sim.economics.statement import MonthStatement
from sim.economics.term import Term
from sim.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class Service:
    """How the bill format names what a cost line buys."""

    category: str
    subcategory: str
    name: str
    provider: str
    """Who charges for it; empty where the seller of GPUs does."""
    pricing_unit: str
    consumed_unit: str
    consumed_per_priced: float
    resource_type: str


_GPU = Service("Compute", "Virtual Machines", "GPU rental", "", "GPU-Hours", "GPU-Hours", 1, "GPU pool")
_SERVICES: dict[str, Service] = {
    "gpu": _GPU,
    "idle": _GPU,
    "api": Service("AI and Machine Learning", "Generative AI", "Models by the token", "Model host",
                   "1000000 Tokens", "Tokens", TOKENS_PER_MTOK, "Model endpoint"),
    "search": Service("Databases", "Other (Databases)", "Vector search", "Vector store",
                      "1000 Requests", "Requests", 1000, "Vector store"),
    "storage": Service("Storage", "Object Storage", "Object storage", "Cloud", "GB-Months", "GB-Months", 1, "Bucket"),
    "egress": Service("Networking", "Network Connectivity", "Data transfer", "Cloud", "GB", "GB", 1, "Network"),
}
_OWNED_UNITS = {"GPU-months": "GPU-Months", "kWh": "kWh", "kW": "kW-Months"}
_PRICING = {"on_demand": "Standard", "reserved": "Committed", "unneeded": "Committed", "spot": "Dynamic",
            "owned": "Other"}


@dataclass(frozen=True, slots=True)
class Charge:
    """One row of the bill."""

    month: int
    begins: date
    ends: date
    """First day that is no longer part of the period."""
    line: str
    term: Term
    service: Service
    provider: str
    pricing_unit: str
    consumed_unit: str
    pricing_category: str
    model: str


@dataclass(frozen=True, slots=True)
class Bill:
    """Charges of a scenario and what identifies the run they come from."""

    scenario: str
    seed: int
    future: str
    charges: tuple[Charge, ...]


def bill(statements: Iterable[MonthStatement], scenario: Scenario, *, scenario_id: str, future: str = "") -> Bill:
    """Every charge of the billed lines that is not zero.

    Args:
        statements: the months to bill.
        scenario: what they were computed from.
        scenario_id: what identifies it, its hash for example.
        future: name of the drawn future, if it is one.
    """
    charges = tuple(
        _charge(stated, line, term, scenario)
        for stated in statements for line in BILLED_LINES for term in stated.cost_terms[line] if term.usd != 0
    )
    return Bill(scenario_id, scenario.seed, future, charges)


def billed_usd(statements: Sequence[MonthStatement]) -> float:
    """What the statements say that the bill adds up to."""
    return sum(stated.cost_usd[line] for stated in statements for line in BILLED_LINES)


def _charge(stated: MonthStatement, line: str, term: Term, scenario: Scenario) -> Charge:
    service = _SERVICES[line]
    owned = term.kind == "owned"
    unit = _OWNED_UNITS[term.unit] if owned else service.pricing_unit
    seller = "Own data center" if owned else f"GPU {scenario.platform.seller}"
    return Charge(
        month=stated.month,
        begins=stated.day,
        ends=_next_month(stated.day),
        line=line,
        term=term,
        service=service,
        provider=service.provider or seller,
        pricing_unit=unit,
        consumed_unit=unit if owned else service.consumed_unit,
        pricing_category=_PRICING.get(term.kind, "Standard"),
        model=_model(line, term, scenario),
    )


def _model(line: str, term: Term, scenario: Scenario) -> str:
    if line in ("gpu", "idle"):
        return scenario.platform.engine.model
    return term.rows[0].split("/")[1] if line == "api" else ""


def _next_month(day: date) -> date:
    return date(day.year + day.month // MONTHS_PER_YEAR, day.month % MONTHS_PER_YEAR + 1, 1)
