"""What lock-in rests on beside the simulated months: the catalogue's table `lockin`, or a scenario's own values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from sim.catalogue import Catalogue, Fact
from sim.lockin.layers import LAYERS
from sim.workload.streams import stream

TABLE = "lockin"
PER_LAYER = ("rework_pm_per_point", "points_per_feature", "data_gain", "points_start")
GROWTH = "growth_per_month"
EGRESS = ("egress_factor", "egress_factor_eu")

DRAWN = (
    "rework_pm_per_point",
    "data_gain",
    "features_per_month",
    "team_people",
    "frozen_share",
    "rework_exponent",
    GROWTH,
)
"""What decides a door's class and is known least; prices, thresholds and law stay as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class LockinParameters:
    """Values of the table `lockin`, by the table's names and in its units.

    A value of its own is an array of shape () or, over draws, (draws, 1), so
    that it broadcasts against months. A value by layer has shape (layers,) or
    (draws, 1, layers), in the order of `LAYERS`.
    """

    link_gbps: np.ndarray
    link_usable_share: np.ndarray
    resent_share: np.ndarray
    embed_usd_per_mtok: np.ndarray
    embed_tokens_per_min: np.ndarray
    index_usd_per_vector: np.ndarray
    tokens_per_vector: np.ndarray
    rework_pm_per_point: np.ndarray
    points_per_feature: np.ndarray
    data_gain: np.ndarray
    points_start: np.ndarray
    features_per_month: np.ndarray
    point_retirement: np.ndarray
    rework_exponent: np.ndarray
    overrun: np.ndarray
    dual_share: np.ndarray
    validation_months: np.ndarray
    usd_per_person_month: np.ndarray
    team_people: np.ndarray
    frozen_share: np.ndarray
    recovery_months: np.ndarray
    prompts_start: np.ndarray
    prompts_per_feature: np.ndarray
    usd_per_prompt: np.ndarray
    evaluation_usd: np.ndarray
    compliance_usd_per_region: np.ndarray
    data_half_gb: np.ndarray
    data_deleted_share: np.ndarray
    two_way_months_of_profit: np.ndarray
    two_way_exit_months: np.ndarray
    compounding_ratio: np.ndarray
    judged_after_launch_months: np.ndarray
    not_payable_profit_share: np.ndarray
    profit_window_months: np.ndarray
    days_per_month: float
    egress_from_gb: tuple[float, ...]
    """Where each price tier of internet egress begins; the last is open above."""
    egress_usd_per_gb: tuple[float, ...]
    growth_range: tuple[float, float]
    """Monthly growth over which classes are tried, lowest and highest."""
    ranges: Mapping[str, tuple[float, float]]
    """Lowest and highest of every value that `draws` varies; empty once drawn."""
    growth_per_month: np.ndarray | None = None
    """Growth that replaces the planned one, shape (draws, 1); `None` leaves the plan as it is."""

    @classmethod
    def of(cls, catalogue: Catalogue, overrides: Mapping[str, float] | None = None) -> "LockinParameters":
        """The likely values, or a scenario's own.

        Args:
            catalogue: its tables `lockin`, `network` (internet tiers) and `business` (days of a month).
            overrides: values that a scenario states, named by the table's id, or `id.layer` where it
                holds one for each layer. What a scenario states is settled: `draws` does not vary it.

        Raises:
            LookupError: an override names no parameter.
        """
        facts = {_key(fact): catalogue.fact(TABLE, fact.id, fact.quantity) for fact in catalogue.rows(TABLE)}
        stated = _checked(overrides or {}, facts)
        values = {name: stated.get(name, fact.likely) for name, fact in facts.items()}
        named = {field.name for field in fields(cls)} & {name for name in facts if "." not in name and name != GROWTH}
        tiers = _egress_tiers(catalogue)
        return cls(
            **{name: np.asarray(values[name], dtype=float) for name in named},
            **{name: np.array([values[f"{name}.{layer}"] for layer in LAYERS]) for name in PER_LAYER},
            days_per_month=catalogue.value("business", "rules", "days_per_month"),
            egress_from_gb=(0.0, *(up_to_gb for up_to_gb, _ in tiers[:-1])),
            egress_usd_per_gb=tuple(usd_per_gb for _, usd_per_gb in tiers),
            growth_range=(facts[GROWTH].low, facts[GROWTH].high),
            ranges=MappingProxyType(
                {name: (f.low, f.high) for name, f in facts.items() if _id(name) in DRAWN and name not in stated}
            ),
        )

    def draws(self, n: int, seed: int) -> "LockinParameters":
        """Values drawn over their ranges, one set for each of `n` futures.

        The law is uniform from low to high for each value, independently of
        the others (each layer on its own too), by Latin hypercube: every
        n-th part of a range is met exactly once. Monthly growth is drawn as
        well, and then replaces the plan. Thresholds, the egress rule, the
        share of data deleted and whatever a scenario states stay as they are.
        """
        drawn = {name: _latin(name, bounds, n=n, seed=seed) for name, bounds in self.ranges.items()}
        single = {name: values for name, values in drawn.items() if "." not in name}
        layered = {name: self._layered(name, drawn, n) for name in PER_LAYER}
        return replace(self, **single, **layered, ranges=MappingProxyType({}))  # type: ignore[arg-type]

    def at_growth(self, growth_per_month: np.ndarray) -> "LockinParameters":
        """The same values in worlds of other growth, shape (worlds,)."""
        return replace(self, growth_per_month=growth_per_month[:, None], ranges=MappingProxyType({}))

    def _layered(self, name: str, drawn: Mapping[str, np.ndarray], n: int) -> np.ndarray:
        likely = getattr(self, name)
        by_layer = [drawn.get(f"{name}.{layer}", np.full((n, 1), likely[i])) for i, layer in enumerate(LAYERS)]
        return np.stack(by_layer, axis=-1)


