"""Figures of one busy hour."""

from itertools import pairwise
from typing import Any

from sim.reports import words
from sim.reports.drawing import Spec, drawn, layout
from sim.reports.hour import names, reason_words
from sim.reports.palette import Palette, faded
from sim.reports.running import users_name
from sim.strategy.hour import Hour

HEIGHT_PX = 300
NOBODY = "nobody"
REASON = 1
"""Column between the users and the endpoints."""


def _label(column: int, name: str, share: str) -> str:
    """Reasons are written on short lines: the names of the endpoints come toward them from the right."""
    return f"{name.replace(', ', ',<br>')}<br>{share}" if column == REASON else f"{name} {share}"


def ways_figure(hour: Hour, *, palette: Palette) -> Spec:
    """Every call of the hour from its users by way of the router's reason to who served it."""
    called = names(hour)
    total = sum(way.calls for way in hour.ways) or 1
    places: dict[tuple[int, str], int] = {}
    links: dict[tuple[int, int], int] = {}
    sums: dict[int, int] = {}
    for way in hour.ways:
        ends = [
            places.setdefault(end, len(places))
            for end in enumerate(
                (users_name(way.users, needs_eu=way.needs_eu), reason_words(way), called.get(way.endpoint, NOBODY))
            )
        ]
        for end in ends:
            sums[end] = sums.get(end, 0) + way.calls
        for link in pairwise(ends):
            links[link] = links.get(link, 0) + way.calls
    shades = (palette.soft, palette.reference, palette.accent)
    nodes: dict[str, Any] = {
        "label": [_label(*place, words.percent(sums[at] / total)) for place, at in places.items()],
        "color": [shades[column] for column, _ in places],
        "pad": 18, "thickness": 10, "line": {"width": 0}, "hovertemplate": "%{label}<extra></extra>",
    }  # fmt: skip
    trace = {
        "type": "sankey", "node": nodes, "textfont": {"color": palette.ink, "size": 13, "shadow": "none"},
        "link": {
            "source": [source for source, _ in links], "target": [target for _, target in links],
            "value": list(links.values()), "color": faded(palette.reference, 0.35),
            "customdata": [f"{words.count(calls)} calls" for calls in links.values()],
            "hovertemplate": "%{source.label} → %{target.label}: %{customdata}<extra></extra>",
        },
    }  # fmt: skip
    ground = layout(palette, height_px=HEIGHT_PX, right_px=4, left_px=4, bottom_px=14)
    return drawn([trace], ground | {"hovermode": "closest"})
