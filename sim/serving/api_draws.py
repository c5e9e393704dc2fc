"""How long a managed API takes for each request, by its stated laws and the request's own draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.serving.endpoints import BatchTier, LatencyLaw, ManagedApi
from sim.workload.trace import Trace

Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """First-token and whole service time of every request [s]; lists, since the event loop reads one at a time."""

    first_s: list[float]
    whole_s: list[float]

    @classmethod
    def of(cls, law: LatencyLaw, trace: Trace) -> "Drawn":
        first_s, whole_s = _draw(law, trace)
        return cls(first_s.tolist(), whole_s.tolist())

    @classmethod
    def of_batch(cls, tier: BatchTier, trace: Trace) -> "Drawn":
        """The whole answer comes at once, when the batch is returned."""
        whole_s = (tier.turnaround_median_s * np.exp(tier.turnaround_sigma * trace.api_first_z)).tolist()
        return cls(whole_s, whole_s)


def service_times(api: ManagedApi, trace: Trace) -> tuple[Times, Times]:
    """First-token and whole service time of every request [s], shape (n,) each.

    Where a first try is asked again, the larger model starts when the smaller
    has finished, and its first token is the one that counts.
    """
    first_s, whole_s = _draw(api.law, trace)
    if api.first_try is None:
        return first_s, whole_s
    small_first_s, small_whole_s = _draw(api.first_try.law, trace)
    tried, again = first_try_rows(api, trace)
    return (
        np.where(again, small_whole_s + first_s, np.where(tried, small_first_s, first_s)),
        np.where(again, small_whole_s + whole_s, np.where(tried, small_whole_s, whole_s)),
    )


def first_try_rows(api: ManagedApi, trace: Trace) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which requests try the small model first, and which of them are asked again."""
    if api.first_try is None:
        nobody = np.zeros(len(trace), dtype=bool)
        return nobody, nobody
    share = api.first_try.share
    return trace.escalate_u < share, trace.escalate_u < share * api.first_try.asked_again_share


def _draw(law: LatencyLaw, trace: Trace) -> tuple[Times, Times]:
    first_s = law.first_token_median_s * np.exp(law.first_token_sigma * trace.api_first_z)
    pace_s = law.token_pace_median_s * np.exp(law.token_pace_sigma * trace.api_pace_z)
    return first_s, first_s + (trace.output_tokens - 1) * pace_s
