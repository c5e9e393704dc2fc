"""What it costs to leave, in money and months, if it were decided at the end of each month.

Equations: docs/model.md, "Cash to leave". Arrays have shape (..., months);
whatever stands before are draws or worlds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.lockin.inputs import LockinInputs
from sim.lockin.layers import LayerSet, columns
from sim.lockin.parameters import LockinParameters
from sim.lockin.state import Stocks

COMPONENTS = ("move", "embed", "rework", "dual", "reval", "compliance", "commitment")
"""Parts of the cash to leave, in the order of a waterfall; growth forgone stands apart."""

BITS_PER_BYTE = 8
TOKENS_PER_MTOK = 1e6
HOURS_PER_DAY = 24
MINUTES_PER_HOUR = 60
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True, eq=False)
class ExitCosts:
    """Leaving one set of layers.

    `usd_growth_forgone` is no cash: it is profit that never comes because part
    of the roadmap stands still meanwhile. The whole stack is not the sum of its
    layers: evaluation, dual running and compliance are paid once.
    """

    components: Mapping[str, np.ndarray]
    """USD of each of COMPONENTS."""
    usd_growth_forgone: np.ndarray
    exit_months: np.ndarray
    beyond_horizon: np.ndarray
    """Whether leaving would take longer than the horizon; growth forgone counts no month past it."""

    @property
    def usd_cash(self) -> np.ndarray:
        return sum(self.components.values(), np.zeros(()))

    @property
    def usd_with_growth_forgone(self) -> np.ndarray:
        return self.usd_cash + self.usd_growth_forgone


@dataclass(frozen=True, slots=True, eq=False)
class ExitBasis:
    """What leaving any set of layers rests on, computed once for all of them."""

    stocks: Stocks
    inputs: LockinInputs
    parameters: LockinParameters
    person_months: np.ndarray
    """Work to rewrite each layer's integration points, before overrun, shape (..., months, layers)."""
    move_usd: np.ndarray
    move_months: np.ndarray
    embed_usd: np.ndarray
    embed_months: np.ndarray

    @classmethod
    def of(cls, *, stocks: Stocks, inputs: LockinInputs, parameters: LockinParameters) -> "ExitBasis":
        """Work, fees and times of everything that could have to move."""
        tokens = stocks.vectors * parameters.tokens_per_vector
        minutes = MINUTES_PER_HOUR * HOURS_PER_DAY * parameters.days_per_month
        return cls(
            stocks=stocks,
            inputs=inputs,
            parameters=parameters,
            person_months=parameters.rework_pm_per_point * stocks.points ** parameters.rework_exponent[..., None],
            move_usd=inputs.egress_factor * tiered_egress_usd(stocks.data_gb, parameters),
            move_months=move_months(stocks.data_gb, parameters),
            embed_usd=tokens / TOKENS_PER_MTOK * parameters.embed_usd_per_mtok,
            embed_months=tokens / parameters.embed_tokens_per_min / minutes,
        )


def tiered_egress_usd(data_gb: np.ndarray, parameters: LockinParameters) -> np.ndarray:
    """List price of moving data out over the internet, each tier at its own price [USD]."""
    starts = parameters.egress_from_gb
    ends = (*starts[1:], np.inf)
    tiers = zip(starts, ends, parameters.egress_usd_per_gb, strict=True)
    # `clip` takes three times as long on arrays as short as these.
    within = [(np.minimum(np.maximum(data_gb - start, 0), end - start), usd) for start, end, usd in tiers]
    return sum((gb * usd for gb, usd in within), np.zeros(()))


def move_months(data_gb: np.ndarray, parameters: LockinParameters) -> np.ndarray:
    """Time to send the data over the usable part of the link, with what is sent twice [months]."""
    gbit = BITS_PER_BYTE * data_gb * (1 + parameters.resent_share)
    seconds_per_month = SECONDS_PER_HOUR * HOURS_PER_DAY * parameters.days_per_month
    return gbit / (parameters.link_gbps * parameters.link_usable_share) / seconds_per_month


def exit_costs(basis: ExitBasis, layers: LayerSet) -> ExitCosts:
    """Cash, growth forgone and time of leaving a set of layers, decided at the end of each month.

    Data moves and its index is rebuilt if the data layer is in the set; vectors
    are made again only if leaving the set changes the model that made them.
    Prompts are tuned anew only if the model API is in the set; evaluation is
    always paid. Compliance is paid for each region if data or network is left.
    """
    inputs, parameters, stocks = basis.inputs, basis.parameters, basis.stocks
    with_data = float("data" in layers)
    with_model = float("model_api" in layers)
    crosses_borders = float(bool(layers & {"data", "network"}))
    reembeds = with_data * inputs.reembeds(layers)

    person_months = basis.person_months[..., columns(layers)].sum(axis=-1)
    transfer_months = np.maximum(with_data * basis.move_months, reembeds * basis.embed_months)
    together_months = transfer_months + parameters.validation_months
    exit_months = np.maximum(transfer_months, person_months / parameters.team_people) + parameters.validation_months

    components = {
        "move": with_data * basis.move_usd,
        "embed": with_data * stocks.vectors * parameters.index_usd_per_vector + reembeds * basis.embed_usd,
        "rework": person_months * parameters.usd_per_person_month * (1 + parameters.overrun),
        "dual": together_months * parameters.dual_share * inputs.run_bill_of(layers),
        "reval": parameters.evaluation_usd + with_model * parameters.usd_per_prompt * stocks.prompts,
        "compliance": crosses_borders * parameters.compliance_usd_per_region * inputs.regions,
        "commitment": inputs.commitment_of(layers),
    }
    shape = exit_months.shape
    return ExitCosts(
        components={
            name: usd if usd.shape == shape else np.broadcast_to(usd, shape) for name, usd in components.items()
        },
        usd_growth_forgone=growth_forgone_usd(exit_months, inputs=inputs, parameters=parameters),
        exit_months=exit_months,
        beyond_horizon=exit_months > inputs.horizon_months,
    )


def growth_forgone_usd(
    exit_months: np.ndarray, *, inputs: LockinInputs, parameters: LockinParameters
) -> np.ndarray:
    """Profit that does not come because part of the roadmap is frozen while leaving [USD].

    share * growth * profit * T * (T/2 + recovery): the lost growth builds up
    over the T months of leaving and is missed until it is recovered. A business
    that shrinks, or earns nothing, forgoes nothing; T ends at the horizon.
    """
    growth = np.maximum(0, inputs.growth_per_month)
    profit_usd = np.maximum(0, inputs.gross_profit_usd)
    months = np.minimum(exit_months, inputs.horizon_months)
    return parameters.frozen_share * growth * profit_usd * months * (months / 2 + parameters.recovery_months)
