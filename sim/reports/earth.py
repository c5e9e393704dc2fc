"""The outline of the land, and where places lie on it, without asking anybody for a map.

Outline: Natural Earth, 1:110 million, public domain, one ring after the other
in degrees, cut at the date line. Projection: Equal Earth (Šavrič, Patterson and
Jenny 2018), which keeps areas true.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

OUTLINE = Path(__file__).parent / "land_110m.csv"
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
TURN = float(np.sqrt(3) / 2)


def projected(lon_deg: Array, lat_deg: Array) -> tuple[Array, Array]:
    """Places on the sheet, in units of the earth's radius."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    theta = np.arcsin(TURN * np.sin(lat))
    square = theta * theta
    sixth = square**3
    x = lon * np.cos(theta) / (TURN * (A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square)))
    return x, theta * (A1 + A2 * square + sixth * (A3 + A4 * square))


@cache
def land() -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """All coasts as one broken line: `None` stands between two rings."""
    rows = np.loadtxt(OUTLINE, delimiter=",", skiprows=1)
    x, y = projected(rows[:, 1], rows[:, 2])
    across: list[float | None] = []
    up: list[float | None] = []
    for ring in range(int(rows[-1, 0]) + 1):
        points = rows[:, 0] == ring
        across += [*np.round(x[points], 4).tolist(), None]
        up += [*np.round(y[points], 4).tolist(), None]
    return tuple(across), tuple(up)


def bent(start: tuple[float, float], end: tuple[float, float], *, bend: float = 0.12) -> tuple[Array, Array]:
    """A line between two points of the sheet, slightly bent upward."""
    share = np.linspace(0.0, 1.0, 24)
    (x0, y0), (x1, y1) = start, end
    rise = bend * float(np.hypot(x1 - x0, y1 - y0)) * 4 * share * (1 - share)
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share + rise
