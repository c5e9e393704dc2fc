"""A word-sized chart as SVG text: plan, preset, band and limit, without axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from sim.reports.palette import Palette, faded
from sim.reports.series import Band

WIDTH, HEIGHT, PAD = 200.0, 40.0, 3.0


@dataclass(frozen=True, slots=True)
class Sparkline:
    """SVG text of a small chart, and where its last point lies, in shares of width and height from the top left."""

    svg: str
    end: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    last: int

    def point(self, index: int, value: float) -> tuple[float, float]:
        span = self.high - self.low or 1.0
        x = WIDTH * index / max(self.last, 1)
        return x, PAD + (HEIGHT - 2 * PAD) * (1 - (value - self.low) / span)


def _runs(values: Sequence[float]) -> list[list[tuple[int, float]]]:
    """The stretches of known values: a gap in the data stays a gap in the line."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if isfinite(value):
            runs[-1].append((index, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(scale: _Scale, values: Sequence[float], style: str) -> str:
    parts = []
    for run in _runs(values):
        steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in (scale.point(i, v) for i, v in run))
        parts.append(f"M{steps}")
    return f'<path d="{" ".join(parts)}" fill="none" vector-effect="non-scaling-stroke" {style}/>' if parts else ""


def _polygon(scale: _Scale, band: Band, color: str) -> str:
    known = [i for i, (low, high) in enumerate(zip(*band, strict=True)) if isfinite(low) and isfinite(high)]
    if len(known) < 2:
        return ""
    upper = [scale.point(i, band[1][i]) for i in known]
    lower = [scale.point(i, band[0][i]) for i in reversed(known)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in upper + lower)
    return f'<polygon points="{points}" fill="{color}"/>'


def sparkline(
    plan: Sequence[float],
    preset: Sequence[float],
    *,
    palette: Palette,
    through: int,
    band: Band | None = None,
    limit: float | None = None,
) -> Sparkline:
    """Draw `plan` up to month `through` over `preset`; missing months are gaps."""
    plan, preset = plan[:through], preset[:through]
    bounds = tuple(edge[:through] for edge in band) if band else ((), ())
    pool = [v for v in (*plan, *preset, *bounds[0], *bounds[1], *([limit] if limit else [])) if isfinite(v)]
    if not pool:
        return Sparkline(svg=_wrap(""), end=None)
    scale = _Scale(min(pool), max(pool), through - 1)
    shapes = _polygon(scale, (bounds[0], bounds[1]), faded(palette.accent, 0.16)) if band else ""
    if limit:
        shapes += _path(scale, [limit] * through, f'stroke="{palette.ink}" stroke-width="1.25"')
    shapes += _path(scale, preset, f'stroke="{palette.reference}" stroke-width="1.5" stroke-dasharray="4 3"')
    shapes += _path(scale, plan, f'stroke="{palette.accent}" stroke-width="2.25"')
    known = [(i, v) for i, v in enumerate(plan) if isfinite(v)]
    if not known:
        return Sparkline(svg=_wrap(shapes), end=None)
    x, y = scale.point(*known[-1])
    return Sparkline(svg=_wrap(shapes), end=(x / WIDTH, y / HEIGHT))


def _wrap(shapes: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'preserveAspectRatio="none" width="{WIDTH:g}" height="{HEIGHT:g}">{shapes}</svg>'
    )
