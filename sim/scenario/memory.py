"""Whether a model fits: the GPU memory that its weights leave to the KV cache.

It stands here, before the simulation, because a scenario whose model does not
fit is refused when it is loaded.
"""

from sim.catalogue import Catalogue
from sim.scenario.schema import Engine

GIGA = 1e9


def kv_bytes_per_token(engine: Engine, catalogue: Catalogue) -> float:
    """Bytes one token occupies in the KV cache of a replica."""
    model = catalogue.quantities("models", engine.model)
    return model["layers"] * model["kv_values_per_layer"] * catalogue.value("roofline", engine.precision, "kv_bytes")


def free_memory_bytes(engine: Engine, catalogue: Catalogue) -> float:
    """GPU memory of one replica that the weights leave free [bytes]; 0 or less where the model does not fit.

    fraction*tp*HBM - factor*P*bytes
    """
    fit = catalogue.quantities("roofline", "fit")
    memory = catalogue.value("gpus", engine.gpu, "hbm_gb") * GIGA * engine.gpus_per_replica
    return fit["kv_memory_fraction"] * memory - fit["weight_memory_factor"] * weight_bytes(engine, catalogue)


def weight_bytes(engine: Engine, catalogue: Catalogue) -> float:
    """Bytes of the model's weights at the engine's precision."""
    bytes_per_parameter = catalogue.value("roofline", engine.precision, "weight_bytes")
    return catalogue.value("models", engine.model, "params") * bytes_per_parameter


def kv_capacity_blocks(engine: Engine, catalogue: Catalogue) -> int:
    """KV blocks of one replica: free memory / (KV bytes per token * tokens per block).

    0 or less where the model does not fit.
    """
    block_tokens = catalogue.value("roofline", "fit", "kv_block_tokens")
    return int(free_memory_bytes(engine, catalogue) // (kv_bytes_per_token(engine, catalogue) * block_tokens))
