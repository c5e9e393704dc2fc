"""Which layers a change of decisions leaves: the step from what is decided to what has to be moved.

The mapping is a judgement. What moves nothing takes effect at once: spare room,
the share of new work that can move, the small model tried first, the router,
how GPUs are paid for.
"""

from collections.abc import Mapping
from typing import Any

from sim.lockin.layers import LayerSet
from sim.scenario.schema import Decisions, Scenario

NONE: LayerSet = frozenset()


def left_by(before: Scenario, after: Scenario) -> Mapping[str, LayerSet]:
    """Layers left by each setting that has to be moved, by its dotted name.

    A setting that is missing here did not change, or takes effect at once.
    """
    old, new = before.decisions, after.decisions
    found = {
        "decisions.own_share": _of_shares(old, new),
        "decisions.api_tier": frozenset({"model_api"}) if old.own_share < 1 else NONE,
        "decisions.residency": frozenset({"data", "network"}),
        "decisions.vector_store": frozenset({"data"}),
        "decisions.orchestration": frozenset({"orchestration"}),
        "platform.home_region": frozenset({"network"}),
        "platform.eu_regions": frozenset({"network"}),
    }
    return {path: layers for path, layers in found.items() if layers and reading(before, path) != reading(after, path)}


def _of_shares(old: Decisions, new: Decisions) -> LayerSet:
    """Layers left by another share of answers of our own.

    Beginning with own GPUs, giving up the model bought by the token, and
    beginning to buy again all bring another model under the integrations.
    Between the ends both ways are in use already, so their shares just shift;
    and whoever closes the GPUs goes on with the model that is bought.
    """
    begins = old.own_share == 0 < new.own_share
    crosses_the_end = (old.own_share == 1) != (new.own_share == 1)
    return frozenset({"model_api"}) if begins or crosses_the_end else NONE


def reading(scenario: Scenario, path: str) -> Any:
    """Value of a setting of the decisions or the platform, by its dotted name."""
    value: Any = scenario
    for name in path.split("."):
        value = getattr(value, name)
    return value
