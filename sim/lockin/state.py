"""What holds a company where it is, month by month: data, vectors, integration points and tuned prompts.

Equations: docs/model.md, "What holds you". Every stock is stated at the end of
a month. Arrays have shape (..., months) or (..., months, layers); whatever
stands before are draws.
"""

from dataclasses import dataclass

import numpy as np

from sim.lockin.layers import LAYERS
from sim.lockin.parameters import LockinParameters


@dataclass(frozen=True, slots=True, eq=False)
class Stocks:
    """Stocks at the end of each month."""

    data_gb: np.ndarray
    vectors: np.ndarray
    points: np.ndarray
    """Proprietary integration points by layer: places that must be rewritten to leave."""
    prompts: np.ndarray
    """Prompts and evaluations tuned to one model."""


def accumulate(added: np.ndarray, *, start: float, deleted_share: np.ndarray) -> np.ndarray:
    """A stock at the end of each month: what stood before, less what is deleted, plus the month's addition."""
    stock = np.empty_like(added, dtype=float)
    held: np.ndarray | float = start
    for month in range(added.shape[-1]):
        held = held * (1 - deleted_share) + added[..., month]
        stock[..., month] = held
    return stock


def added_each_month(stock: np.ndarray, *, start: float, deleted_share: np.ndarray) -> np.ndarray:
    """What each month added to a stock: the inverse of `accumulate`."""
    return stock - before(stock, start) * (1 - deleted_share)


def before(stock: np.ndarray, start: float) -> np.ndarray:
    """A stock at the beginning of each month."""
    return np.concatenate([np.full((*stock.shape[:-1], 1), start), stock[..., :-1]], axis=-1)


def points_by_layer(
    *, data_before_gb: np.ndarray, open_share: np.ndarray, rebuilt: np.ndarray, parameters: LockinParameters
) -> np.ndarray:
    """Integration points at the end of each month, shape (..., months, layers).

    A feature adds points, more of them the more data is held (the gain
    saturates), and only the share that is not built behind an open interface
    is proprietary. Features are built from month 0, before the launch too.

    Args:
        data_before_gb: data at the beginning of each month [GB], shape (..., months).
        open_share: share of new work behind an open interface, shape (months, layers).
        rebuilt: where a layer's migration ends in the month, shape (months, layers). Its
            places are then written anew, the same share of them behind an open interface.
    """
    gravity = (data_before_gb / (data_before_gb + parameters.data_half_gb))[..., None]
    features = parameters.features_per_month[..., None]
    added = features * parameters.points_per_feature * (1 - open_share) * (1 + parameters.data_gain * gravity)
    kept = 1 - parameters.point_retirement
    points = np.empty(added.shape)
    held = parameters.points_start if parameters.points_start.ndim == 1 else parameters.points_start[:, 0]
    ended: list[bool] = np.any(rebuilt, axis=-1).tolist()
    for month, ends in enumerate(ended):
        held = held * kept + added[..., month, :]
        if ends:
            held = np.where(rebuilt[month], held * (1 - open_share[month]), held)
        points[..., month, :] = held
    return points


def tuned_prompts(months: int, parameters: LockinParameters) -> np.ndarray:
    """Tuned prompts at the end of each month: q(t) tends to its limit as points retire, in closed form."""
    retired = parameters.point_retirement
    age = np.arange(1, months + 1)
    remaining = (1 - retired) ** age
    # Without retirement the geometric sum of what each month added is a count of months.
    sums = np.where(retired > 0, (1 - remaining) / np.where(retired > 0, retired, 1), age)
    return parameters.prompts_start * remaining + parameters.features_per_month * parameters.prompts_per_feature * sums


def evolve(
    *,
    data_gb: np.ndarray,
    vectors: np.ndarray,
    data_start_gb: float,
    open_share: np.ndarray,
    rebuilt: np.ndarray,
    parameters: LockinParameters,
) -> Stocks:
    """Every stock over the horizon, from the data that the simulated months left behind.

    Args:
        data_gb: data at the end of each month [GB], shape (..., months).
        vectors: embedded chunks at the end of each month, same shape.
        data_start_gb: data before month 0 [GB].
        open_share: see `points_by_layer`.
        rebuilt: see `points_by_layer`.
    """
    if open_share.shape != (data_gb.shape[-1], len(LAYERS)):
        raise ValueError(f"open_share has shape {open_share.shape}: one row a month, one column a layer, is needed")
    points = points_by_layer(
        data_before_gb=before(data_gb, data_start_gb), open_share=open_share, rebuilt=rebuilt, parameters=parameters
    )
    return Stocks(data_gb, vectors, points, tuned_prompts(data_gb.shape[-1], parameters))
