"""The worked example of lock-in: a platform whose whole bill is run twice, growing 5 % a month.

Its clock stands at 0 before the first month, so that the end of month i of a
scenario is the example's month i + 1.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.catalogue import load_catalogue
from sim.lockin import LAYERS, WHOLE, LockinInputs, LockinParameters, LockinResult, lock_in
from sim.lockin.state import accumulate

MONTHS = 36
REQUESTS = 1e7
GB_PER_REQUEST = 4e-4
VECTORS_PER_REQUEST = 0.4
DATA_START_GB = 20_000.0
VECTORS_START = 5e7
PROFIT_USD = 100e3
BILL_USD = 50e3
MANAGED = (0.0,) * 6
PORTABLE = (0.8, 0.7, 0.7, 0.6, 0.5, 0.6)

# The catalogue's likely values are the example's; only what the product does otherwise is said here.
EXAMPLE_OVERRIDES = {"profit_window_months": 1.0}


def example_parameters(overrides: Mapping[str, float] | None = None) -> LockinParameters:
    return LockinParameters.of(load_catalogue(), {**EXAMPLE_OVERRIDES, **(overrides or {})})


def flat(value: float, months: int = MONTHS) -> np.ndarray:
    return np.full(months, value)


def example_inputs(open_share: tuple[float, ...] = MANAGED, *, growth: float = 0.05) -> LockinInputs:
    """The example's months; leaving the data layer makes the vectors again."""
    size = (1 + growth) ** np.arange(MONTHS + 1)
    requests, at_end = REQUESTS * size[:-1], size[1:]
    zero = np.zeros(())
    ties = np.zeros((MONTHS, 6), dtype=bool)
    ties[:, LAYERS.index("data")] = True
    everything = (*LAYERS, WHOLE)
    return LockinInputs(
        launch_month=0,
        horizon_months=MONTHS,
        data_start_gb=DATA_START_GB,
        vectors_start=VECTORS_START,
        data_gb=accumulate(requests * GB_PER_REQUEST, start=DATA_START_GB, deleted_share=zero),
        vectors=accumulate(requests * VECTORS_PER_REQUEST, start=VECTORS_START, deleted_share=zero),
        revenue_usd=2 * PROFIT_USD * at_end,
        gross_profit_usd=PROFIT_USD * at_end,
        growth_per_month=flat(growth),
        run_bill_usd={name: BILL_USD * at_end for name in everything},
        commitment_usd={name: flat(0.0) for name in everything},
        regions=flat(1.0),
        egress_factor=flat(1.0),
        open_share=np.tile(open_share, (MONTHS, 1)),
        embedding_ties=ties,
        rebuilt=np.zeros((MONTHS, 6), dtype=bool),
    )


def example(open_share: tuple[float, ...] = MANAGED, *, growth: float = 0.05) -> LockinResult:
    return lock_in(example_inputs(open_share, growth=growth), example_parameters())


def one_month(*, reembeds: bool, egress_factor: float) -> LockinInputs:
    """The snapshot of fixture T3: one month of a business with 206,144 GB and a billion vectors."""
    first = {
        name: value[:1] for name, value in _arrays(example_inputs()).items() if isinstance(value, np.ndarray)
    }
    everything = (*LAYERS, WHOLE)
    return replace(
        example_inputs(),
        **{
            **first,
            "data_gb": flat(206_144.0, 1),
            "vectors": flat(1e9, 1),
            "gross_profit_usd": flat(400e3, 1),
            "revenue_usd": flat(800e3, 1),
            "growth_per_month": flat(0.04, 1),
            "run_bill_usd": {name: flat(120e3, 1) for name in everything},
            "commitment_usd": {name: flat(0.0, 1) for name in everything},
            "egress_factor": flat(egress_factor, 1),
            "embedding_ties": np.full((1, 6), reembeds),
        },
    )


def _arrays(inputs: LockinInputs) -> dict[str, object]:
    return {name: getattr(inputs, name) for name in inputs.__slots__}
