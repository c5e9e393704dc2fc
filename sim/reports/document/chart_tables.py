"""The table behind every chart: the same figures, for those who do not see the picture or want to calculate."""

from functools import singledispatch
from math import isfinite, nan

from sim.reports import words
from sim.reports.axes import tick_text
from sim.reports.document.claims import money_range
from sim.reports.document.parts import (
    Axis,
    Bars,
    Cell,
    Chart,
    Column,
    Figure,
    Heat,
    Lines,
    Ranges,
    Stack,
    Table,
    Tornado,
)
from sim.reports.document.report import Option


def written(value: float, axis: Axis) -> str:
    """A value of an axis as people read it."""
    if not isfinite(value):
        return words.NONE
    if axis.unit in ("$", "k", "M"):
        return words.money(value)
    if axis.unit == "%":
        return words.percent(value)
    if axis.unit == "s":
        return words.seconds(value)
    return words.months(value) if axis.unit == "months" else words.count(value)


def ticks_of(values: list[float], axis: Axis) -> list[str]:
    """Labels of an axis; money always wears its sign, and only the top label its unit."""
    if axis.unit in ("k", "M"):
        return [words.money(value) for value in values]
    return tick_text(values, scale=axis.scale, unit=axis.unit)


def table_of(chart: Chart, options: tuple[Option, ...]) -> Table:
    """The figures of a chart as a table of its own."""
    columns, rows = _of(chart, options)
    return Table(f"{chart.key}_table", chart.title, chart.note, columns, rows)


Made = tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]


@singledispatch
def _of(chart: object, options: tuple[Option, ...]) -> Made:
    raise TypeError(f"no table is known for a chart of kind {type(chart).__name__}")


@_of.register
def _lines(chart: Lines, options: tuple[Option, ...]) -> Made:
    months = max((len(line.values) for line in chart.lines), default=0)
    columns = (Column("Month", 0.5), *(Column(line.name, numeric=True) for line in chart.lines))
    rows: list[tuple[Cell, ...]] = []
    for at in range(months):
        cells: list[Cell] = [str(at + 1)]
        for line in chart.lines:
            value = line.values[at] if at < len(line.values) else nan
            low = line.low[at] if at < len(line.low) else nan
            high = line.high[at] if at < len(line.high) else nan
            span = f"{written(low, chart.axis)} to {written(high, chart.axis)}" if isfinite(low + high) else ""
            cells.append(Figure(value, written(value, chart.axis), low, high, span))
        rows.append(tuple(cells))
    return columns, tuple(rows)


@_of.register
def _stack(chart: Stack, options: tuple[Option, ...]) -> Made:
    months = max((len(layer.values) for layer in chart.layers), default=0)
    columns = (Column("Month", 0.5), *(Column(layer.name, numeric=True) for layer in chart.layers))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(at + 1), *(Figure(layer.values[at], written(layer.values[at], chart.axis)) for layer in chart.layers))
        for at in range(months)
    )
    return columns, rows


@_of.register
def _bars(chart: Bars, options: tuple[Option, ...]) -> Made:
    rows: list[tuple[Cell, ...]] = [(bar.label, bar.figure) for bar in chart.bars]
    if chart.total and chart.bars:
        total = sum(bar.figure.value for bar in chart.bars)
        rows.append((chart.total, Figure(total, written(total, chart.axis))))
    return (Column("", 1.6), Column("Value", numeric=True)), tuple(rows)


@_of.register
def _ranges(chart: Ranges, options: tuple[Option, ...]) -> Made:
    columns = (Column("", 1.4), *(Column(option.short, numeric=True) for option in options))
    return columns, tuple((row.label, *row.figures) for row in chart.rows)


@_of.register
def _tornado(chart: Tornado, options: tuple[Option, ...]) -> Made:
    columns = (
        Column("Assumption", 1.6),
        Column("From"),
        Column("To"),
        Column("Then at its low end", numeric=True),
        Column("Then at its high end", numeric=True),
        Column("Flips"),
    )
    rows = tuple(
        (row.label, row.low_input, row.high_input, row.at_low, row.at_high, row.flips or "not in its range")
        for row in chart.rows
    )
    return columns, rows


@_of.register
def _heat(chart: Heat, options: tuple[Option, ...]) -> Made:
    columns = (Column("", 1.2), *(Column(name, numeric=True) for name in chart.columns), Column("Worst", numeric=True))
    return columns, tuple((row.label, *row.cells, row.worst) for row in chart.rows)


def span_of(figure: Figure) -> str:
    """The note of a figure, or its range in money where it has none."""
    return figure.note or (money_range(figure.low, figure.high) if figure.ranged else "")
