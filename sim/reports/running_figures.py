"""Figures of the operations page: the map, the hours, the flows, and load against latency."""

from math import isfinite, log10, sqrt
from typing import Any

import numpy as np

from sim.catalogue import load_catalogue
from sim.reports import words
from sim.reports.axes import axis_ticks, spread, tick_text
from sim.reports.drawing import Spec, drawn, figure, layout, note, plain_axis, row_axis, stroke, value_axis
from sim.reports.earth import bent, land, projected
from sim.reports.money import times
from sim.reports.palette import Palette, faded
from sim.reports.running import (
    FULL,
    OUTCOMES,
    endpoint_name,
    month_multipliers,
    region_name,
    users_name,
)
from sim.strategy.operations import EndpointMonth, OperationsMonth
from sim.strategy.outcome import Outcome

MAP_PX, HEIGHT_PX, DISK_PX, ROW_PX = 300, 300, 52, 64
LOWEST_LAT, HIGHEST_LAT = -56.0, 76.0
EAST = 1.0
"""Radii of the earth east of its middle from where a label goes to the left, so as not to leave the map."""
LABEL_RADII = 0.3
"""Least distance between two labels of the map, in radii of the earth."""
APART = 0.35
"""Least distance of two labels along the axis, as a power of ten of the load."""
LOW, MOST_TICKS = 0.2, 7
"""Share of the height under which there is no room below the line, and most volumes that fit on a phone."""
VOLUMES = (0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
"""Multiples of the demand that are written at the axis."""


def _place(region: str) -> tuple[float, float]:
    where = load_catalogue().quantities("regions", region)
    x, y = projected(np.array([where["lon"]]), np.array([where["lat"]]))
    return float(x[0]), float(y[0])


def map_figure(month: OperationsMonth, *, palette: Palette) -> Spec:
    """Serving regions as disks whose area is their share, users as rings, and who asks where."""
    across, up = land()
    traces: list[Spec] = [
        {"type": "scatter", "x": across, "y": up, "mode": "lines", "fill": "toself", "fillcolor": palette.land,
         "line": {"width": 0}, "hoverinfo": "skip"},
    ]  # fmt: skip
    by_region: dict[str, list[EndpointMonth]] = {}
    for endpoint in month.endpoints:
        by_region.setdefault(endpoint.region, []).append(endpoint)
    region_of = {endpoint.id: endpoint.region for endpoint in month.endpoints}
    ways = {(flow.users, region_of[flow.endpoint]): flow.round_trip_s for flow in month.flows if not flow.needs_eu}
    for (users, region), _ in ways.items():
        if users != region:
            x, y = bent(_place(users), _place(region))
            traces.append({"type": "scatter", "x": x.tolist(), "y": y.tolist(), "mode": "lines", "hoverinfo": "skip",
                           "line": {"color": palette.reference, "width": 1.25}})  # fmt: skip
    notes = []
    for region, endpoints in by_region.items():
        x0, y0 = _place(region)
        share = sum(endpoint.share for endpoint in endpoints)
        load = max(endpoint.busiest[1] for endpoint in endpoints)
        text = f"<b>{region_name(region)}</b> {words.percent(share)}<br>busiest hour {words.percent(load)} full"
        traces.append(_disk(x0, y0, max(12.0, DISK_PX * sqrt(share)), text, palette))
        name = f"<b>{region_name(region)}</b> {words.percent(share)}"
        notes.append(note(name, palette.ink, x=x0, y=y0, shift_px=max(12.0, DISK_PX * sqrt(share)) / 2 + 6))
    for label, height in zip(notes, spread([label["y"] for label in notes], LABEL_RADII), strict=True):
        label["y"] = height
    shortest: dict[str, float] = {}
    for (users, _), way in ways.items():
        shortest[users] = min(way, shortest.get(users, way))
    for users, way in shortest.items():
        x0, y0 = _place(users)
        traces.append(_ring(x0, y0, palette))
        if users not in by_region:
            text = f"{region_name(users)} {1000 * way:.0f}{words.NBSP}ms"
            side = "right" if x0 > EAST else "left"
            notes.append(note(text, palette.soft, x=x0, y=y0, yshift=-15, xanchor=side, shift_px=0))
    edge = projected(np.array([-180.0, 180.0]), np.array([0.0, 0.0]))[0]
    low, high = projected(np.zeros(2), np.array([LOWEST_LAT, HIGHEST_LAT]))[1]
    ground = layout(palette, height_px=MAP_PX, right_px=0, left_px=0, bottom_px=0)
    return figure(
        traces,
        ground | {"hovermode": "closest"},
        x={"range": [float(edge[0]) * 0.96, float(edge[1])], "visible": False, "fixedrange": True},
        y={"range": [float(low), float(high)], "visible": False, "fixedrange": True, "scaleanchor": "x"},
        notes=notes,
    )


def _disk(x: float, y: float, size_px: float, text: str, palette: Palette) -> Spec:
    return {
        "type": "scatter", "x": [x], "y": [y], "mode": "markers", "cliponaxis": False,
        "marker": {"size": size_px, "color": faded(palette.accent, 0.8), "line": {"width": 0}},
        "customdata": [text.replace("<br>", ", ")], "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


def _ring(x: float, y: float, palette: Palette) -> Spec:
    return {
        "type": "scatter", "x": [x], "y": [y], "mode": "markers", "hoverinfo": "skip", "cliponaxis": False,
        "marker": {"size": 8, "color": palette.page, "line": {"color": palette.soft, "width": 2}},
    }  # fmt: skip


def hours_figure(month: OperationsMonth, *, palette: Palette) -> Spec:
    """Load of every endpoint by hour of a working day; only the peak and the trough of a row are written."""
    endpoints = month.endpoints
    loads = [list(endpoint.load_by_hour) for endpoint in endpoints]
    heat = palette.heat
    colors = [[at / (len(heat) - 1), color] for at, color in enumerate(heat)]
    trace = {
        "type": "heatmap", "z": loads, "x": list(range(24)), "y": list(range(len(endpoints))), "zmin": 0.0, "zmax": 1.0,
        "colorscale": colors, "showscale": False, "xgap": 2, "ygap": 10,
        "customdata": [[f"{endpoint_name(e)}, {hour:02d} UTC: {words.percent(load)}"
                        for hour, load in enumerate(e.load_by_hour)] for e in endpoints],
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    notes: list[Spec] = []
    strokes: list[Spec] = []
    for row, values in enumerate(loads):
        for hour in {int(np.argmax(values)), int(np.argmin(values))}:
            dark = values[hour] > 0.5
            color = palette.page if dark else palette.ink
            # Its own ground: on a narrow screen the figure is wider than its hour.
            cell = heat[round(min(values[hour], 1.0) * (len(heat) - 1))]
            text = f"{100 * values[hour]:.0f}"
            notes.append(note(text, color, x=hour, y=row, shift_px=0, xanchor="center", bgcolor=cell, borderpad=0))
        above = [hour for hour, load in enumerate(values) if load >= FULL]
        if above:
            line = (above[0] - 0.5, above[-1] + 0.5)
            strokes.append(stroke(palette.signal, x=line, y=(row - 0.5, row - 0.5), width=2))
    ticks = [0, 6, 12, 18, 23]
    ground = layout(palette, height_px=ROW_PX * max(1, len(endpoints)) + 60, right_px=8, left_px=150)
    return figure(
        [trace],
        ground | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=ticks, texts=["0 h", "6", "12", "18", "23"], span=(-0.5, 23.5)),
        y=row_axis(palette, names=[endpoint_name(e) for e in endpoints]),
        notes=notes,
        strokes=strokes,
    )


def flows_figure(month: OperationsMonth, *, palette: Palette) -> Spec:
    """From users by way of endpoints to what became of their requests."""
    users = list(dict.fromkeys((flow.users, flow.needs_eu) for flow in month.flows))
    ends = [endpoint.id for endpoint in month.endpoints]
    names = [
        *(users_name(region, needs_eu=needs_eu) for region, needs_eu in users),
        *(endpoint_name(endpoint) for endpoint in month.endpoints),
        *OUTCOMES,
    ]
    total = sum(flow.requests for flow in month.flows) or 1.0
    links: list[tuple[int, int, float, str]] = [
        (users.index((f.users, f.needs_eu)), len(users) + ends.index(f.endpoint), f.requests / total,
         faded(palette.reference, 0.35))
        for f in month.flows
    ]  # fmt: skip
    first = len(users) + len(ends)
    fates = ("in_time", "late", "timed_out", "refused")
    for at, endpoint in enumerate(month.endpoints):
        for fate, name in enumerate(fates):
            part = endpoint.share * getattr(endpoint, name)
            color = faded(palette.accent, 0.4) if fate == 0 else faded(palette.signal, 0.5)
            if part > 1e-4:
                links.append((len(users) + at, first + fate, part, color))
    used = {end for link in links for end in link[:2]}
    kept = [at for at in range(len(names)) if at in used]
    place = {old: new for new, old in enumerate(kept)}
    sums = {at: max(sum(link[2] for link in links if link[side] == at) for side in (0, 1)) for at in kept}
    nodes: dict[str, Any] = {
        "label": [f"{names[at]} {words.percent(sums[at])}" for at in kept],
        "color": [palette.accent if len(users) <= at < first else palette.soft for at in kept],
        "pad": 18, "thickness": 10, "line": {"width": 0}, "hovertemplate": "%{label}<extra></extra>",
    }  # fmt: skip
    trace = {
        "type": "sankey", "node": nodes, "textfont": {"color": palette.ink, "size": 13, "shadow": "none"},
        "link": {
            "source": [place[link[0]] for link in links], "target": [place[link[1]] for link in links],
            "value": [link[2] for link in links], "color": [link[3] for link in links],
            "customdata": [words.percent(link[2]) for link in links],
            "hovertemplate": "%{source.label} → %{target.label}: %{customdata}<extra></extra>",
        },
    }  # fmt: skip
    ground = layout(palette, height_px=HEIGHT_PX, right_px=4, left_px=4, bottom_px=14)
    return drawn([trace], ground | {"hovermode": "closest"})


def _mark(text: str, at: float, p95_s: float, top_s: float, palette: Palette) -> Spec:
    """A month's name: at the foot of its stem, where it lies on neither line nor ceiling; above a dot that is low."""
    if p95_s < LOW * top_s:
        return note(text, palette.ink, x=at, y=p95_s, shift_px=0, xanchor="center", yshift=16)
    return note(text, palette.ink, x=at, y=0.0, shift_px=-4, xanchor="right", yshift=9)


def load_figure(outcome: Outcome, *, palette: Palette) -> Spec:
    """Slowest 5 % against the load, with the promise and the ceiling."""
    ceiling = outcome.ceiling
    volumes = [v for v in ceiling.volumes if isfinite(v.p95_s)]
    last = outcome.months[-1]
    promise_s = last.nearest_promise.limit_s if last.promises else 1.0
    top = 2.2 * promise_s
    shown = [v for v in volumes if v.p95_s <= top] or volumes[:1]
    x = [log10(v.multiplier) for v in shown] or [0.0]
    y = [min(v.p95_s, top) for v in shown] or [0.0]
    wall = log10(max(ceiling.multiplier, 1.0)) if isfinite(ceiling.multiplier) else 0.0
    reach = (log10(VOLUMES[0]), max(x[-1], wall) + 0.12)
    line = {
        "type": "scatter", "x": x, "y": y, "mode": "lines", "line": {"color": palette.accent, "width": 3},
        "customdata": [f"{times(v.multiplier)}: {words.seconds(v.p95_s)}, {words.percent(v.in_time_share)} in time"
                       for v in shown],
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    marks = {m: log10(value) for m, value in month_multipliers(outcome, (12, 24, 36)).items()}
    marks = {m: at for m, at in marks.items() if x[0] <= at <= x[-1]}
    dots = {
        "type": "scatter", "x": list(marks.values()), "y": [float(np.interp(at, x, y)) for at in marks.values()],
        "mode": "markers", "hoverinfo": "skip",
        "marker": {"size": 9, "color": palette.page, "line": {"color": palette.accent, "width": 2}},
    }  # fmt: skip
    notes = [
        _mark(f"month {m}", at, float(np.interp(at, x, y)), top, palette)
        for m, at in marks.items()
        if at == max(marks.values()) or max(marks.values()) - at > APART
    ]
    strokes = [stroke(palette.ink, x=reach, y=(promise_s, promise_s), width=1.5)]
    strokes += [stroke(palette.rule, x=(at, at), y=(0.0, float(np.interp(at, x, y))), layer="below")
                for at in marks.values()]
    notes.append(note(f"promise {words.seconds(promise_s)}", palette.ink, x=reach[0], y=promise_s, yshift=11))
    if isfinite(ceiling.multiplier) and ceiling.gives_way != "none" and ceiling.multiplier > 10 ** reach[0]:
        at = log10(ceiling.multiplier)
        strokes.append(stroke(palette.signal, x=(at, at), y=(0, 1), width=2, yref="paper"))
        binds = words.BINDS_WORDS[ceiling.gives_way]
        text = f"<b>ceiling {times(ceiling.multiplier)}</b><br>{binds}"
        notes.append(
            note(text, palette.signal, x=at, y=0.97, yref="paper", yanchor="top", xanchor="right", shift_px=-8,
                 align="right")
        )  # fmt: skip
    ticks = axis_ticks(0.0, top)
    kept = [m for m in VOLUMES if reach[0] <= log10(m) <= reach[1]]
    kept = kept[::2] if len(kept) > MOST_TICKS else kept
    return figure(
        [line, dots],
        layout(palette, height_px=HEIGHT_PX, right_px=24) | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=[log10(m) for m in kept], texts=[f"{m:g}×" for m in kept], span=reach),
        y=value_axis(palette, ticks=ticks, texts=tick_text(ticks, scale=1.0, unit="s"), low=0.0, high=top),
        notes=notes,
        strokes=strokes,
    )
