"""Relative errors of predictions, and the targets that the validation data sets for them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from measured_rows import Figures, Row
from scipy.stats import spearmanr


@dataclass(frozen=True, slots=True)
class Target:
    """Largest median and 90th percentile of the relative error."""

    median: float
    p90: float


TARGETS = {"tpot": Target(0.12, 0.35), "tokens_per_s": Target(0.15, 0.35), "ttft": Target(0.35, 0.75)}
LEAST_SPEARMAN = 0.95
LEAST_WITHIN_TWO = 0.85


@dataclass(frozen=True, slots=True)
class Errors:
    """Relative errors of one metric over some rows."""

    metric: str
    source: str
    n: int
    median: float
    p90: float
    bias: float
    """Median of predicted over measured, less one."""
    within_two: float
    """Share of the rows within a factor of two."""
    spearman: float


def errors_of(metric: str, source: str, pairs: Iterable[tuple[float, float]]) -> Errors:
    """Errors of (predicted, measured) pairs."""
    predicted, measured = np.array(list(pairs)).T
    ratio = predicted / measured
    error = np.abs(ratio - 1)
    return Errors(
        metric=metric,
        source=source,
        n=len(ratio),
        median=float(np.median(error)),
        p90=float(np.quantile(error, 0.9)),
        bias=float(np.median(ratio)) - 1,
        within_two=float(np.mean((ratio <= 2) & (ratio >= 0.5))),
        spearman=float(spearmanr(predicted, measured)[0]) if len(ratio) > 2 else float("nan"),
    )


def summarize(played: list[tuple[Row, Figures]]) -> list[Errors]:
    """Errors by metric, over all rows first, then by source."""
    found = []
    for metric in TARGETS:
        pairs = [
            (row.source, getattr(figures, metric), getattr(row, metric))
            for row, figures in played
            if np.isfinite(getattr(figures, metric)) and np.isfinite(getattr(row, metric))
        ]
        found.append(errors_of(metric, "all", [pair[1:] for pair in pairs]))
        for source in dict.fromkeys(source for source, *_ in pairs):
            found.append(errors_of(metric, source, [pair[1:] for pair in pairs if pair[0] == source]))
    return found


def missed(errors: list[Errors]) -> list[str]:
    """Targets of the validation data that are not met, in words."""
    faults = []
    for e in (e for e in errors if e.source == "all"):
        target = TARGETS[e.metric]
        if e.median > target.median or e.p90 > target.p90:
            faults.append(f"{e.metric}: {e.median:.1%} / {e.p90:.1%}, at most {target.median:.0%} / {target.p90:.0%}")
        if e.metric == "ttft" and e.within_two < LEAST_WITHIN_TWO:
            faults.append(f"ttft: {e.within_two:.1%} within a factor of two, at least {LEAST_WITHIN_TWO:.0%}")
        if e.metric == "tokens_per_s" and e.spearman < LEAST_SPEARMAN:
            faults.append(f"tokens_per_s: rank correlation {e.spearman:.3f}, at least {LEAST_SPEARMAN}")
    return faults
