"""What was simulated and what leaving would cost: key figures, lock-in by month and doors, as in the results."""

from collections.abc import Callable

from xlsxwriter.worksheet import Worksheet

from sim.economics.prices import MONTHS_PER_YEAR
from sim.lockin import LAYERS, WHOLE
from sim.reports import words
from sim.reports.document.parts import Cell, Column, Figure, Grid, Table
from sim.reports.document.report import Option
from sim.reports.document.sheets.blocks import Blocks
from sim.reports.document.sheets.charts import Charts
from sim.reports.document.sheets.paper import COUNT, SHARE, USD, USD_FINE, Paper
from sim.reports.lockin import layer_name
from sim.strategy.outcome import MonthResult, Outcome

Reading = tuple[str, str, Callable[[MonthResult], float], str]
READINGS: tuple[Reading, ...] = (
    ("Requests", "a month", lambda m: m.requests, COUNT),
    ("Served", "a month", lambda m: m.served, COUNT),
    ("Served in time", "a month", lambda m: m.good, COUNT),
    ("Late", "a month", lambda m: m.late, COUNT),
    ("Given up", "a month", lambda m: m.timed_out, COUNT),
    ("Refused", "a month", lambda m: m.refused, COUNT),
    ("Failed", "a month", lambda m: m.failed, COUNT),
    ("First words, median", "s", lambda m: m.ttft_s.p50, USD_FINE),
    ("First words, slowest 5 %", "s", lambda m: m.ttft_s.p95, USD_FINE),
    ("Whole answer, median", "s", lambda m: m.e2e_s.p50, USD_FINE),
    ("Whole answer, slowest 5 %", "s", lambda m: m.e2e_s.p95, USD_FINE),
    ("Use of our own GPUs", "share", lambda m: m.utilization, SHARE),
    ("Revenue", "USD a month", lambda m: m.revenue_usd, USD),
    ("Gross margin", "share", lambda m: m.gross_margin, SHARE),
    ("Cost per 1M tokens, all in", "USD", lambda m: m.usd_per_mtok_allocated, USD_FINE),
    ("Cost per 1M tokens, only while working", "USD", lambda m: m.usd_per_mtok_used, USD_FINE),
    ("Cost per answer", "USD", lambda m: m.usd_per_served_request, "0.0000"),
    ("Data held", "GB", lambda m: m.data_gb, COUNT),
    ("Cash to leave everything", "USD", lambda m: m.exit[WHOLE].usd_cash, USD),
    ("Months to leave everything", "months", lambda m: m.exit[WHOLE].exit_months, "0.0"),
)
More = tuple[tuple[str, tuple[str, ...]], ...]
"""Sections, each with the keys of some of its blocks."""
SETS = (*LAYERS, WHOLE)
TOP = 3
GRID = [13.0] * 12
"""Columns that a sheet of tables shares out."""


def write_key_figures(paper: Paper) -> None:
    """Every reading at the end of each year, by option, and the key figures with their ranges."""
    outcomes, options = paper.report.outcomes, paper.report.options
    ends = [_year_ends(outcome) for outcome in outcomes]
    count = sum(map(len, ends))
    widths = [38.0, 30.0, *[14.0] * max(count, 3 * len(options))]
    sheet = paper.sheet(
        "KPIs",
        "Key figures",
        "As the model gives them; the last months of years. Prices changed in this workbook do not move these.",
        widths=widths,
        freeze=(TOP + 2, 1),
    )
    sheet.fit_to_pages(1, 0)
    column = 2
    for option, months in zip(options, ends, strict=True):
        paper.text(sheet, TOP, column, option.short, bold=True, text_wrap=False)
        column += len(months)
    paper.heads(sheet, TOP + 1, ["", "Unit", *(f"Month {m.month + 1}" for months in ends for m in months)], left=2)
    for row, (label, unit, read, form) in enumerate(READINGS, start=TOP + 2):
        paper.text(sheet, row, 0, label)
        paper.text(sheet, row, 1, unit)
        for at, month in enumerate((month for months in ends for month in months), start=2):
            paper.number(sheet, row, at, read(month), form)
    section = paper.report.section("decision")
    grid = section.block("key_figures") if section else None
    if isinstance(grid, Grid):
        Blocks(paper, sheet, widths=widths, row=TOP + 4 + len(READINGS)).block(grid)


def _year_ends(outcome: Outcome) -> list[MonthResult]:
    """Last month of each year, and of the horizon."""
    last = len(outcome.months) - 1
    return [m for m in outcome.months if (m.month + 1) % MONTHS_PER_YEAR == 0 or m.month == last]


