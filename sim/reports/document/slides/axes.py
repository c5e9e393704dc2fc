"""Axes of native charts: round ends, number formats, labels and the place of the plot."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from sim.reports.axes import axis_ticks
from sim.reports.document.look import GRAY, GRID, INK
from sim.reports.document.parts import Axis
from sim.reports.document.slides.deck import rgb

FORMS = {"M": ("$0{},,\"M\"", 1e6), "k": ("$0{},\"k\"", 1e3), "$": ("$0{}", 1.0), "%": ("0{}%", 0.01),
         "s": ("0{}\" s\"", 1.0)}  # fmt: skip
"""Number format by the unit of an axis, with room for decimals, and what one unit of it is."""
MOST_DECIMALS = 3
HAIR = 1e-9


def bounds(values: Sequence[float], *, zero: bool = True) -> tuple[float, float, float]:
    """Low end, high end and step of an axis on round ticks."""
    known = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    if zero:
        low, high = min(0.0, low), max(0.0, high)
    ticks = axis_ticks(low, high if high > low else low + 1.0)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else (high - low) or 1.0
    first = ticks[0] - step if ticks[0] > low + step * HAIR else ticks[0]
    last = ticks[-1] + step if ticks[-1] < high - step * HAIR else ticks[-1]
    return first, last, step


def form_of(axis: Axis, step: float) -> str:
    """Number format of an axis with as many decimals as its step needs; a negative figure keeps its minus."""
    if axis.unit not in FORMS:
        return "#,##0"
    form, scale = FORMS[axis.unit]
    decimals = next((d for d in range(MOST_DECIMALS) if _is_whole(abs(step) / scale * 10**d)), MOST_DECIMALS)
    return form.format("." + "0" * decimals if decimals else "")


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < HAIR


def laid_out(chart: Any, inner: tuple[float, float, float, float]) -> None:
    """Pin the inside of the axes, so that labels beside it stand at their values."""
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    places = "".join(f'<c:{name} val="{value:.4f}"/>' for name, value in zip("xywh", inner, strict=True))
    area.insert(
        0,
        parse_xml(
            f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
            f'<c:yMode val="edge"/>{places}</c:manualLayout></c:layout>'
        ),
    )


def value_axis(chart: Any, axis: Axis, *, low: float, high: float, step: float) -> None:
    values = chart.value_axis
    values.minimum_scale, values.maximum_scale, values.major_unit = low, high, step
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = rgb(GRID)
    values.major_gridlines.format.line.width = Pt(0.75)
    values.format.line.fill.background()
    values.major_tick_mark = values.minor_tick_mark = XL_TICK_MARK.NONE
    labels = values.tick_labels
    labels.number_format_is_linked, labels.number_format = False, form_of(axis, step)
    labels.font.size, labels.font.color.rgb = Pt(12), rgb(GRAY)


def category_axis(chart: Any) -> None:
    names = chart.category_axis
    names.has_major_gridlines = False
    names.major_tick_mark = names.minor_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.format.line.color.rgb, names.format.line.width = rgb(INK), Pt(1)
    names.tick_labels.font.size, names.tick_labels.font.color.rgb = Pt(13), rgb(INK)


def every_label(chart: Any) -> None:
    """Show every label: what is not to be seen is blank."""
    names = chart.category_axis._element
    last = names.find(qn("c:noMultiLvlLbl"))
    for tag in ("tickLblSkip", "tickMarkSkip"):
        last.addprevious(parse_xml(f'<c:{tag} {nsdecls("c")} val="1"/>'))


def begin_at_axis(chart: Any) -> None:
    """Begin lines at the axis, not half a step in."""
    values = chart.value_axis._element
    for old in values.findall(qn("c:crossBetween")):
        values.remove(old)
    values.find(qn("c:crosses")).addnext(parse_xml(f'<c:crossBetween {nsdecls("c")} val="midCat"/>'))
