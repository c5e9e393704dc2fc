"""What a section of a report is made of: text, tables, grids of key figures and charts as plain data.

A format draws these and computes nothing. A number always comes as a `Figure`:
its raw value beside the text that people read, so that every format writes the
same and a spreadsheet can calculate with it. Values are in the unit that
`Axis` or the figure's text says; `nan` is a figure that does not exist.
"""

from dataclasses import dataclass, field
from math import isfinite, nan


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and its text; `low` and `high` bound it where a range is known, and `note` says the range."""

    value: float
    text: str
    low: float = nan
    high: float = nan
    note: str = ""

    @property
    def ranged(self) -> bool:
        return isfinite(self.low) and isfinite(self.high)


Cell = str | Figure


@dataclass(frozen=True, slots=True)
class Axis:
    """How values are written on an axis: `scale` is what one unit of it is (1e6 for millions), `unit` its name."""

    scale: float = 1.0
    unit: str = ""


# --- text and tables ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs under a title."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """Short statements that stand on their own."""

    title: str
    items: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `share` is its width relative to the others."""

    title: str
    share: float = 1.0
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `groups` names the group of each row, in order, and is empty where there are none."""

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GridRow:
    """One key figure of every option, on one scale."""

    label: str
    note: str
    figures: tuple[Figure, ...]

    @property
    def scale(self) -> tuple[float, float]:
        """Ends of the row's scale: what all options and their ranges span; zero where a share of it would mislead."""
        known = [v for f in self.figures for v in (f.value, f.low, f.high) if isfinite(v)]
        if not known:
            return 0.0, 1.0
        low, high = min(0.0, *known), max(0.0, *known)
        return (low, high) if high > low else (low, low + 1.0)


@dataclass(frozen=True, slots=True)
class Grid:
    """Key figures by option: rows are figures, columns the report's options in order."""

    key: str
    title: str
    note: str
    rows: tuple[GridRow, ...]


# --- charts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `option` is the place of the option it belongs to (-1 for none), and gives its color and mark."""

    name: str
    option: int
    values: tuple[float, ...]
    label: str
    """Written at its end: name and last value."""
    note: str = ""
    """Under the label: the range of the last value."""
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over months 1, 2, ...; the title is the finding, the note says quantity, unit and what the band is."""

    key: str
    title: str
    note: str
    axis: Axis
    lines: tuple[Line, ...]
    zero: str = ""
    """Words for what is above the zero line, where zero means a change; empty where it does not."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Layers by month that add up; never used for doors, whose costs must not be added."""

    key: str
    title: str
    note: str
    axis: Axis
    layers: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `option` as in `Line`, and `note` stands beside its value."""

    label: str
    figure: Figure
    option: int = -1


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars from zero, or a waterfall where `total` names what they add up to."""

    key: str
    title: str
    note: str
    axis: Axis
    bars: tuple[Bar, ...]
    total: str = ""
    most: float = nan
    """End of the scale where it is known beforehand, such as 100 of 100 futures."""


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One row of points with ranges, one point for each option."""

    label: str
    note: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Ranges:
    """Points with their ranges on one axis; never stacked or added."""

    key: str
    title: str
    note: str
    axis: Axis
    rows: tuple[RangeRow, ...]


@dataclass(frozen=True, slots=True)
class TornadoRow:
    """One assumption moved through its range: what the difference becomes at both ends, and where it flips."""

    label: str
    at_low: Figure
    at_high: Figure
    low_input: str
    high_input: str
    flips: str
    """Where the ranking flips, in words; empty where it does not within the range."""
    flip_share: float = nan
    """Place of the flip between the two ends of the bar, 0 to 1; `nan` without one."""


@dataclass(frozen=True, slots=True)
class Tornado:
    """Assumptions by how far they pull the difference between two options; below zero the first one wins."""

    key: str
    title: str
    note: str
    axis: Axis
    expected: Figure
    below: str
    above: str
    """Words for either side of zero."""
    rows: tuple[TornadoRow, ...]


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One option in every future; the mark of a cell is "best", "tie" or empty."""

    label: str
    option: int
    cells: tuple[Figure, ...]
    marks: tuple[str, ...]
    worst: Figure


@dataclass(frozen=True, slots=True)
class Heat:
    """How far each option is from the best one, future by future."""

    key: str
    title: str
    note: str
    axis: Axis
    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]


Chart = Lines | Stack | Bars | Ranges | Tornado | Heat
Block = Prose | Points | Table | Grid | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """One page, or slide, or sheet: what it says in one line, and what it rests on."""

    key: str
    kicker: str
    headline: str
    standfirst: str
    blocks: tuple[Block, ...]
    sources: tuple[str, ...] = field(default=())
    """Where its figures come from, for notes."""

    def block(self, key: str) -> Block | None:
        """The table, grid or chart of that key, if the section has it."""
        return next((block for block in self.blocks if getattr(block, "key", "") == key), None)
