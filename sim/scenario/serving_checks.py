"""Whether the settings of engine, router and API belong together."""

from collections.abc import Iterator

from sim.catalogue import Catalogue
from sim.scenario.parts import Parts

SECONDS_PER_HOUR = 3600
SINGLE_CALL = "single_call"


def drafting_fits(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """A step has a token for every one that is proposed."""
    engine = parts.engine
    if engine is None or engine.speculation is None:
        return
    each = 1 + engine.speculation.draft_tokens
    if engine.max_running * each > engine.token_budget:
        yield (
            f"platform.engine.max_running: with {each - 1} tokens proposed for each running answer it must be at most "
            f"{engine.token_budget // each} (got {engine.max_running}): each takes {each} of the token budget of "
            f"{engine.token_budget}. Lower it, propose fewer, or raise the budget."
        )


def split_fits(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """A pool split by phase has a replica for either."""
    platform = parts.platform
    if platform is not None and platform.engine.prefill_share > 0 and platform.max_replicas < 2:
        yield (
            f"platform.engine.prefill_share: a pool split by phase needs at least 2 replicas, and max_replicas is "
            f"{platform.max_replicas}. Raise it, or set prefill_share to 0."
        )


def router_fits(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """The router has what it decides by."""
    platform, decisions = parts.platform, parts.decisions
    if platform is None:
        return
    settings = platform.router
    weights = (settings.weigh_load, settings.weigh_latency, settings.weigh_cost, settings.weigh_prefix)
    if platform.routing == "weighted" and not any(weights):
        yield "platform.router: the router 'weighted' needs a weight above 0. Set weigh_load, or another router."
    several = len(platform.eu_regions) > 1
    if platform.routing == "cascade" and several and decisions is not None and decisions.residency != "anywhere":
        yield (
            f"platform.routing: a cascade tries one pool of ours first, and {len(platform.eu_regions)} EU regions "
            "would have one each. Name one EU region, or use another router."
        )


def batch_fits(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """What goes to the batch tier can wait for it: its promise is as long as the window, and it is one call."""
    if parts.platform is None or parts.platform.api.deferrable != "batch":
        return
    window_h = catalogue.value("api_options", "batch", "window_h")
    way_out = "or set platform.api.deferrable to 'at_once'"
    for index, product in parts.products:
        if product.interactive or product.patience is not None:
            continue
        if product.promise.limit_s < window_h * SECONDS_PER_HOUR:
            yield (
                f"products[{index}].promise.limit_s: the batch tier promises an answer within "
                f"{window_h * SECONDS_PER_HOUR:.0f} s (got {product.promise.limit_s:g}), so this one could not be "
                f"kept. Promise no less, {way_out}."
            )
        if product.workflow != SINGLE_CALL:
            yield (
                f"products[{index}].workflow: each call of '{product.workflow}' would wait for a batch of its own, "
                f"hours for every step. Use '{SINGLE_CALL}', {way_out}."
            )


SERVING_CHECKS = (drafting_fits, split_fits, router_fits, batch_fits)
