"""Figures of waiting and of portability: what a later decision costs, and which shocks make being portable pay."""

from collections.abc import Sequence
from math import isfinite

from sim.lockin.portability import EventVerdict
from sim.reports import words
from sim.reports.axes import axis_ticks, spread, tick_text
from sim.reports.decisions import BINDS
from sim.reports.drawing import Spec, figure, layout, note, plain_axis, row_axis, stroke, value_axis
from sim.reports.palette import Palette
from sim.reports.sentences import TIE_SHARE
from sim.strategy.petabytes import LeavingData, Stored
from sim.strategy.waiting import CostOfWaiting
from sim.strategy.worth_it import WorthOfPortability

HEIGHT_PX, LABEL_GAP_PX, EVENT_PX = 300, 18, 44
MILLION = 1e6


def waiting_finding(waiting: CostOfWaiting) -> str:
    """What the line of waiting shows, by its first and its last month."""
    first, last = waiting.taken[0], waiting.taken[-1]
    lost = waiting.lost_usd(last)
    span = words.months(last.month - first.month)
    if waiting.best is None:
        return "This decision never pays, whenever it is taken"
    if abs(lost) <= TIE_SHARE * abs(first.npv_usd):
        return f"Waiting {span} hardly changes what the plan is worth"
    return f"Waiting {span} {'costs' if lost > 0 else 'gains'} {words.money(abs(lost))}"


