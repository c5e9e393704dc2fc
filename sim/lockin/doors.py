"""How hard a decision is to undo: a class computed from how the months of profit it takes to leave grow.

- two_way (easy to undo): few months of profit and few months of time, in every judged month;
- compounding (gets harder to undo): not two-way, and the months of profit grow;
- sticky (costly but steady): the rest.

A decision is judged from some months after launch on; thresholds are the
user's (table `lockin`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.lockin.exit_cost import ExitBasis, ExitCosts, exit_costs
from sim.lockin.inputs import LockinInputs
from sim.lockin.layers import LayerSet
from sim.lockin.parameters import LockinParameters
from sim.lockin.state import evolve

DoorClass = Literal["two_way", "sticky", "compounding"]

CLASSES: tuple[DoorClass, ...] = ("two_way", "sticky", "compounding")
"""Classes from the easiest to the hardest; arrays of classes hold positions in it."""

MARKS = (6, 12, 24, 36)
"""After how many months the cash to leave is printed; a mark past the horizon is left out."""

GROWTH_STEPS = 41
"""Growth rates tried between the lowest and the highest."""


@dataclass(frozen=True, slots=True)
class Door:
    """One decision's class, with and without growth forgone, and how sure it is.

    `growth_of_burden` is the months of profit to leave at the horizon's end
    over those at the first judged month; `nan` where neither can be paid from
    profit. `probability` is each class's share of draws. `compounds_below_growth`
    is the highest monthly growth tried at which the decision still compounds;
    `nan` where it does at none.
    """

    decision: str
    door_class: DoorClass
    class_cash_only: DoorClass
    growth_of_burden: float
    growth_of_burden_cash_only: float
    payable: bool
    """Whether leaving could be paid from profit in every judged month."""
    probability: Mapping[DoorClass, float]
    usd: Mapping[int, float]
    """Cash to leave after 6, 12, 24 and 36 months."""
    exit_months: float
    """Months to leave at the horizon's end."""
    compounds_below_growth: float
    compounds_below_growth_cash_only: float

    @property
    def class_share(self) -> float:
        """Share of draws that give the printed class."""
        return self.probability[self.door_class]


def trailing_mean(flow: np.ndarray, window_months: int) -> np.ndarray:
    """Mean of a month and those before it, up to the window; the first months use what there is."""
    months = flow.shape[-1]
    total = np.array(flow, dtype=float)
    for lag in range(1, min(window_months, months)):
        total[..., lag:] += flow[..., :-lag]
    return total / np.minimum(np.arange(1, months + 1), window_months)


def payable_profit_usd(inputs: LockinInputs, parameters: LockinParameters) -> np.ndarray:
    """Monthly gross profit from which leaving can be paid; 0 where it is too thin to pay from.

    It is the trailing mean of gross profit, and too thin where it is below a
    stated share of the same mean of revenue, or not above zero.
    """
    window = int(parameters.profit_window_months)
    profit_usd = trailing_mean(inputs.gross_profit_usd, window)
    least_usd = parameters.not_payable_profit_share * trailing_mean(inputs.revenue_usd, window)
    return np.where((profit_usd > 0) & (profit_usd >= least_usd), profit_usd, 0.0)


def months_of_profit(usd: np.ndarray, profit_usd: np.ndarray) -> np.ndarray:
    """How many months of payable profit an amount takes; `inf` where there is none to pay from."""
    payable = profit_usd > 0
    return np.where(payable, usd / np.where(payable, profit_usd, 1), np.inf)


def first_judged(inputs: LockinInputs, parameters: LockinParameters) -> int:
    """Index of the first judged month: its end lies the stated months after launch.

    The last month, where the horizon ends earlier.
    """
    return max(0, min(inputs.launch_month + int(parameters.judged_after_launch_months), inputs.months) - 1)


