"""Every amount of a plan as a product of what a reader may change and what the simulation found.

A term's price is not a number here but the catalogue rows that it was
multiplied from. An amount whose rows do not multiply to its price, such as a
move that is being carried out, stays a number.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sim.catalogue import Catalogue
from sim.economics import COST_LINES, MonthStatement, PriceLevel, Term, price_levels
from sim.economics.capital import capital_cash
from sim.economics.prices import MONTHS_PER_YEAR
from sim.reports.document.sheets.amounts import MARKETS, Amount, Factor, Market, Series
from sim.reports.document.sheets.inputs import Input, Inputs
from sim.scenario import Scenario, in_month
from sim.scenario.assumptions import catalogue_of
from sim.scenario.schema import PerSeat, Product
from sim.strategy.outcome import Outcome

PRICES = frozenset(
    {
        ("api_options", "price_ratio"),
        ("api_options", "usd_per_1000_tokens_min_hour"),
        ("apis", "data_zone_uplift"),
        ("apis", "usd_per_mtok_cache_write"),
        ("apis", "usd_per_mtok_cached_in"),
        ("apis", "usd_per_mtok_in"),
        ("apis", "usd_per_mtok_out"),
        ("business", "credit_share"),
        ("business", "support_share_of_revenue"),
        ("business", "usd_per_fallen_answer"),
        ("choices", "usd_per_month_per_point"),
        ("energy", "electricity_usd_per_kwh"),
        ("gpu_prices", "on_demand_usd_per_gpu_hour"),
        ("gpu_prices", "reserved_ratio"),
        ("gpu_prices", "spot_ratio"),
        ("network", "usd_per_gb"),
        ("ownership", "cluster_usd_per_gpu"),
        ("ownership", "hosting_usd_per_kw_month"),
        ("people", "usd_per_month"),
        ("purchase", "three_year_over_one_year"),
        ("search", "usd_per_1000_searches"),
        ("storage", "usd_per_gb_month"),
    }
)
"""Table and quantity of the rows that a price is multiplied from; a term's other rows shape its quantity."""
AMOUNTS = frozenset({"run_fte", "compliance_usd_per_month", "audit_usd_once"})
"""Quantities of table `choices` that are themselves the quantity of a term."""
SCALED = "cluster_usd_per_gpu"
"""A price of which a month pays a part that residual value and life set."""
CREDIT = "credit_share"
"""Given back from a price."""
DRIFTS = {"world.api_price_drift_per_year": "api", "world.gpu_price_drift_per_year": "gpu"}
_HAIR = 1e-9
"""How far the product of the rows may be from a price, as a share of it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that a statement of one option is calculated from."""

    outcome: Outcome
    revenue: Mapping[str, tuple[Series, ...]]
    """By product."""
    cost: Mapping[str, tuple[Series, ...]]
    """By cost line."""
    markets: Mapping[str, Market]
    capital: tuple[Series, ...]
    """Cash of owned GPUs beyond the statement."""
    discount: Input


@dataclass(slots=True)
class _Growing:
    label: str
    unit: str
    amounts: dict[int, Amount] = field(default_factory=dict)


def ledger(outcome: Outcome, inputs: Inputs) -> Ledger:
    """The ledger of an evaluated scenario; what it rests on is added to the inputs."""
    reader = _Reader(outcome, inputs)
    revenue = {
        product.id: reader.series([(s, s.revenue_terms[product.id]) for s in outcome.statements])
        for product in outcome.scenario.products
    }
    cost = {
        line: reader.series([(s, s.cost_terms[line]) for s in outcome.statements]) for line in COST_LINES
    }
    rate = outcome.scenario.company.discount_per_year
    return Ledger(
        outcome=outcome,
        revenue=revenue,
        cost=cost,
        markets=reader.markets,
        capital=tuple(reader.capital()),
        discount=inputs.of_field("company.discount_per_year", rate),
    )


