"""Reading surfaces: any load and mix by interpolation, hours merged by weight, never by averaging percentiles."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.metrics import BINS, share_at_most, shift
from sim.strategy.surface import Surface

Array = NDArray[np.float64]
Counts = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class NodeWeights:
    """How many requests are read at each node of a surface.

    `weight` has shape (cases, mixes, loads, products, groups); `lost` are
    requests beyond the highest load tabulated, which nobody can serve, shape
    (cases, products, groups).
    """

    weight: Array
    lost: Array

    @cached_property
    def by_product(self) -> Array:
        """The weights as a matrix of each product, shape (products, cases, nodes), its nodes as those of `Rates`."""
        cases, *_, products, _ = self.weight.shape
        return np.moveaxis(self.weight, 3, 0).reshape(products, cases, -1)


def node_weights(
    surface: Surface, *, requests: Array, position: Array, load: Array, apart: Sequence[int] = ()
) -> NodeWeights:
    """Spread requests over the nodes around their hour's mix and load.

    Below the lowest load a surface is read at it; beyond the highest, what the
    station serves stays what it is there and the rest is lost.

    Args:
        requests: by case, hour type, product and group.
        position: of each hour's mix between the extremes, shape (cases, hours).
        load: multiple of saturated throughput, shape (cases, hours).
        apart: products that take nothing of the throughput, and are served at any load.
    """
    loads = surface.loads
    inside = np.minimum(np.maximum(load, loads[0]), loads[-1])
    upper = np.minimum(np.maximum(np.searchsorted(loads, inside, side="left"), 1), len(loads) - 1)
    fraction = (inside - loads[upper - 1]) / (loads[upper] - loads[upper - 1])
    by_load = np.zeros((load.size, len(loads)))
    at = np.arange(load.size)
    by_load[at, upper.ravel() - 1] = 1 - fraction.ravel()
    by_load[at, upper.ravel()] = fraction.ravel()
    cases, hours, products, groups = requests.shape
    extremes = len(surface.work_s)
    by_mix = np.ones((cases, hours, 1)) if extremes == 1 else np.stack([1 - position, position], axis=-1)
    # Matrices by case: einsum takes as long to find its path as to walk it.
    by_node = by_mix[..., :, None] * by_load.reshape(cases, hours, 1, -1)
    by_hour = by_node.reshape(cases, hours, -1).swapaxes(1, 2)
    if (load > loads[-1]).any():
        kept = np.repeat(np.minimum(1.0, loads[-1] / np.maximum(load, 1e-300))[..., None], products, axis=-1)
        kept[..., list(apart)] = 1.0
        served = requests * kept[..., None]
        lost = (requests - served).sum(axis=1)
    else:
        served, lost = requests, np.zeros((cases, products, groups))
    weight = by_hour @ served.reshape(cases, hours, -1)
    return NodeWeights(weight.reshape(cases, *by_node.shape[2:], products, groups), lost)


TTFT, TPOT, E2E, PROMISED, FIRST_SAMPLE = range(5)
"""Positions of the histograms in `Rates.latency`."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a product's users are promised."""

    first_words: bool
    """Whether it is about the first words or the finished answer."""
    limit_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """What one request of a product and group meets at each node, at the user: the surface divided by its arrivals.

    Arrays have the shape (products, nodes, ...); a node is a mix, a load and a
    group, in that order of `grid`, so that a reading is one product of matrices.
    """

    grid: tuple[int, int, int]
    """Mixes, loads, groups."""
    outcomes: Array
    """Shares served, timed out, refused and failed, shape (products, nodes, 4)."""
    first_bin: int
    """The lowest bin of latency in which anything is."""
    latency: Counts
    """Shape (products, nodes, 4 + samples, bins + 1), or (products, nodes, 1, bins + 1) with the promise alone: from
    `first_bin` as far as anything is, then the last of BINS.

    Time to first token, per further token, and to the end, of the served; then
    the histogram that the product's promise is about, with whoever was not
    served as infinitely late; then that one again for every sample.
    """
    delivered_tokens: Array
    """Shape (products, nodes, 2)."""
    used: Array
    """Shape (products, nodes, units, models, 4)."""
    cross_region_gb: Array
    """Shape (products, nodes)."""
    in_time: Array
    """Share that keeps the product's promise, shape (products, nodes); who is not served does not."""
    first: int = 0
    """Position of the first histogram in `latency`: `PROMISED` where it holds the promise alone."""


