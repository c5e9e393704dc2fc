"""A small model first: what is asked again pays both models and waits for both."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True)
class Routed:
    """Mean of one request under a split over models."""

    usd_per_request: float
    latency_s: float
    calls_per_request: float

    def gross_margin(self, usd_per_answer: float) -> float:
        """Margin at a price of the answer; `nan` where it is free."""
        return 1 - self.usd_per_request / usd_per_answer if usd_per_answer > 0 else nan

    def saving_against(self, usd_per_request: float) -> float:
        """Share saved against another cost of a request; `nan` against one that costs nothing."""
        return 1 - self.usd_per_request / usd_per_request if usd_per_request > 0 else nan


def cascade(
    shares: Sequence[float],
    *,
    usd_per_call: Sequence[float],
    latency_s: Sequence[float],
    asked_again_from: int,
    asked_again_on: int,
    asked_again_share: float,
) -> Routed:
    """Mean cost, latency and calls of a request.

    Args:
        shares: share of requests each model sees first, shape (models,); sums to 1.
        usd_per_call, latency_s: cost and time of one call to each model, shape (models,).
        asked_again_from, asked_again_on: model whose answers may be asked again, and the model that then answers.
        asked_again_share: share of the first model's answers that are asked again.
    """
    again = shares[asked_again_from] * asked_again_share

    def mean(of: Sequence[float]) -> float:
        return sum(share * x for share, x in zip(shares, of, strict=True)) + again * of[asked_again_on]

    return Routed(
        usd_per_request=mean(usd_per_call),
        latency_s=mean(latency_s),
        calls_per_request=sum(shares) + again,
    )
