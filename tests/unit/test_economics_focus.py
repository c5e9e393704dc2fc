"""The simulated bill: columns, nulls, allowed values, totals, and text that a spreadsheet must not run."""

import csv
import re
from io import StringIO

import pytest

from sim.economics import MonthStatement, PurchaseMix, bill, billed_usd, focus_csv, statement
from sim.economics.focus_csv import Version
from tests.unit.economics_months import EU, bought, month, pool, promised, scenario, served, shipped_book

MANDATORY = frozenset(re.findall(
    r"\w+",
    "BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory "
    "ChargeClass ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName "
    "ListCost PricingQuantity PricingUnit ServiceCategory ServiceName"))
NAMES: dict[Version, frozenset[str]] = {
    "1.4": frozenset({"HostProviderName", "ServiceProviderName"}),
    "1.2": frozenset({"ProviderName", "PublisherName"}),
}
MAY_BE_NULL = frozenset({"ChargeClass"})
VERSIONS: tuple[Version, ...] = ("1.4", "1.2")


def statements() -> list[MonthStatement]:
    mix = PurchaseMix(owned=0.25, reserved=0.5, spot=0.1, commitment_months=12)
    kept = (promised(9, since=10, until=22),)
    return [
        statement(
            month(number, products=(served("support", 1e6, tokens=2e9), served("coding", 0)),
                  pools=(pool(10, 0.43, region="eu_west"),), searches=3e5, egress_gb=70_001.7, cross_region_gb=31,
                  data_gb=30_000.5, tokens=(bought("mid", new=1.234e9, cached=1e8, out=1e7, in_eu_zone=True),)),
            scenario(EU), book=shipped_book(), mix=mix, commitments=kept if number == 11 else (), migration_usd=5e4,
        )
        for number in (10, 11)
    ]


def rows(version: Version, **changed: str) -> list[dict[str, str]]:
    text = focus_csv(bill(statements(), scenario(EU), scenario_id=changed.get("id", "abc")), version=version)
    return list(csv.DictReader(StringIO(text, newline="")))


@pytest.mark.parametrize("version", VERSIONS)
def test_columns_of_the_version_then_our_own(version: Version) -> None:
    columns = list(rows(version)[0])
    other = NAMES["1.2" if version == "1.4" else "1.4"]
    assert set(columns) >= MANDATORY | NAMES[version]
    assert not set(columns) & other
    ours = [name for name in columns if name.startswith("x_")]
    assert columns[-len(ours):] == ours
    assert {"x_ScenarioId", "x_Seed", "x_Month", "x_Product", "x_Model", "x_Pool", "x_Future", "x_Simulated"} <= set(
        ours)
    assert ("InvoiceId" in columns) == (version == "1.2")


@pytest.mark.parametrize("version", VERSIONS)
def test_mandatory_cells_are_filled_and_values_allowed(version: Version) -> None:
    for row in rows(version):
        for name in (MANDATORY | NAMES[version]) - MAY_BE_NULL:
            assert row[name] != "", name
        assert row["ChargeCategory"] == "Usage" and row["ChargeClass"] == ""
        assert row["BillingCurrency"] == "USD"
        assert row["PricingCategory"] in {"Standard", "Dynamic", "Committed", "Other"}
        assert row["ServiceCategory"] in {
            "AI and Machine Learning", "Compute", "Databases", "Networking", "Storage"}
        assert re.fullmatch(r"\d{4}-\d\d-01T00:00:00Z", row["ChargePeriodStart"])
        assert row["x_Simulated"] == "true"


@pytest.mark.parametrize("version", VERSIONS)
def test_costs_are_quantities_times_prices(version: Version) -> None:
    for row in rows(version):
        quantity = float(row["PricingQuantity"])
        assert float(row["ListCost"]) == pytest.approx(float(row["ListUnitPrice"]) * quantity, abs=1e-9)
        assert float(row["ContractedCost"]) == pytest.approx(float(row["ContractedUnitPrice"]) * quantity, abs=1e-9)
        assert "e" not in row["BilledCost"].lower()
        assert float(row["BilledCost"]) <= float(row["ListCost"]) + 1e-9


@pytest.mark.parametrize("version", VERSIONS)
def test_commitment_columns_go_together(version: Version) -> None:
    found = rows(version)
    for row in found:
        filled = {name for name in row if name.startswith("CommitmentDiscount") and row[name]}
        assert len(filled) in (0, 7)
        assert (row["PricingCategory"] == "Committed") == (len(filled) == 7)
    assert {row["CommitmentDiscountStatus"] for row in found} == {"", "Used", "Unused"}
    assert {row["PricingCategory"] for row in found} == {"Standard", "Dynamic", "Committed", "Other"}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_bill_adds_up_to_the_billed_lines_to_the_cent(version: Version) -> None:
    found = rows(version)
    of = statements()
    assert round(sum(float(row["BilledCost"]) for row in found), 2) == round(billed_usd(of), 2)
    for stated in of:
        for line in ("gpu", "idle", "api", "search", "storage", "egress"):
            billed = sum(
                float(row["BilledCost"]) for row in found
                if row["x_Month"] == str(stated.month) and row["x_CostLine"] == line)
            assert round(billed, 2) == round(stated.cost_usd[line], 2), line


def test_people_build_moves_and_support_never_appear() -> None:
    assert {row["x_CostLine"] for row in rows("1.4")} == {"gpu", "idle", "api", "search", "storage", "egress"}


def test_a_month_ends_where_the_next_begins_also_over_the_year() -> None:
    periods = {(row["BillingPeriodStart"][:7], row["BillingPeriodEnd"][:7]) for row in rows("1.4")}
    assert periods == {("2027-11", "2027-12"), ("2027-12", "2028-01")}


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1+2", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_would_run_as_a_formula_is_made_plain(name: str) -> None:
    assert {row["x_ScenarioId"] for row in rows("1.4", id=name)} == {f"'{name}"}