def per_request(surface: Surface, *, added_s: Array, promises: Sequence[Told], in_full: bool = True) -> Rates:
    """The surface per arriving request: pooled over samples, and by sample for the noise of what is promised.

    Args:
        added_s: constant time of each product and group outside the simulated station, shape (products, groups) [s].
        promises: of each product.
        in_full: whether latencies and the noise of what is promised are wanted, beside the promise itself.
    """
    first_words = [told.first_words for told in promises]
    products, groups = added_s.shape
    measured = surface.measured
    split = {f.name: _by_group(getattr(measured, f.name), products, groups) for f in fields(measured)}
    arrivals = split["outcomes"].sum(axis=-1)
    pooled = {name: _each(array.sum(axis=2), arrivals.sum(axis=2)) for name, array in split.items()}
    ttft, e2e = (_moved(pooled[name], added_s) for name in ("ttft", "e2e"))
    promised = _promised(ttft, e2e, pooled["outcomes"], first_words=first_words)
    latency = promised[..., None, :]
    if in_full:
        samples = {name: np.moveaxis(_each(split[name], arrivals), 2, 0) for name in ("ttft", "e2e", "outcomes")}
        each = _promised(samples["ttft"], samples["e2e"], samples["outcomes"], first_words=first_words)
        latency = np.stack([ttft, pooled["tpot"], e2e, promised, *_moved(each, added_s)], axis=-2)
    first = 0 if in_full else PROMISED
    nodes = _as_nodes(latency)
    filled = _filled(nodes)
    return Rates(
        grid=(latency.shape[0], latency.shape[1], groups),
        outcomes=_as_nodes(pooled["outcomes"]).astype(np.float64),
        first_bin=filled.start,
        latency=np.concatenate([nodes[..., filled], nodes[..., -1:]], axis=-1),
        delivered_tokens=_as_nodes(pooled["delivered_tokens"]).astype(np.float64),
        used=_as_nodes(pooled["used"]).astype(np.float64),
        cross_region_gb=_as_nodes(pooled["cross_region_gb"]).astype(np.float64),
        in_time=np.stack(
            [share_at_most(of[:, PROMISED - first], told.limit_s) for of, told in zip(nodes, promises, strict=True)]
        ),
        first=first,
    )


def _filled(counts: Counts) -> slice:
    """Bins between the lowest and the highest in which anything is, the last bin of all left out; at least one."""
    bins = np.flatnonzero(counts[..., :-1].any(axis=tuple(range(counts.ndim - 1))))
    return slice(int(bins[0]), int(bins[-1]) + 1) if len(bins) else slice(0, 1)


def _as_nodes(array: Counts) -> Counts:
    """(mixes, loads, products, groups, ...) as (products, nodes, ...), laid out in this order."""
    mixes, loads, products, groups, *rest = array.shape
    return np.ascontiguousarray(np.moveaxis(array, 2, 0).reshape(products, mixes * loads * groups, *rest))


def _by_group(array: Counts, products: int, groups: int) -> Counts:
    """The class axis, the fourth, as products and groups; users simulated next to the station stand for every group."""
    split = array.reshape(*array.shape[:3], products, -1, *array.shape[4:])
    return np.broadcast_to(split, (*split.shape[:4], groups, *split.shape[5:]))


def _each(array: Counts, arrivals: Counts) -> Counts:
    """Per arrival of the class; a group of which nobody came is read as its product's other users."""
    over = arrivals.reshape(*arrivals.shape, *(1,) * (array.ndim - arrivals.ndim))
    if (arrivals > 0).all():
        return array / over
    axis = arrivals.ndim - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = array.sum(axis=axis, keepdims=True) / over.sum(axis=axis, keepdims=True)
        return np.nan_to_num(np.where(over > 0, array / over, whole))


def _moved(counts: Counts, added_s: Array) -> Counts:
    """Histograms of shape (..., products, groups, BINS) after each product's and group's constant time."""
    moved = np.empty(counts.shape, dtype=np.float32)
    for product, group in np.ndindex(added_s.shape):
        moved[..., product, group, :] = shift(counts[..., product, group, :], float(added_s[product, group]))
    return moved


def _promised(ttft: Counts, e2e: Counts, outcomes: Counts, *, first_words: Sequence[bool]) -> Counts:
    about = np.where(np.array(first_words)[:, None, None], ttft, e2e)
    about[..., -1] += outcomes[..., 1:].sum(axis=-1)
    return about


def whole_bins(latency: Array, first_bin: int) -> Array:
    """Histograms cut as those of `Rates.latency`, with all their bins, shape (..., BINS)."""
    counts = np.zeros((*latency.shape[:-1], BINS))
    counts[..., first_bin : first_bin + latency.shape[-1] - 1] = latency[..., :-1]
    counts[..., -1] = latency[..., -1]
    return counts


def merged(rates: NDArray[Any], weights: NodeWeights) -> Array:
    """Weighted sum over the nodes of a rate of shape (products, nodes, ...): shape (cases, products, ...)."""
    nodes = weights.by_product.astype(rates.dtype, copy=False)
    total = nodes @ rates.reshape(*rates.shape[:2], -1)
    return total.swapaxes(0, 1).reshape(nodes.shape[1], nodes.shape[0], *rates.shape[2:])
