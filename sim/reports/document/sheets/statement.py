"""The statement of one option: every line by year and month, calculated from its workings."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from sim.economics import COST_LINES, COST_PER_TOKEN, COST_TO_SERVE
from sim.economics.prices import MONTHS_PER_YEAR
from sim.reports.document.look import INK, RULE
from sim.reports.document.sheets.ledger import Ledger
from sim.reports.document.sheets.paper import COUNT, SHARE, USD, USD_FINE, Paper
from sim.reports.document.sheets.workings import HEAD, LABELS, LINE_LABELS, Grid, Workings
from sim.reports.document.worth import discounted_cash
from sim.strategy.outcome import MonthResult

SCALE = 64
PROFIT_LINES = tuple(line for line in COST_LINES if line not in COST_TO_SERVE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its key and label, what its cell says in a column of months or of a sum of months, and its values."""

    key: str
    label: str
    form: str
    month: Callable[[str], str]
    """Formula of a month, given the letter of its column."""
    total: Callable[[str, str, str], str]
    """Formula of several months, given the letter of its own column and those of the first and the last month."""
    values: Sequence[float]
    sums: Callable[[slice], float]
    """What the total gives over some months."""
    bold: bool = False


class Statement:
    """Rows of one option and where they stand."""

    def __init__(self, ledger: Ledger, *, number: int) -> None:
        self.ledger, self.number = ledger, number
        self.name = f"P&L {number}"
        outcome = ledger.outcome
        keys = [
            *(f"revenue.{product.id}" for product in outcome.scenario.products),
            "revenue", *COST_TO_SERVE, "serve", "gross_profit", "gross_margin",
            *PROFIT_LINES, "total", "profit", "capital", "cash", "cumulative", "discounted",
            "mtok", "served", "per_mtok", "per_answer",
        ]  # fmt: skip
        self.rows = {key: HEAD + 1 + at for at, key in enumerate(keys)}
        self.npv_row = HEAD + len(keys) + 2
        self.payback_row = self.npv_row + 1
        revenue = f"'{self.name}'!{{}}{self.rows['revenue'] + 1}"
        self.workings = Workings(ledger, name=f"Workings {number}", revenue_cell=revenue)
        self.grid: Grid = self.workings.grid

    @property
    def fixed(self) -> frozenset[str]:
        """Lines with amounts that stay as the model gave them."""
        parts = {**self.ledger.cost, **{f"revenue.{id}": series for id, series in self.ledger.revenue.items()}}
        return frozenset(key for key, series in parts.items() if any(not one.basis for one in series))

    def cell(self, key: str, column: int) -> str:
        """Absolute reference from another sheet."""
        return f"'{self.name}'!{xl_rowcol_to_cell(self.rows[key], column, row_abs=True, col_abs=True)}"

    def months_range(self, key: str) -> str:
        first, last = self.grid.all
        row = self.rows[key]
        start, end = (xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True) for column in (first, last))
        return f"'{self.name}'!{start}:{end}"

    @property
    def npv_cell(self) -> str:
        return f"'{self.name}'!{xl_rowcol_to_cell(self.npv_row, LABELS, row_abs=True, col_abs=True)}"

    @property
    def payback_cell(self) -> str:
        return f"'{self.name}'!{xl_rowcol_to_cell(self.payback_row, LABELS, row_abs=True, col_abs=True)}"

    # --- writing ------------------------------------------------------------------------------------------------

    def write(self, paper: Paper, *, title: str) -> Worksheet:
        grid = self.grid
        sheet = paper.sheet(
            self.name,
            title,
            "US dollars, calculated from the workings",
            widths=[34.0, 12.0, *grid.widths],
            freeze=(HEAD + 1, LABELS),
        )
        paper.heads(sheet, HEAD, ["", "Unit", *grid.heads], left=LABELS)
        for row in self._rows():
            self._write_row(paper, sheet, row)
        self._worth(paper, sheet)
        paper.by_year(sheet, breaks=grid.breaks, repeated=LABELS, scale=SCALE)
        return sheet

    def _write_row(self, paper: Paper, sheet: Worksheet, row: Row) -> None:
        grid, at = self.grid, self.rows[row.key]
        unit = {SHARE: "share", COUNT: "", USD_FINE: "USD each"}.get(row.form, "USD")
        look = {"bold": True, "top": 1, "top_color": RULE} if row.bold else {}
        paper.text(sheet, at, 0, row.label, **look)
        unit = "1M tokens" if row.key == "mtok" else f"{unit}, fixed" if row.key in self.fixed else unit
        paper.text(sheet, at, 1, unit, **look)
        for column, (first, last) in enumerate(grid.spans, start=LABELS):
            letters = (xl_col_to_name(column), xl_col_to_name(first), xl_col_to_name(last))
            value = row.sums(slice(first - grid.first, last - grid.first + 1))
            shaded = {**look, "bold": True, "font_color": INK}
            paper.formula(sheet, at, column, f"={row.total(*letters)}", value, row.form, **shaded)
        for month in range(grid.months):
            column = grid.of(month)
            formula = f"={row.month(xl_col_to_name(column))}"
            paper.formula(sheet, at, column, formula, row.values[month], row.form, **look)

    def _worth(self, paper: Paper, sheet: Worksheet) -> None:
        outcome, grid = self.ledger.outcome, self.grid
        paper.text(sheet, self.npv_row, 0, "Worth, discounted (NPV)", bold=True)
        paper.text(sheet, self.npv_row, 1, "USD")
        first, last = (xl_col_to_name(column) for column in grid.all)
        row = self.rows["discounted"] + 1
        npv = f"=SUM({first}{row}:{last}{row})"
        paper.formula(sheet, self.npv_row, LABELS, npv, outcome.npv_usd, USD, bold=True)
        paper.text(sheet, self.payback_row, 0, "Paid back from month", bold=True)
        paper.text(sheet, self.payback_row, 1, "month")
        cash = f"{first}{self.rows['cumulative'] + 1}:{last}{self.rows['cumulative'] + 1}"
        months = f"{first}{HEAD + 1}:{last}{HEAD + 1}"
        below = f"SUMPRODUCT(MAX(({cash}<0)*{months}))"
        back = f'=IF({below}={grid.months},"not within {grid.months} months",{below}+1)'
        known = f"not within {grid.months} months" if outcome.payback_month is None else outcome.payback_month + 1
        paper.formula(sheet, self.payback_row, LABELS, back, known, "0", bold=True, align="right")

    # --- the rows -----------------------------------------------------------------------------------------------

    def _rows(self) -> Iterable[Row]:
        outcome = self.ledger.outcome
        statements, months = outcome.statements, outcome.months
        for product in outcome.scenario.products:
            usd = [stated.revenue_by_product_usd[product.id] for stated in statements]
            yield self._line(f"revenue.{product.id}", product.label, usd)
        products = [f"revenue.{product.id}" for product in outcome.scenario.products]
        yield self._sum("revenue", "Revenue after credits", products, [s.revenue_usd for s in statements])
        for line in COST_TO_SERVE:
            yield self._line(line, LINE_LABELS[line], [s.cost_usd[line] for s in statements])
        serve = [stated.cost_to_serve_usd for stated in statements]
        yield self._sum("serve", "Cost to serve", COST_TO_SERVE, serve)
        profit = [stated.gross_profit_usd for stated in statements]
        yield self._less("gross_profit", "Gross profit", "revenue", "serve", profit)
        yield self._ratio("gross_margin", "Gross margin", "gross_profit", "revenue", SHARE, months, "gross_margin")
        for line in PROFIT_LINES:
            yield self._line(line, LINE_LABELS[line], [s.cost_usd[line] for s in statements])
        total = [stated.cost_usd["total"] for stated in statements]
        yield self._sum("total", "All cost", ("serve", *PROFIT_LINES), total)
        yield self._less("profit", "Profit", "revenue", "total", [s.profit_usd for s in statements])
        yield from self._cash()
        yield self._given("mtok", "Tokens of delivered answers", [s.delivered_mtok for s in statements])
        yield self._given("served", "Answers served", [stated.served for stated in statements])
        yield self._unit_cost("per_mtok", "Cost per 1M tokens, all in", "mtok", months, "usd_per_mtok_allocated")
        yield self._unit_cost("per_answer", "Cost per answer", "served", months, "usd_per_served_request")

    def _cash(self) -> Iterable[Row]:
        outcome = self.ledger.outcome
        sums = list(outcome.cumulative_cash_usd)
        cash = [usd - before for usd, before in zip(sums, [0.0, *sums], strict=False)]
        capital = [usd - stated.profit_usd for usd, stated in zip(cash, outcome.statements, strict=True)]
        capital = capital if self.ledger.capital else [0.0] * len(cash)
        yield self._line("capital", "GPUs we own: cash beyond the above", capital)
        yield self._sum("cash", "Cash", ("profit", "capital"), cash)
        above = self.rows["cash"] + 1
        first = xl_col_to_name(self.grid.first)
        yield Row(
            "cumulative", "Cash since the start", USD,
            month=lambda letter: f"SUM(${first}{above}:{letter}{above})",
            total=lambda _, __, last: f"{last}{self.rows['cumulative'] + 1}",
            values=sums, sums=lambda span: sums[span][-1],
        )  # fmt: skip
        rate = self.ledger.discount.name
        discounted = [float(usd) for usd in discounted_cash(outcome)]
        yield Row(
            "discounted", "Cash, discounted", USD,
            month=lambda letter: f"{letter}{above}*(1+{rate})^(-({letter}${HEAD + 1}-1)/{MONTHS_PER_YEAR})",
            total=_added(self.rows["discounted"]),
            values=discounted, sums=lambda span: sum(discounted[span]),
        )  # fmt: skip

    def _line(self, key: str, label: str, values: Sequence[float]) -> Row:
        return Row(
            key, label, USD,
            month=lambda letter: self.workings.sum_of(key, letter),
            total=_added(self.rows[key]), values=values, sums=lambda span: sum(values[span]),
        )  # fmt: skip

    def _sum(self, key: str, label: str, parts: Iterable[str], values: Sequence[float]) -> Row:
        rows = [self.rows[part] + 1 for part in parts]

        def formula(letter: str) -> str:
            return "+".join(f"{letter}{row}" for row in rows)

        return Row(
            key, label, USD, month=formula, total=lambda own, _, __: formula(own),
            values=values, sums=lambda span: sum(values[span]), bold=True,
        )  # fmt: skip

    def _less(self, key: str, label: str, above: str, below: str, values: Sequence[float]) -> Row:
        rows = self.rows[above] + 1, self.rows[below] + 1

        def formula(letter: str) -> str:
            return f"{letter}{rows[0]}-{letter}{rows[1]}"

        return Row(
            key, label, USD, month=formula, total=lambda own, _, __: formula(own),
            values=values, sums=lambda span: sum(values[span]), bold=True,
        )  # fmt: skip

    def _ratio(
        self, key: str, label: str, above: str, below: str, form: str, months: Sequence[MonthResult], field: str
    ) -> Row:
        rows = self.rows[above] + 1, self.rows[below] + 1

        def formula(letter: str) -> str:
            return f'IF({letter}{rows[1]}>0,{letter}{rows[0]}/{letter}{rows[1]},"")'

        def over(span: slice) -> float:
            statements = self.ledger.outcome.statements[span]
            revenue = sum(stated.revenue_usd for stated in statements)
            return sum(stated.gross_profit_usd for stated in statements) / revenue if revenue > 0 else float("nan")

        values = [float(getattr(month, field)) for month in months]
        return Row(
            key, label, form, month=formula, total=lambda own, _, __: formula(own), values=values, sums=over, bold=True
        )

    def _unit_cost(self, key: str, label: str, below: str, months: Sequence[MonthResult], field: str) -> Row:
        rows = [self.rows[line] + 1 for line in COST_PER_TOKEN]
        amount = self.rows[below] + 1

        def formula(letter: str) -> str:
            cost = "+".join(f"{letter}{row}" for row in rows)
            return f'IF({letter}{amount}>0,({cost})/{letter}{amount},"")'

        def over(span: slice) -> float:
            statements = self.ledger.outcome.statements[span]
            cost = sum(stated.cost_usd[line] for stated in statements for line in COST_PER_TOKEN)
            sold = sum(stated.delivered_mtok if below == "mtok" else stated.served for stated in statements)
            return cost / sold if sold > 0 else float("nan")

        values = [float(getattr(month, field)) for month in months]
        return Row(
            key, label, "0.0000" if below == "served" else USD_FINE,
            month=formula, total=lambda own, _, __: formula(own), values=values, sums=over,
        )  # fmt: skip

    def _given(self, key: str, label: str, values: Sequence[float]) -> Row:
        """A row of numbers that the simulation found."""
        by_letter = {xl_col_to_name(self.grid.of(month)): value for month, value in enumerate(values)}
        return Row(
            key, label, COUNT,
            month=lambda letter: repr(float(by_letter[letter])),
            total=_added(self.rows[key]), values=values, sums=lambda span: sum(values[span]),
        )  # fmt: skip


def _added(row: int) -> Callable[[str, str, str], str]:
    return lambda _, first, last: f"SUM({first}{row + 1}:{last}{row + 1})"