class _Reader:
    """Reads the terms of one outcome."""

    def __init__(self, outcome: Outcome, inputs: Inputs) -> None:
        self.outcome, self.inputs = outcome, inputs
        self.catalogue: Catalogue = catalogue_of(outcome.scenario)
        self.states: list[Scenario] = [in_month(outcome.scenario, month.month) for month in outcome.months]
        self.levels: tuple[PriceLevel, ...] = price_levels(self.states) if self.states else ()
        self.shocks: dict[str, dict[int, float]] = {}
        self._find_shocks()
        self.markets = {market: self._market(market) for market in MARKETS if market in self.shocks}

    def series(self, months: Iterable[tuple[MonthStatement, tuple[Term, ...]]]) -> tuple[Series, ...]:
        """Terms of a line, equal ones of different months in one series, in the order in which they first appear."""
        found: dict[tuple[object, ...], _Growing] = {}
        for stated, terms in months:
            met: dict[tuple[object, ...], int] = {}
            for term in terms:
                label = _label(term)
                same = (label, term.rows, term.kind, term.resource, term.region)
                met[same] = met.get(same, 0) + 1
                series = found.setdefault((*same, met[same]), _Growing(label, term.unit))
                series.amounts[stated.month] = self._amount(term, stated)
        return tuple(Series(one.label, one.unit, one.amounts) for one in found.values())

    def capital(self) -> Iterator[Series]:
        """Cash of owned GPUs is a multiple of what one costs to buy."""
        statements = self.outcome.statements
        for gpu in sorted({gpu for stated in statements for gpu, held in stated.owned_gpus.items() if held > 0}):
            held = [stated.owned_gpus.get(gpu, 0.0) for stated in statements]
            price = self.inputs.of_row(f"ownership/{gpu}/{SCALED}", None, self.catalogue)
            cash = capital_cash(held, gpu=gpu, catalogue=self.catalogue)
            amounts = {
                month: Amount(usd, usd / price.value if price.value else 0.0, (Factor(price),))
                for month, usd in enumerate(cash)
            }
            label = f"{self.catalogue.label('gpus', gpu)}, bought, sold and loss of value added back"
            yield Series(label, "GPUs' price", amounts)

    # --- levels of prices -----------------------------------------------------------------------------------------

    def _find_shocks(self) -> None:
        """What shocks make of a market's prices in a month: what its terms cost beyond their rows and the drift."""
        for stated in self.outcome.statements:
            for term in (term for terms in stated.cost_terms.values() for term in terms):
                market = next((DRIFTS[row] for row in term.rows if row in DRIFTS), None)
                if market is None:
                    continue
                month = _level_month(term, stated)
                product = _product(self._factors(term, stated)) * self._drifted(market, month)
                if product:
                    factor = term.price / product
                    found = 1.0 if abs(factor - 1) < _HAIR else factor
                    self.shocks.setdefault(market, {}).setdefault(month, found)

    def _drifted(self, market: str, month: int) -> float:
        return float(getattr(self.levels[month], market))

    def _market(self, market: str) -> Market:
        path = next(path for path, name in DRIFTS.items() if name == market)
        name = path.removeprefix("world.")
        return Market(
            drift=tuple(self.inputs.of_field(path, getattr(state.world, name)) for state in self.states),
            level=tuple(self._drifted(market, month) for month in range(len(self.states))),
            shock=tuple(self.shocks[market].get(month, 1.0) for month in range(len(self.states))),
        )

    # --- one term -------------------------------------------------------------------------------------------------

    def _amount(self, term: Term, stated: MonthStatement) -> Amount:
        factors = self._factors(term, stated)
        market = next((DRIFTS[row] for row in term.rows if row in DRIFTS), None)
        month = _level_month(term, stated)
        level = (market, month) if market else None
        growth = self._growth(term, stated.month)
        quantity = term.quantity
        counted = [factor for factor in factors if factor.input.row.rsplit("/", 1)[-1] in AMOUNTS]
        for factor in counted:
            quantity = quantity / factor.value if factor.value else 0.0
        price = _product(factor for factor in factors if factor not in counted)
        price *= self._drifted(market, month) * self.shocks[market].get(month, 1.0) if market else 1.0
        price *= (1 + growth.value) ** (stated.month / MONTHS_PER_YEAR) if growth else 1.0
        constant = term.price / price if price else 1.0
        scaled = any(factor.input.row.endswith(SCALED) for factor in factors)
        if abs(price * constant - term.price) > _HAIR * abs(term.price) or (
            abs(constant - 1) > _HAIR and not scaled and factors
        ):
            return Amount(term.usd, term.quantity, (), term.price)
        return Amount(
            usd=term.usd,
            quantity=quantity,
            factors=factors,
            constant=constant if scaled or not factors else 1.0,
            level=level,
            growth=growth,
            of_revenue=any(row.endswith("/support_share_of_revenue") for row in term.rows)
            and abs(term.quantity - stated.revenue_usd) <= _HAIR * abs(stated.revenue_usd),
        )

    def _factors(self, term: Term, stated: MonthStatement) -> tuple[Factor, ...]:
        """What a reader may change of a term, in the order of its rows."""
        return tuple(
            Factor(found, rest=row.endswith(CREDIT))
            for row in term.rows
            if (found := self._input(row, stated)) is not None
        )

    def _input(self, row: str, stated: MonthStatement) -> Input | None:
        if row.count("/") == 2:
            table, _, quantity = row.split("/")
            used = (table, quantity) in PRICES or (table == "choices" and quantity in AMOUNTS)
            return self.inputs.of_row(row, stated.day, self.catalogue) if used else None
        parts = row.split(".")
        if parts[0] != "products" or len(parts) != 3:
            return None
        product = self._product_in(parts[1], stated.month)
        if parts[2] == "price":
            price = product.price
            usd = price.usd_per_month if isinstance(price, PerSeat) else price.usd
            return self.inputs.of_field(row, usd, label=f"Price of {product.label}", unit=_sold(price))
        value = getattr(product, parts[2])
        if parts[2] == CREDIT:
            return self.inputs.of_field(row, value, label=f"{product.label}: credit for late answers", unit="share")
        if parts[2] == "usd_per_fallen_answer":
            return self.inputs.of_field(
                row, value, label=f"{product.label}: cost of an answer that does not stand", unit="USD/answer"
            )
        return None

    def _growth(self, term: Term, month: int) -> Input | None:
        row = next((row for row in term.rows if row.startswith("products.") and row.endswith(".price")), None)
        if row is None:
            return None
        product = self._product_in(row.split(".")[1], month)
        label = f"Price of {product.label}, change a year"
        return self.inputs.of_field(
            f"{row}.drift_per_year", product.price.drift_per_year, label=label, unit="share"
        )

    def _product_in(self, id: str, month: int) -> Product:
        return next(product for product in self.states[month].products if product.id == id)


def _level_month(term: Term, stated: MonthStatement) -> int:
    return stated.month if term.signed_month < 0 else term.signed_month


def _product(factors: Iterable[Factor]) -> float:
    product = 1.0
    for factor in factors:
        product *= factor.value
    return product


def _label(term: Term) -> str:
    """A term's label without the counts that an autoscaler changes from month to month."""
    return term.label.split(", of ")[0] if "platform.autoscaling.policy" in term.rows else term.label


def _sold(price: object) -> str:
    return {"PerSeat": "USD/seat/month", "PerMtok": "USD/1M tokens"}.get(type(price).__name__, "USD/answer")
