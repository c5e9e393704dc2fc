"""The bill as a FOCUS file, versions 1.4 and 1.2, from the one internal table.

Columns and allowed values follow the FinOps Open Cost and Usage Specification.
1.4 names who provides and who hosts a service; 1.2 has ProviderName and
PublisherName in their place, and InvoiceId. Our own columns begin with `x_`
and come last.
"""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Literal

from sim.economics.focus import Bill, Charge

Version = Literal["1.4", "1.2"]
Cell = str | float | None

_ACCOUNT = "loadbearing-simulation"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def focus_csv(bill: Bill, *, version: Version = "1.4") -> str:
    """The bill as CSV text with one header row; an empty cell is null."""
    columns = _COLUMNS_OF[version]
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for charge in bill.charges:
        writer.writerow([_written(_column(name)(bill, charge)) for name in columns])
    return text.getvalue()


def _written(cell: Cell) -> str:
    """A number in plain decimals; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
    return format(Decimal(repr(cell)), "f")


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _billing_period(day: date) -> str:
    return _moment(day.replace(day=1))


def _listed_usd(charge: Charge) -> float:
    return charge.term.list_price * charge.term.quantity


def _sku(charge: Charge) -> str:
    return charge.term.rows[0]


def _committed(value: str) -> Callable[[Bill, Charge], Cell]:
    """A value for charges under a commitment; null for all others."""
    return lambda bill, charge: value if charge.pricing_category == "Committed" else None


def _commitment_id(bill: Bill, charge: Charge) -> Cell:
    return f"commitment-{charge.term.resource}" if charge.pricing_category == "Committed" else None


def _commitment_status(bill: Bill, charge: Charge) -> Cell:
    if charge.pricing_category != "Committed":
        return None
    return "Unused" if charge.term.kind == "unneeded" else "Used"


def _commitment_quantity(bill: Bill, charge: Charge) -> Cell:
    return charge.term.quantity if charge.pricing_category == "Committed" else None


def _commitment_unit(bill: Bill, charge: Charge) -> Cell:
    return charge.pricing_unit if charge.pricing_category == "Committed" else None


_VALUES: dict[str, Callable[[Bill, Charge], Cell]] = {
    "AvailabilityZone": lambda bill, charge: None,
    "BilledCost": lambda bill, charge: charge.term.usd,
    "BillingAccountId": lambda bill, charge: _ACCOUNT,
    "BillingAccountName": lambda bill, charge: "Simulated account",
    "BillingCurrency": lambda bill, charge: "USD",
    "BillingPeriodEnd": lambda bill, charge: _moment(charge.ends),
    "BillingPeriodStart": lambda bill, charge: _billing_period(charge.begins),
    "ChargeCategory": lambda bill, charge: "Usage",
    "ChargeClass": lambda bill, charge: None,
    "ChargeDescription": lambda bill, charge: charge.term.label,
    "ChargeFrequency": lambda bill, charge: "Usage-Based",
    "ChargePeriodEnd": lambda bill, charge: _moment(charge.ends),
    "ChargePeriodStart": lambda bill, charge: _moment(charge.begins),
    "CommitmentDiscountCategory": _committed("Usage"),
    "CommitmentDiscountId": _commitment_id,
    "CommitmentDiscountName": _committed("Reserved GPUs"),
    "CommitmentDiscountQuantity": _commitment_quantity,
    "CommitmentDiscountStatus": _commitment_status,
    "CommitmentDiscountType": _committed("Reserved"),
    "CommitmentDiscountUnit": _commitment_unit,
    "ConsumedQuantity": lambda bill, charge: charge.term.quantity * _consumed_per_priced(charge),
    "ConsumedUnit": lambda bill, charge: charge.consumed_unit,
    "ContractedCost": lambda bill, charge: _listed_usd(charge),
    "ContractedUnitPrice": lambda bill, charge: charge.term.list_price,
    "EffectiveCost": lambda bill, charge: charge.term.usd,
    "HostProviderName": lambda bill, charge: charge.provider,
    "InvoiceId": lambda bill, charge: None,
    "InvoiceIssuerName": lambda bill, charge: charge.provider,
    "ListCost": lambda bill, charge: _listed_usd(charge),
    "ListUnitPrice": lambda bill, charge: charge.term.list_price,
    "PricingCategory": lambda bill, charge: charge.pricing_category,
    "PricingQuantity": lambda bill, charge: charge.term.quantity,
    "PricingUnit": lambda bill, charge: charge.pricing_unit,
    "ProviderName": lambda bill, charge: charge.provider,
    "PublisherName": lambda bill, charge: charge.provider,
    "RegionId": lambda bill, charge: charge.term.region,
    "RegionName": lambda bill, charge: charge.term.region,
    "ResourceId": lambda bill, charge: charge.term.resource,
    "ResourceName": lambda bill, charge: charge.term.resource,
    "ResourceType": lambda bill, charge: charge.service.resource_type if charge.term.resource else None,
    "ServiceCategory": lambda bill, charge: charge.service.category,
    "ServiceName": lambda bill, charge: charge.service.name,
    "ServiceProviderName": lambda bill, charge: charge.provider,
    "ServiceSubcategory": lambda bill, charge: charge.service.subcategory,
    "SkuId": lambda bill, charge: _sku(charge),
    "SkuMeter": lambda bill, charge: charge.service.name,
    "SkuPriceId": lambda bill, charge: f"{_sku(charge)}@{charge.pricing_category}",
}
_OWN: dict[str, Callable[[Bill, Charge], Cell]] = {
    "x_ScenarioId": lambda bill, charge: bill.scenario,
    "x_Seed": lambda bill, charge: str(bill.seed),
    "x_Month": lambda bill, charge: charge.month,
    "x_CostLine": lambda bill, charge: charge.line,
    # Products share what is billed; the statement's contribution says in which parts.
    "x_Product": lambda bill, charge: None,
    "x_Model": lambda bill, charge: charge.model,
    "x_Pool": lambda bill, charge: charge.term.resource if charge.line in ("gpu", "idle") else None,
    "x_Future": lambda bill, charge: bill.future,
    "x_Simulated": lambda bill, charge: "true",
}
_ONLY_1_2 = frozenset({"ProviderName", "PublisherName", "InvoiceId"})
_ONLY_1_4 = frozenset({"HostProviderName", "ServiceProviderName"})
_COLUMNS_OF: dict[Version, tuple[str, ...]] = {
    "1.4": (*(name for name in _VALUES if name not in _ONLY_1_2), *_OWN),
    "1.2": (*(name for name in _VALUES if name not in _ONLY_1_4), *_OWN),
}


def _column(name: str) -> Callable[[Bill, Charge], Cell]:
    return _VALUES.get(name) or _OWN[name]


def _consumed_per_priced(charge: Charge) -> float:
    return 1 if charge.term.kind == "owned" else charge.service.consumed_per_priced