def write_lock_in(paper: Paper) -> None:
    """Cash and months to leave by layer, month by month; layers are never added up."""
    outcomes, options = paper.report.outcomes, paper.report.options
    widths = [12.0, *[14.0] * (2 * len(SETS))]
    sheet = paper.sheet(
        "Lock-in",
        "What leaving would cost",
        "If the decision were taken at the end of the month. Layers overlap: never add them up; “everything” is its "
        "own figure.",
        widths=widths,
        freeze=(TOP, 1),
    )
    sheet.fit_to_pages(1, 0)
    charts = Charts(paper)
    row = TOP + charts.ROWS
    places: list[tuple[int, int]] = []
    for option, outcome in zip(options, outcomes, strict=True):
        paper.text(sheet, row, 0, option.name, bold=True, text_wrap=False)
        paper.text(sheet, row + 1, 1, "Cash to leave, USD", bold=True, text_wrap=False)
        paper.text(sheet, row + 1, 1 + len(SETS), "Months to leave", bold=True, text_wrap=False)
        names = [layer_name(layer) for layer in SETS]
        paper.heads(sheet, row + 2, ["Month", *names, *names])
        paper.tall(sheet, row + 2, [(name, widths[1]) for name in names])
        places.append((row + 3, len(outcome.months)))
        for at, month in enumerate(outcome.months, start=row + 3):
            paper.number(sheet, at, 0, month.month + 1, COUNT)
            for column, layer in enumerate(SETS, start=1):
                paper.number(sheet, at, column, month.exit[layer].usd_cash, USD)
                paper.number(sheet, at, column + len(SETS), month.exit[layer].exit_months, "0.0")
        row += 5 + len(outcome.months)
    whole = 1 + SETS.index(WHOLE)
    charts.lines(
        sheet, (TOP, 0), title="Cash to leave everything, by month", form='$#,##0.0,,"M"',
        series=[(sheet.get_name(), (first, whole, first + count - 1, whole), (first, 0, first + count - 1, 0))
                for first, count in places],
    )  # fmt: skip


def write_doors(paper: Paper) -> None:
    """How each decision behaves, by option, and what the reversal page says about it."""
    sheet = paper.sheet(
        "Doors",
        "Doors: how hard each decision is to take back",
        "Computed from how cost and time of leaving grow. Share: of the futures of lock-in that give this behavior.",
        widths=GRID,
        freeze=(TOP, 0),
    )
    sheet.fit_to_pages(1, 0)
    blocks = Blocks(paper, sheet, widths=GRID, row=TOP)
    for option, outcome in zip(paper.report.options, paper.report.outcomes, strict=True):
        blocks.block(_doors(option, outcome))
    section = paper.report.section("reversal")
    if section:
        blocks.section(section, keys=("doors", "notice", "exit_plan"))


def _doors(option: Option, outcome: Outcome) -> Table:
    months = sorted({month for door in outcome.doors for month in door.usd})
    columns = (
        Column("Decision", 1.5),
        Column("Behavior", 1.5),
        Column("Share", numeric=True),
        Column("Harder below, growth a month", numeric=True),
        *(Column(f"Cash after month {month}", numeric=True) for month in months),
        Column("Months to leave", numeric=True),
        Column("In cash alone", 1.5),
        Column("Harder below, in cash", numeric=True),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            layer_name(door.decision),
            words.DOOR_WORDS.get(door.door_class, door.door_class),
            Figure(door.class_share, words.percent(door.class_share)),
            Figure(door.compounds_below_growth, words.percent(door.compounds_below_growth)),
            *(Figure(door.usd[month], words.money(door.usd[month])) for month in months),
            Figure(door.exit_months, words.months(door.exit_months)),
            words.DOOR_WORDS.get(door.class_cash_only, door.class_cash_only),
            Figure(door.compounds_below_growth_cash_only, words.percent(door.compounds_below_growth_cash_only)),
        )
        for door in outcome.doors
    )
    return Table(f"doors_{option.stem}", option.name, "", columns, rows)


def write_section_sheet(
    paper: Paper, name: str, *, title: str, keys: tuple[str, ...], notes: tuple[str, ...] = (), more: More = ()
) -> None:
    """All blocks of some sections below one another, then some of others; no sheet without any of these or a note."""
    sections = [section for key in keys if (section := paper.report.section(key)) is not None]
    others = [(paper.report.section(key), names) for key, names in more]
    extra = [block for section, names in others if section for name in names if (block := section.block(name))]
    if not sections and not notes and not extra:
        return
    stamp = paper.report.stamp
    sheet: Worksheet = paper.sheet(name, title, "; ".join(stamp.parts()), widths=GRID, freeze=(TOP, 0))
    sheet.fit_to_pages(1, 0)
    blocks = Blocks(paper, sheet, widths=GRID, row=TOP)
    for note in notes:
        blocks.line(note)
    blocks.row += 1 if notes else 0
    for section in sections:
        blocks.section(section)
        blocks.row += 1
    for block in extra:
        blocks.block(block)
