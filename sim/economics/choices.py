"""What the decisions sum up to: launch, people, duties, openness and the price of being able to move."""

from dataclasses import dataclass
from math import ceil

from sim.economics.prices import Prices
from sim.scenario.schema import Decisions

_OPENED_BY: dict[str, str | None] = {
    "model_api": None,
    "agent_framework": None,
    "orchestration": "open_orchestration",
    "data": "open_data",
    "network": "open_network",
    "identity": None,
}
"""Lock-in layers in the order in which they are shown, and the quantity of a choice that opens each."""

PERCENT = 100


@dataclass(frozen=True, slots=True)
class Choices:
    """The decisions of one scenario, added up."""

    rows: tuple[str, ...]
    """Ids of table `choices` that apply."""
    launch_month: int
    """First month with customers."""
    run_fte: float
    """People who run the platform, in full-time equivalents."""
    compliance_usd_per_month: float
    audit_usd_once: float
    open_share: dict[str, float]
    """Share of new integrations behind an open interface, by lock-in layer."""
    movable_points: float
    """Portability asked for, in percentage points of new work."""
    premium_usd_per_month: float
    """What that portability costs, from month 0 on."""


def chosen_rows(decisions: Decisions) -> tuple[str, ...]:
    """Ids of table `choices` that a set of decisions picks."""
    return (
        "base",
        *(("own_share",) if decisions.own_share > 0 else ()),
        f"residency.{decisions.residency}",
        f"vector_store.{decisions.vector_store}",
        f"orchestration.{decisions.orchestration}",
        "movable_share",
    )


def choices(decisions: Decisions, prices: Prices) -> Choices:
    """Add up the rows that the decisions pick.

    The launch month is rounded up: a platform that needs half a month more
    has no customers in that month.
    """
    rows = chosen_rows(decisions)

    def summed(quantity: str) -> float:
        return sum(prices.value("choices", row, quantity) for row in rows)

    points = decisions.movable_share * PERCENT
    return Choices(
        rows=rows,
        launch_month=ceil(summed("launch_months")),
        run_fte=summed("run_fte"),
        compliance_usd_per_month=summed("compliance_usd_per_month"),
        audit_usd_once=summed("audit_usd_once"),
        open_share=open_share(decisions, prices),
        movable_points=points,
        premium_usd_per_month=summed("usd_per_month_per_point") * points,
    )


def open_share(decisions: Decisions, prices: Prices) -> dict[str, float]:
    """Share of new integrations behind an open interface, by layer.

    The portability lever holds in every layer; an open vector store or open
    orchestration may do better in its own.
    """
    rows = chosen_rows(decisions)
    return {
        layer: max(decisions.movable_share, *(prices.value("choices", row, opened) for row in rows))
        if opened
        else decisions.movable_share
        for layer, opened in _OPENED_BY.items()
    }
