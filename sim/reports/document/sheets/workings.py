"""Quantities from the simulation and the amounts that follow from them, one row for each term."""

from collections.abc import Iterator
from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from sim.economics.lines import LINES
from sim.economics.prices import MONTHS_PER_YEAR
from sim.reports.document.look import GRAY
from sim.reports.document.sheets.amounts import MARKETS, Amount, Series
from sim.reports.document.sheets.ledger import Ledger
from sim.reports.document.sheets.paper import COUNT, LEVEL, USD, Paper

HEAD = 3
"""Row of the months; labels stand in the first column, units in the second."""
SINCE = HEAD - 1
"""Row of the months since the start."""
LABELS = 2
WIDE = 50.0
SCALE = 45
FIXED = "a number, as the model gives it"
NOTHING = Amount(0.0, 0.0, ())
LINE_LABELS = {line.name: line.label for line in LINES}


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns of a sheet by month: labels, then years and the total, then months."""

    months: int

    @property
    def years(self) -> int:
        return -(-self.months // MONTHS_PER_YEAR)

    @property
    def total(self) -> int:
        return LABELS + self.years

    @property
    def first(self) -> int:
        return self.total + 1

    def of(self, month: int) -> int:
        return self.first + month

    def year(self, year: int) -> tuple[int, int]:
        """First and last column of a year's months."""
        return self.of(year * MONTHS_PER_YEAR), self.of(min(self.months, (year + 1) * MONTHS_PER_YEAR) - 1)

    @property
    def all(self) -> tuple[int, int]:
        return self.first, self.of(self.months - 1)

    @property
    def heads(self) -> list[str | int]:
        years = [f"Year {year + 1}" for year in range(self.years)]
        return [*years, "All months", *(month + 1 for month in range(self.months))]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Columns of the months of each year, then of all."""
        return [*(self.year(year) for year in range(self.years)), self.all]

    @property
    def breaks(self) -> list[int]:
        """Columns at which a printed page begins."""
        return [self.year(year)[0] for year in range(self.years)]

    @property
    def widths(self) -> list[float]:
        return [12.0] * (self.years + 1) + [11.0] * self.months


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one revenue or cost line in the amounts."""

    name: str
    series: tuple[Series, ...]
    first: int
    """Row of its first amount."""