def waiting_figure(waiting: CostOfWaiting, *, palette: Palette) -> Spec:
    """One connected line: cash to leave at the end against worth, a point for each month of deciding."""
    x = [waited.leave_at_end_usd for waited in waiting.taken]
    y = [waited.npv_usd for waited in waiting.taken]
    names = ["decide in month 0" if waited.month == 0 else f"month {waited.month}" for waited in waiting.taken]
    line = {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines+markers",
        "line": {"color": palette.accent, "width": 3},
        "marker": {
            "size": [14, *[9] * (len(x) - 1)],
            "color": [palette.accent, *[palette.page] * (len(x) - 1)],
            "line": {"color": palette.accent, "width": 2},
            "opacity": 1,
        },
        "customdata": [
            f"{name}: worth {words.money(worth)}, cash to leave {words.money(leave)}"
            for name, worth, leave in zip(names, y, x, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    across, up = _span(x), _span(y)
    places = spread(y, LABEL_GAP_PX * (up[1] - up[0]) / (HEIGHT_PX - 66))
    notes = [
        note(
            f"<b>{name}</b>" if at == 0 else name,
            palette.accent if at == 0 else palette.ink,
            x=x[at],
            y=place,
            shift_px=12,
        )
        for at, (name, place) in enumerate(zip(names, places, strict=True))
    ]
    notes.append(
        note("cash to leave at the end", palette.soft, x=1, y=0, xref="paper", yref="paper", xanchor="right",
             yanchor="top", yshift=-24)
    )  # fmt: skip
    return figure(
        [line],
        layout(palette, height_px=HEIGHT_PX, right_px=120, left_px=64, bottom_px=52) | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=axis_ticks(*across), texts=_money_ticks(across), span=across),
        y=value_axis(palette, ticks=axis_ticks(*up), texts=_money_ticks(up), low=up[0], high=up[1]),
        notes=notes,
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    pad = 0.12 * (high - low or abs(high) or 1.0)
    return low - pad, high + pad


def _money_ticks(span: tuple[float, float]) -> list[str]:
    scale, unit = (MILLION, "M") if max(map(abs, span)) >= MILLION else (1e3, "k")
    return tick_text(axis_ticks(*span), scale=scale, unit=unit)


def waiting_table(waiting: CostOfWaiting) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under the line of waiting."""
    header = ("Decided in month", "Worth", "Cash to leave then", "Cash to leave at the end", "Paid for the move")
    rows: list[tuple[str, ...]] = [
        (
            str(waited.month),
            words.money(waited.npv_usd),
            words.money(waited.leave_then_usd),
            words.money(waited.leave_at_end_usd),
            words.money(waited.move_usd),
        )
        for waited in waiting.taken
    ]
    return header, [*rows, ("never", words.money(waiting.never.npv_usd), "", "", "")]


# --- portability event by event -----------------------------------------------------------------------------------


def _chance(event: EventVerdict) -> float:
    return float(event.chance[-1])


def _needed(event: EventVerdict) -> float:
    return max(0.0, float(event.verdict.break_even_probability[-1]))


def events_finding(worth: WorthOfPortability) -> str:
    """In how many shocks portability pays by itself."""
    events = worth.verdict.events
    if not events:
        return "No shock of the deck forces anybody to leave"
    pays = sum(_chance(event) > _needed(event) for event in events)
    return f"Portability pays in {pays or 'none'} of {len(events)} shocks taken alone"


def events_figure(worth: WorthOfPortability, *, palette: Palette) -> Spec:
    """For each shock: how likely it is (dot), against how likely it would have to be (tick)."""
    events = worth.verdict.events
    traces: list[Spec] = []
    notes: list[Spec] = []
    strokes: list[Spec] = []
    for row, event in enumerate(events):
        # Above its row, not beside it: on a phone there is no room for the name and the verdict beside the picture.
        notes.append(note(event.shock.label, palette.ink, x=0, y=row, shift_px=0, yshift=17, xref="paper"))
        chance, needed = _chance(event), _needed(event)
        pays = chance > needed
        color = palette.accent if pays else palette.reference
        if needed <= 1:
            strokes.append(stroke(color, x=(needed, chance), y=(row, row), width=3))
            strokes.append(stroke(palette.ink, x=(needed, needed), y=(row - 0.14, row + 0.14), width=2))
        traces.append(
            {
                "type": "scatter",
                "x": [chance],
                "y": [row],
                "mode": "markers",
                "marker": {"size": 11, "color": color},
                "cliponaxis": False,
                "hovertemplate": f"{event.shock.label}: {words.percent(chance)} likely<extra></extra>",
            }
        )
        alone = f"pays above {words.percent(needed)}" if needed <= 1 else "cannot pay alone"
        notes.append(
            note(
                f"<b>{words.percent(chance)}</b>, {alone}",
                palette.accent if pays else palette.soft,
                x=1,
                y=row,
                shift_px=10,
                xref="paper",
            )
        )
    ticks = [0.0, 0.5, 1.0]
    texts = ["0", "50", words.percent(1.0)]
    ground = layout(palette, height_px=EVENT_PX * max(1, len(events)) + 64, right_px=178, left_px=8)
    return figure(
        traces,
        ground | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=ticks, texts=texts, span=(0.0, 1.0)),
        y=row_axis(palette, names=[""] * len(events)),
        notes=notes,
        strokes=strokes,
    )


def events_table(worth: WorthOfPortability) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under the events."""
    rows: list[tuple[str, ...]] = []
    for event in worth.verdict.events:
        needed = _needed(event)
        pays_above = words.percent(needed) if isfinite(needed) and needed <= 1 else "none"
        rows.append(
            (event.shock.label, words.percent(_chance(event)), pays_above, words.money(event.expected_avoided_usd))
        )
    return ("Shock", "Chance", "Pays above", "Expected to save"), rows


# --- more vectors ---------------------------------------------------------------------------------------------------


def vectors_finding(sizes: Sequence[Stored]) -> str:
    """What the largest amount makes of leaving."""
    most = sizes[-1]
    return (
        f"With {words.count(most.vectors_start)} vectors, leaving the data takes "
        f"{words.money(most.forced.usd_cash)} and {words.months(most.forced.exit_months)}"
    )


def vectors_table(sizes: Sequence[Stored]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """One row an amount: leaving with the vectors made again, and with them taken along."""
    head = ("Vectors at the start", "Data", "Made again", "takes longest", "Taken along", "takes longest")
    return head, [
        (
            words.count(size.vectors_start),
            f"{words.count(size.data_gb)} GB",
            *_left(size.made_again),
            *_left(size.kept),
        )
        for size in sizes
    ]


def vectors_note(sizes: Sequence[Stored]) -> str:
    """Which of the two this plan's store allows."""
    if sizes[-1].must_be_made_again:
        return "This plan's vectors are its vendor's: whoever leaves has to make them again."
    return "This plan's vectors are made by an open model: whoever leaves takes them along."


def _left(leaving: LeavingData) -> tuple[str, str]:
    return f"{words.money(leaving.usd_cash)}, {words.months(leaving.exit_months)}", BINDS[leaving.binds]