def growth_of_burden(burden_months: np.ndarray, judged: int) -> np.ndarray:
    """Months of profit at the horizon's end over those at the first judged month; `nan` if neither is payable."""
    first, last = burden_months[..., judged], burden_months[..., -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return last / first


def classify(
    burden_months: np.ndarray, *, exit_months: np.ndarray, judged: int, parameters: LockinParameters
) -> np.ndarray:
    """Positions in CLASSES, shape (...): one for each draw.

    Args:
        burden_months: months of profit to leave, shape (..., months), `inf` where not payable.
        exit_months: time to leave, same shape.
        judged: index of the first judged month.
    """
    light = burden_months[..., judged:] <= parameters.two_way_months_of_profit
    quick = exit_months[..., judged:] <= parameters.two_way_exit_months
    two_way = (light & quick).all(axis=-1)
    grows = growth_of_burden(burden_months, judged) >= parameters.compounding_ratio
    return np.where(two_way, 0, np.where(grows, 2, 1))


def basis_of(inputs: LockinInputs, parameters: LockinParameters) -> ExitBasis:
    """Stocks over the horizon and what leaving rests on; in worlds of other growth where the parameters say so."""
    if parameters.growth_per_month is not None:
        inputs = inputs.grown(parameters.growth_per_month, parameters.data_deleted_share)
    stocks = evolve(
        data_gb=inputs.data_gb,
        vectors=inputs.vectors,
        data_start_gb=inputs.data_start_gb,
        open_share=inputs.open_share,
        rebuilt=inputs.rebuilt,
        parameters=parameters,
    )
    return ExitBasis.of(stocks=stocks, inputs=inputs, parameters=parameters)


@dataclass(frozen=True, slots=True, eq=False)
class _Judgement:
    """Classes of one set of layers over worlds or draws, with growth forgone and without."""

    full: np.ndarray
    cash_only: np.ndarray


def _judge(basis: ExitBasis, costs: ExitCosts, *, profit_usd: np.ndarray) -> _Judgement:
    """Args: profit_usd: as `payable_profit_usd` of the basis, which every set of layers is paid from."""
    judged = first_judged(basis.inputs, basis.parameters)
    full, cash_only = (
        classify(
            months_of_profit(usd, profit_usd),
            exit_months=costs.exit_months,
            judged=judged,
            parameters=basis.parameters,
        )
        for usd in (costs.usd_with_growth_forgone, costs.usd_cash)
    )
    return _Judgement(full=full, cash_only=cash_only)


def doors(
    basis: ExitBasis, costs: Mapping[str, ExitCosts], *, sets: Mapping[str, LayerSet], draws: int, seed: int
) -> dict[str, Door]:
    """The door of each named set of layers.

    Args:
        basis: the scenario at its likely parameters.
        costs: its exit costs by name.
        sets: the layers behind each name.
        draws: futures over which a class's probability is taken.
        seed: of the draws.
    """
    lowest, highest = basis.parameters.growth_range
    rates = np.linspace(lowest, highest, GROWTH_STEPS)
    futures = basis_of(basis.inputs, basis.parameters.draws(draws, seed))
    worlds = basis_of(basis.inputs, basis.parameters.at_growth(rates))
    here_usd, drawn_usd, grown_usd = (
        payable_profit_usd(each.inputs, each.parameters) for each in (basis, futures, worlds)
    )
    return {
        name: _door(
            name,
            basis,
            costs=costs[name],
            profit_usd=here_usd,
            over_draws=_judge(futures, exit_costs(futures, layers), profit_usd=drawn_usd),
            over_growth=_judge(worlds, exit_costs(worlds, layers), profit_usd=grown_usd),
            rates=rates,
        )
        for name, layers in sets.items()
    }


def _door(
    name: str,
    basis: ExitBasis,
    *,
    costs: ExitCosts,
    profit_usd: np.ndarray,
    over_draws: _Judgement,
    over_growth: _Judgement,
    rates: np.ndarray,
) -> Door:
    judged = first_judged(basis.inputs, basis.parameters)
    in_full = months_of_profit(costs.usd_with_growth_forgone, profit_usd)
    in_cash = months_of_profit(costs.usd_cash, profit_usd)
    here = _judge(basis, costs, profit_usd=profit_usd)
    return Door(
        decision=name,
        door_class=CLASSES[int(here.full)],
        class_cash_only=CLASSES[int(here.cash_only)],
        growth_of_burden=float(growth_of_burden(in_full, judged)),
        growth_of_burden_cash_only=float(growth_of_burden(in_cash, judged)),
        payable=bool((profit_usd[judged:] > 0).all()),
        probability={c: float(np.mean(over_draws.full == position)) for position, c in enumerate(CLASSES)},
        usd={after: float(costs.usd_cash[after - 1]) for after in MARKS if after <= basis.inputs.months},
        exit_months=float(costs.exit_months[-1]),
        compounds_below_growth=_highest_compounding(over_growth.full, rates),
        compounds_below_growth_cash_only=_highest_compounding(over_growth.cash_only, rates),
    )


def _highest_compounding(classes: np.ndarray, rates: np.ndarray) -> float:
    compounding = rates[classes == CLASSES.index("compounding")]
    return float(compounding.max()) if compounding.size else float("nan")