class Workings:
    """Where everything of one option stands, known before anything is written."""

    def __init__(self, ledger: Ledger, *, name: str, revenue_cell: str) -> None:
        """`revenue_cell` is the row of revenue in the statement, as `'P&L 1'!{}12` with the column left open."""
        self.ledger, self.name = ledger, name
        self.revenue_cell = revenue_cell
        self.grid = Grid(len(ledger.outcome.months))
        self.markets = tuple(ledger.markets)
        self.levels = {market: HEAD + 2 + 4 * at for at, market in enumerate(self.markets)}
        """Row of a market's level; drift and shocks stand below it."""
        self.quantities = HEAD + 2 + 4 * len(self.markets)
        parts = [
            *((f"revenue.{id}", series) for id, series in ledger.revenue.items()),
            *ledger.cost.items(),
            ("capital", ledger.capital),
        ]
        self.amounts = self.quantities + 2 + sum(len(series) for _, series in parts)
        self.blocks: dict[str, Block] = {}
        row = self.amounts + 1
        for key, series in parts:
            self.blocks[key] = Block(key, series, row)
            row += len(series)
        self.end = row

    def sum_of(self, key: str, letter: str) -> str:
        """Formula text that adds up a line in a column; `0` where it has no term."""
        block = self.blocks[key]
        if not block.series:
            return "0"
        return f"SUM('{self.name}'!{letter}{block.first + 1}:{letter}{block.first + len(block.series)})"

    def write(self, paper: Paper) -> Worksheet:
        grid = self.grid
        sheet = paper.sheet(
            self.name,
            f"Workings: {self.title(paper)}",
            "Amount = quantity × the values named beside it × level of prices. Change values in Assumptions.",
            widths=[WIDE, WIDE, *grid.widths],
            freeze=(HEAD + 1, 1),
        )
        paper.heads(sheet, HEAD, ["Term", "Rests on", *grid.heads], left=LABELS)
        paper.text(sheet, SINCE, 0, "Months since the start", font_color=GRAY)
        for month in range(grid.months):
            paper.number(sheet, SINCE, grid.of(month), month, COUNT, font_color=GRAY)
        for market in self.markets:
            self._level(paper, sheet, market)
        self._section(paper, sheet, self.quantities, "Quantities, from the simulation")
        self._section(paper, sheet, self.amounts, "Amounts, USD")
        shift = self.amounts - self.quantities
        for block in self.blocks.values():
            for at, series in enumerate(block.series):
                self._series(paper, sheet, series, block, row=block.first + at, above=block.first + at - shift)
        paper.by_year(sheet, breaks=grid.breaks, repeated=LABELS, scale=SCALE)
        return sheet

    def title(self, paper: Paper) -> str:
        at = paper.report.outcomes.index(self.ledger.outcome)
        return paper.report.options[at].short

    def _section(self, paper: Paper, sheet: Worksheet, row: int, title: str) -> None:
        for column in range(self.grid.of(self.grid.months - 1) + 1):
            sheet.write_blank(row, column, None, paper.style(**paper.section))
        paper.text(sheet, row, 0, title, **paper.section, text_wrap=False)

    def _level(self, paper: Paper, sheet: Worksheet, market: str) -> None:
        row, found = self.levels[market], self.ledger.markets[market]
        self._section(paper, sheet, row - 1, f"{MARKETS[market]}, against month 1")
        for at, label in enumerate(("Level", "of it, drift", "of it, shocks")):
            paper.text(sheet, row + at, 0, label)
        paper.text(sheet, row + 1, 1, " / ".join(dict.fromkeys(drift.name for drift in found.drift)))
        for month in range(self.grid.months):
            column = self.grid.of(month)
            here = xl_rowcol_to_cell(row + 1, column)
            before = xl_rowcol_to_cell(row + 1, column - 1)
            drift = "=1" if month == 0 else f"={before}*(1+{found.drift[month - 1].name})^(1/{MONTHS_PER_YEAR})"
            shocks = xl_rowcol_to_cell(row + 2, column)
            paper.formula(sheet, row, column, f"={here}*{shocks}", found.level[month] * found.shock[month], LEVEL)
            paper.formula(sheet, row + 1, column, drift, found.level[month], LEVEL)
            paper.number(sheet, row + 2, column, found.shock[month], LEVEL)

    def _series(
        self, paper: Paper, sheet: Worksheet, series: Series, block: Block, *, row: int, above: int
    ) -> None:
        label = f"{self._line(block.name)}: {series.label}"
        for at in (row, above):
            paper.text(sheet, at, 0, label)
        paper.text(sheet, row, 1, series.basis or FIXED)
        paper.text(sheet, above, 1, series.unit, text_wrap=False)
        paper.tall(sheet, row, [(label, WIDE), (series.basis, WIDE)])
        paper.tall(sheet, above, [(label, WIDE)])
        amounts = [series.amounts.get(month, NOTHING) for month in range(self.grid.months)]
        for column, (first, last) in enumerate(self.grid.spans, start=LABELS):
            months = slice(first - self.grid.first, last - self.grid.first + 1)
            for at, form, read in ((above, COUNT, _quantity), (row, USD, _usd)):
                cells = f"{xl_rowcol_to_cell(at, first)}:{xl_rowcol_to_cell(at, last)}"
                paper.formula(sheet, at, column, f"=SUM({cells})", sum(map(read, amounts[months])), form, bold=True)
        for month, amount in series.amounts.items():
            column = self.grid.of(month)
            if amount.of_revenue:
                cell = "=" + self.revenue_cell.format(xl_col_to_name(column))
                paper.formula(sheet, above, column, cell, amount.quantity, COUNT)
            else:
                paper.number(sheet, above, column, amount.quantity, COUNT)
            formula = "=" + "*".join(self._factors(amount, row=above, column=column))
            paper.formula(sheet, row, column, formula, amount.usd, USD)

    def _factors(self, amount: Amount, *, row: int, column: int) -> Iterator[str]:
        yield xl_rowcol_to_cell(row, column)
        for factor in amount.factors:
            yield f"(1-{factor.input.name})" if factor.rest else factor.input.name
        if amount.level is not None:
            market, month = amount.level
            yield xl_rowcol_to_cell(self.levels[market], self.grid.of(month))
        if amount.growth is not None:
            yield f"(1+{amount.growth.name})^({xl_rowcol_to_cell(SINCE, column)}/{MONTHS_PER_YEAR})"
        if amount.constant != 1.0:
            yield repr(amount.constant)

    @staticmethod
    def _line(key: str) -> str:
        if key.startswith("revenue."):
            return "Revenue"
        return LINE_LABELS.get(key, "GPUs we own")


def _quantity(amount: Amount) -> float:
    return amount.quantity


def _usd(amount: Amount) -> float:
    return amount.usd
