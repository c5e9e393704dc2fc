"""Whether leaving one layer drags another along: a model swap that also moves the embeddings is a data decision."""

from sim.lockin.layers import LAYERS, LayerSet, layer_set
from sim.scenario.schema import Decisions


def embedding_ties(decisions: Decisions) -> frozenset[str]:
    """Layers whose leaving changes the model that made the vectors.

    In a vendor's store the vectors are the vendor's: leaving the store means
    making them again, and so does leaving the vendor whose model answers, while
    answers are bought of it. An open store holds vectors of an open embedding
    model, which goes wherever the data goes; so does an open model that a host
    runs.
    """
    if decisions.vector_store != "vendor":
        return frozenset()
    buys_of_vendor = decisions.own_share < 1 and decisions.api_tier != "open_hosted"
    return frozenset({"data", "model_api"}) if buys_of_vendor else frozenset({"data"})


def dragged_along(layers: LayerSet, ties: frozenset[str]) -> LayerSet:
    """What really has to be left when a set of layers is.

    The data layer comes along where leaving the set changes the model that made
    the vectors: old vectors cannot be searched with a new model's.
    """
    left = layer_set(layers)
    return left | {"data"} if left & ties else left


def tie_row(ties: frozenset[str]) -> list[bool]:
    """One month's row of `LockinInputs.embedding_ties`."""
    return [layer in ties for layer in LAYERS]
