"""How requests are routed, and what is bought of an API beside its plain quota."""

from typing import Literal

from sim.scenario.fields import Strict, setting

Routing = Literal[
    "fixed_share",
    "least_loaded",
    "nearest",
    "prefix_affine",
    "cheapest_meeting_slo",
    "spill_over",
    "weighted",
    "cascade",
]


class RouterSettings(Strict):
    """What the routers ask to know; each reads its own settings only."""

    signal_delay_s: float = setting(0.0, title="Age of what a router sees", unit="s", ge=0, le=3600,
        help="Endpoints report their load at multiples of this time, and a router sees the last report.")
    spill_above: float = setting(0.5, title="Spill over above", unit="share", ge=0, le=10,
        help="Router 'spill_over': our own pools take a request while their load, requests held over the most they "
        "work on at once, is below this.")
    affinity_slack: float = setting(0.1, title="Extra load for a warm cache", unit="share", ge=0, le=10,
        help="Router 'prefix_affine': how much busier an endpoint that remembers the prompt's beginning may be.")
    first_words_limit_s: float = setting(2.0, title="First words within", unit="s", gt=0, le=3600,
        help="Router 'cheapest_meeting_slo': the cheapest endpoint expected to answer within this takes the request.")
    weigh_load: float = setting(1.0, title="Weight of load", ge=0, le=1000, help="Router 'weighted'.")
    weigh_latency: float = setting(1.0, title="Weight of latency", ge=0, le=1000, help="Router 'weighted'.")
    weigh_cost: float = setting(0.0, title="Weight of cost", ge=0, le=1000,
        help="Router 'weighted'. Our own pools are paid for already, so they rank before the API.")
    weigh_prefix: float = setting(0.0, title="Weight of a warm cache", ge=0, le=1000, help="Router 'weighted'.")


class ApiSettings(Strict):
    """Limits of the API we buy from, and what we do at them."""

    at_limit: Literal["wait", "retry"] = setting("wait", title="At the rate limit",
        help="'wait': requests wait in our own queue until the quota has room. 'retry': they are sent, answered 429, "
        "and sent again with growing pauses (table 'api_options').")
    requests_per_1000_tokens: float | None = setting(None, title="Requests granted with 1,000 tokens a minute",
        unit="requests", gt=0, le=1000,
        help="Requests a minute that come with each 1,000 tokens a minute of quota. Without it, only tokens are "
        "limited.")
    provisioned_share: float = setting(0.0, title="Throughput provisioned", unit="share", step=0.1, ge=0, le=1,
        help="Share of the planned throughput that is bought ahead, used or not; nobody else slows it. What does not "
        "fit spills over to the quota, and is turned away where there is none.")
    deferrable: Literal["at_once", "batch"] = setting("at_once", title="Work that can wait",
        help="How bought answers are asked for that nobody waits for. 'batch': with the API's batch tier, cheaper, "
        "outside the quota, back within its window (table 'api_options').")
