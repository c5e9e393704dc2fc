"""Lock-in of one scenario: the one way in to this room."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from sim.lockin.doors import Door, basis_of, doors, months_of_profit, payable_profit_usd
from sim.lockin.exit_cost import ExitBasis, ExitCosts, exit_costs
from sim.lockin.inputs import LockinInputs
from sim.lockin.layers import SHOWN_SETS, layer_set
from sim.lockin.parameters import LockinParameters


@dataclass(frozen=True, slots=True, eq=False)
class Leaving:
    """Leaving one set of layers, decided at the end of each month; arrays have shape (months,)."""

    costs: ExitCosts
    months_of_profit: np.ndarray
    """Months of gross profit that cash and growth forgone together take; `inf` where not payable."""
    months_of_profit_cash_only: np.ndarray
    interest_usd: np.ndarray
    """Cost of staying one more month, growth forgone included; `nan` in the last month."""
    interest_usd_cash_only: np.ndarray

    @property
    def usd_cash(self) -> np.ndarray:
        return self.costs.usd_cash

    @property
    def usd_growth_forgone(self) -> np.ndarray:
        return self.costs.usd_growth_forgone

    @property
    def exit_months(self) -> np.ndarray:
        return self.costs.exit_months


@dataclass(frozen=True, slots=True, eq=False)
class LockinResult:
    """What leaving would cost a scenario, by layer and as a whole."""

    basis: ExitBasis
    by_set: Mapping[str, Leaving]
    """Each of LAYERS, and `whole`. Never stack them: the whole is not their sum."""

    def leaving(self, layers: Iterable[str]) -> Leaving:
        """Leaving any set of layers together, such as those that a shock forces.

        Raises:
            LookupError: one of them is no layer, or there is none.
        """
        profit_usd = payable_profit_usd(self.basis.inputs, self.basis.parameters)
        return _leaving(self.costs(layers), profit_usd)

    def costs(self, layers: Iterable[str]) -> ExitCosts:
        """What leaving any set of layers together costs; raises as `leaving` does."""
        return exit_costs(self.basis, layer_set(layers))

    def doors(self, *, draws: int, seed: int) -> dict[str, Door]:
        """The door of each layer and of the whole, its class's probability over `draws` futures."""
        costs = {name: leaving.costs for name, leaving in self.by_set.items()}
        return doors(self.basis, costs, sets=SHOWN_SETS, draws=draws, seed=seed)


def lock_in(inputs: LockinInputs, parameters: LockinParameters) -> LockinResult:
    """Cash to leave, growth forgone and time, for each layer and the whole, at the end of each month."""
    basis = basis_of(inputs, parameters)
    profit_usd = payable_profit_usd(basis.inputs, basis.parameters)
    return LockinResult(
        basis=basis,
        by_set={name: _leaving(exit_costs(basis, layers), profit_usd) for name, layers in SHOWN_SETS.items()},
    )


def lockin_interest(usd: np.ndarray) -> np.ndarray:
    """Cost of staying one more month: how much dearer leaving is a month later; `nan` in the last month."""
    return np.append(np.diff(usd), np.nan)


def _leaving(costs: ExitCosts, profit_usd: np.ndarray) -> Leaving:
    in_full, in_cash = costs.usd_with_growth_forgone, costs.usd_cash
    return Leaving(
        costs=costs,
        months_of_profit=months_of_profit(in_full, profit_usd),
        months_of_profit_cash_only=months_of_profit(in_cash, profit_usd),
        interest_usd=lockin_interest(in_full),
        interest_usd_cash_only=lockin_interest(in_cash),
    )
