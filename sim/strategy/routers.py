"""The router that a scenario names, for the endpoints of one station."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.catalogue import Catalogue
from sim.scenario.schema import Platform, RouterSettings, Routing, Scenario
from sim.serving import (
    Cascade,
    CheapestMeetingSlo,
    FixedShare,
    LeastLoaded,
    Nearest,
    PrefixAffine,
    Router,
    SpillOver,
    Weighted,
)
from sim.strategy.units import Unit

ALONE = FixedShare(shares=(1.0,))
"""Where there is one endpoint, nobody decides."""


@dataclass(frozen=True, slots=True)
class Places:
    """What is decided among."""

    shares: tuple[float, ...]
    """Planned share of each endpoint."""
    own: tuple[int, ...]
    """Which of them are our pools."""
    tried_share: float
    asked_again_share: float


Builder = Callable[[RouterSettings, Places], Router]

BUILDERS: dict[Routing, Builder] = {
    "fixed_share": lambda settings, places: FixedShare(shares=places.shares),
    "least_loaded": lambda settings, places: LeastLoaded(),
    "nearest": lambda settings, places: Nearest(),
    "prefix_affine": lambda settings, places: PrefixAffine(most_extra_load=settings.affinity_slack),
    "cheapest_meeting_slo": lambda settings, places: CheapestMeetingSlo(
        first_words_limit_s=settings.first_words_limit_s
    ),
    "spill_over": lambda settings, places: SpillOver(own=places.own, threshold=settings.spill_above),
    "weighted": lambda settings, places: Weighted(
        load=settings.weigh_load,
        latency=settings.weigh_latency,
        cost=settings.weigh_cost,
        prefix=settings.weigh_prefix,
    ),
    "cascade": lambda settings, places: Cascade(
        small=places.own[0],
        share=places.tried_share,
        asked_again_share=places.asked_again_share,
        then=LeastLoaded(),
    ),
}


def router_of(state: Scenario, units: Sequence[Unit], *, catalogue: Catalogue) -> tuple[Router, tuple[float, ...]]:
    """Who decides among endpoints that share their load, and the share that each is planned for.

    Under a cascade the API is planned for its own share and for what is asked
    again there. A cascade tries one pool: `sim.scenario.checks` sees to it.
    """
    if len(units) == 1:
        return ALONE, (1.0,)
    platform: Platform = state.platform
    own_share = state.decisions.own_share
    again = catalogue.value("business", "rules", "asked_again_share")
    bought = 1 - own_share + (own_share * again if platform.routing == "cascade" else 0.0)
    own = tuple(index for index, unit in enumerate(units) if unit.is_pool)
    shares = tuple(own_share / len(own) if unit.is_pool else bought for unit in units)
    places = Places(shares, own, tried_share=own_share, asked_again_share=again)
    return BUILDERS[platform.routing](platform.router, places), shares