def egress_factor(catalogue: Catalogue, on: date, *, eu_switch: bool, overrides: Mapping[str, float]) -> float:
    """Share of the list price that the vendor may charge for data moved out on a day.

    Args:
        eu_switch: whether the contract falls under the EU's switching rules.
        overrides: a scenario's own lock-in values.
    """
    name = EGRESS[1] if eu_switch else EGRESS[0]
    return overrides.get(name, catalogue.value(TABLE, name, "value", on))


def _key(fact: Fact) -> str:
    return f"{fact.id}.{fact.quantity}" if fact.id in PER_LAYER else fact.id


def _id(name: str) -> str:
    """The table's id behind a parameter's name."""
    return name.partition(".")[0]


def _checked(overrides: Mapping[str, float], facts: Mapping[str, Fact]) -> Mapping[str, float]:
    for name in overrides:
        if name not in facts:
            near = get_close_matches(name, list(facts), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise LookupError(f"lockin.{name}: the catalogue's table '{TABLE}' has no such parameter.{hint}")
    return overrides


def _egress_tiers(catalogue: Catalogue) -> list[tuple[float, float]]:
    """(upper end [GB], price [USD/GB]) of the internet tiers, in order."""
    tiers = [catalogue.quantities("network", id) for id in catalogue.ids("network") if id.startswith("internet_tier_")]
    return sorted((tier["up_to_gb"], tier["usd_per_gb"]) for tier in tiers)


def _latin(name: str, bounds: tuple[float, float], *, n: int, seed: int) -> np.ndarray:
    return (bounds[0] + (bounds[1] - bounds[0]) * _latin_shares(name, n, seed))[:, None]


@lru_cache(maxsize=256)
def _latin_shares(name: str, n: int, seed: int) -> np.ndarray:
    """Where in its range each future's value lies; the same futures serve every scenario of a seed."""
    random = stream(seed, 0, name=f"lockin.{name}")
    shares = (random.permutation(n) + random.random(n)) / n
    shares.setflags(write=False)
    return shares
