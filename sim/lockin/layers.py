"""The layers that a decision can be locked into, and the sets of them that are left together."""

from collections.abc import Iterable
from difflib import get_close_matches
from types import MappingProxyType

LAYERS = ("model_api", "agent_framework", "orchestration", "data", "network", "identity")
"""The six lock-in layers, in the order in which they are shown."""

LAYER_NAMES = MappingProxyType({
    "model_api": "model API",
    "agent_framework": "agent framework",
    "orchestration": "platform software",
    "data": "data",
    "network": "network",
    "identity": "identity",
})  # fmt: skip
"""What people call each layer."""

WHOLE = "whole"
"""Name of leaving all layers at once; it is not their sum: what they share is paid once, all runs twice as long."""

LayerSet = frozenset[str]

ALL_LAYERS: LayerSet = frozenset(LAYERS)

SHOWN_SETS = MappingProxyType({**{layer: frozenset({layer}) for layer in LAYERS}, WHOLE: ALL_LAYERS})
"""Each layer alone, then the whole stack: the doors of a scenario, by name."""


def layer_set(layers: Iterable[str]) -> LayerSet:
    """A checked set of layers.

    Raises:
        LookupError: there is none, or one is not a layer.
    """
    chosen = frozenset(layers)
    if not chosen:
        raise LookupError(f"no layer to leave: name at least one of {', '.join(LAYERS)}")
    for name in sorted(chosen - ALL_LAYERS):
        near = get_close_matches(name, LAYERS, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else f" The layers are {', '.join(LAYERS)}."
        raise LookupError(f"there is no layer '{name}'.{hint}")
    return chosen


def columns(layers: LayerSet) -> list[int]:
    """Positions of the set's layers on an array's last axis."""
    return [index for index, layer in enumerate(LAYERS) if layer in layers]
