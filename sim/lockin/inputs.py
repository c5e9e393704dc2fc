"""What lock-in is told of a scenario: arrays by month, from the simulation, the statement and the decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.lockin.layers import LAYERS, WHOLE, LayerSet, columns
from sim.lockin.state import accumulate, added_each_month


@dataclass(frozen=True, slots=True, eq=False)
class LockinInputs:
    """One scenario's months. Flows are of the month, stocks at its end; arrays have shape (months,).

    Money by layer maps each of LAYERS, and `whole`. Over worlds of other
    growth (see `grown`) flows and stocks have shape (worlds, months).
    """

    launch_month: int
    """First month in use; the number of months or more where the horizon ends before the launch."""
    horizon_months: int
    data_start_gb: float
    vectors_start: float
    data_gb: np.ndarray
    vectors: np.ndarray
    revenue_usd: np.ndarray
    gross_profit_usd: np.ndarray
    growth_per_month: np.ndarray
    """Planned growth."""
    run_bill_usd: Mapping[str, np.ndarray]
    """What would be run twice while a layer is being left: its own share of the platform's bill."""
    commitment_usd: Mapping[str, np.ndarray]
    """Committed spend that remains, and is lost by leaving."""
    regions: np.ndarray
    """Regions that serve."""
    egress_factor: np.ndarray
    """Share of the list price of egress that is charged; 0 under the EU's rule."""
    open_share: np.ndarray
    """Share of new work built behind an open interface, shape (months, layers)."""
    embedding_ties: np.ndarray
    """Whether leaving a layer changes the model that made the vectors, shape (months, layers)."""
    rebuilt: np.ndarray
    """Whether a layer's migration ends in the month, shape (months, layers)."""

    def __post_init__(self) -> None:
        months = self.data_gb.shape[-1]
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                months_axis = -2 if value.shape[-1:] == (len(LAYERS),) and name in _BY_LAYER else -1
                if value.shape[months_axis] != months:
                    raise ValueError(f"lock-in's {name} has shape {value.shape}, but data_gb has {months} months")
        for name in ("run_bill_usd", "commitment_usd"):
            missing = _ALL - getattr(self, name).keys()
            if missing:
                raise ValueError(f"lock-in's {name} lacks {', '.join(sorted(missing))}: give each layer, and '{WHOLE}'")

    @property
    def months(self) -> int:
        return self.data_gb.shape[-1]

    def run_bill_of(self, layers: LayerSet) -> np.ndarray:
        """Bill of what is run twice while a set of layers is left."""
        return _of_set(self.run_bill_usd, layers)

    def commitment_of(self, layers: LayerSet) -> np.ndarray:
        """Commitments that leaving a set of layers forfeits."""
        return _of_set(self.commitment_usd, layers)

    def reembeds(self, layers: LayerSet) -> np.ndarray:
        """Whether leaving a set that holds the vectors means making them again, shape (months,)."""
        return np.any(self.embedding_ties[:, columns(layers)], axis=-1)

    def grown(self, growth_per_month: np.ndarray, deleted_share: np.ndarray) -> "LockinInputs":
        """The same scenario in worlds of other growth.

        From launch on, requests, and with them what each month adds to the
        stocks, revenue, gross profit and bills are multiplied by
        ((1 + other) / (1 + planned)) to the power of the months since launch.

        Args:
            growth_per_month: growth in each world, shape (worlds, 1).
            deleted_share: share of the data deleted each month.
        """
        since_launch = np.arange(self.months) > self.launch_month
        factor = np.where(since_launch, (1 + growth_per_month) / (1 + self.growth_per_month), 1.0).cumprod(axis=-1)
        data_gb, vectors = (
            accumulate(
                added_each_month(stock, start=start, deleted_share=deleted) * factor, start=start, deleted_share=deleted
            )
            for stock, start, deleted in (
                (self.data_gb, self.data_start_gb, deleted_share),
                (self.vectors, self.vectors_start, np.zeros(())),
            )
        )
        return replace(
            self,
            data_gb=data_gb,
            vectors=vectors,
            revenue_usd=self.revenue_usd * factor,
            gross_profit_usd=self.gross_profit_usd * factor,
            run_bill_usd={name: bill * factor for name, bill in self.run_bill_usd.items()},
            growth_per_month=np.broadcast_to(growth_per_month, factor.shape),
        )


_ALL = frozenset({*LAYERS, WHOLE})
_BY_LAYER = frozenset({"open_share", "embedding_ties", "rebuilt"})


def _of_set(by_layer: Mapping[str, np.ndarray], layers: LayerSet) -> np.ndarray:
    """Money of a set: the sum of its layers', which cannot pass the whole's; what layers share is paid once."""
    if len(layers) == len(LAYERS):
        return by_layer[WHOLE]
    if len(layers) == 1:
        return by_layer[next(iter(layers))]
    total = sum((by_layer[layer] for layer in LAYERS if layer in layers), np.zeros(()))
    return np.minimum(total, by_layer[WHOLE])
