"""The tree behind the cash and the months to leave: work, data, prompts, contracts, down to the rows they rest on."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from math import isclose
from types import MappingProxyType

import numpy as np

from sim.catalogue import Catalogue, Fact
from sim.economics import Node
from sim.lockin import LAYER_NAMES, LAYERS, SHOWN_SETS, WHOLE, ExitCosts, LayerSet, LockinResult
from sim.lockin.exit_cost import TOKENS_PER_MTOK
from sim.scenario import in_month
from sim.scenario.assumptions import catalogue_of
from sim.strategy.months import first_day
from sim.strategy.outcome import Outcome

TABLE = "lockin"
COMPONENT_NAMES = MappingProxyType({
    "move": "Fee to move data out",
    "embed": "Rebuild the index",
    "rework": "Rewrite what is tied in",
    "dual": "Run both for a while",
    "reval": "Test the answers again",
    "compliance": "Compliance",
    "commitment": "Contract still owed",
})  # fmt: skip
"""What each part of the cash is for, in the order of a waterfall."""


def explain_exit(outcome: Outcome, *, month: int, name: str = WHOLE) -> Node:
    """The tree behind the cash to leave, decided at the end of a month: a sum of what is not zero.

    Args:
        month: from 0.
        name: a layer, or the whole.

    Raises:
        LookupError: the outcome was kept without its lock-in.
    """
    label = "Cash to leave everything" if name == WHOLE else f"Cash to leave the {LAYER_NAMES[name]}"
    return explain_leaving(outcome, label, month=month, layers=SHOWN_SETS[name], components=tuple(_PARTS))


def explain_leaving(
    outcome: Outcome, label: str, *, month: int, layers: LayerSet, components: Collection[str]
) -> Node:
    """As `explain_exit`, for any set of layers and the parts of the bill that count.

    Args:
        components: of the cash, by their names in COMPONENT_NAMES; contracts run on where a layer is only exchanged.
    """
    at = _Exit.of(outcome, month=month, layers=layers)
    parts = tuple(make(at) for name, make in _PARTS.items() if name in components and at.usd(name) != 0)
    return Node(label, sum(at.usd(name) for name in _PARTS if name in components), "USD", "sum", parts)


def explain_exit_months(outcome: Outcome, *, month: int, name: str = WHOLE) -> Node:
    """The tree behind the months to leave; arguments and errors as for `explain_exit`."""
    at = _Exit.of(outcome, month=month, layers=SHOWN_SETS[name])
    work = _work(at)
    team = Node(
        "Rewriting by the team that does it", work.value / at.value("team_people"), "months", "work ÷ people",
        (work, at.stated("People who do it", "team_people", "people")),
    )  # fmt: skip
    longest = Node(
        "Whichever takes longer", max(team.value, at.transfer_months), "months", "longest", (team, _transfer(at))
    )
    checked = at.stated("Time to check the new way", "validation_months", "months")
    found = outcome.months[month].exit[name].exit_months
    return Node("Months to leave", found, "months", "sum", (longest, checked))


@dataclass(frozen=True, slots=True)
class _Exit:
    """Leaving one set of layers at the end of one month, and where its values come from."""

    lockin: LockinResult
    costs: ExitCosts
    layers: LayerSet
    month: int
    stated_values: dict[str, float]
    """What the scenario itself states by then."""
    eu_switch: bool
    """Whether moving data out falls under the EU's rules."""
    day: date
    catalogue: Catalogue

    @classmethod
    def of(cls, outcome: Outcome, *, month: int, layers: LayerSet) -> "_Exit":
        if outcome.lockin is None:
            raise LookupError("this outcome was kept without its lock-in. Evaluate the scenario again.")
        state = in_month(outcome.scenario, month)
        return cls(
            outcome.lockin,
            outcome.lockin.leaving(layers).costs,
            layers,
            month,
            dict(state.lockin),
            eu_switch=state.decisions.residency != "anywhere",
            day=first_day(outcome.scenario.start, month),
            catalogue=catalogue_of(outcome.scenario),
        )

    def of_month(self, values: np.ndarray) -> float:
        """A value that may hold for all months or differ by month."""
        return float(values[self.month]) if np.ndim(values) else float(values)

    def usd(self, component: str) -> float:
        return self.of_month(self.costs.components[component])

    def value(self, name: str) -> float:
        """A lock-in value in this month."""
        return self.of_month(getattr(self.lockin.basis.parameters, name))

    @property
    def reembeds(self) -> bool:
        basis = self.lockin.basis
        return "data" in self.layers and bool(basis.inputs.reembeds(self.layers)[self.month])

    @property
    def transfer_months(self) -> float:
        basis = self.lockin.basis
        moved = self.of_month(basis.move_months) if "data" in self.layers else 0.0
        return max(moved, self.of_month(basis.embed_months) if self.reembeds else 0.0)

    def stated(self, label: str, name: str, unit: str) -> Node:
        """A lock-in value as a leaf: with its row of the catalogue, or the setting that takes its place."""
        value = self.value(name)
        facts, fields = self.source(name, "value", value)
        return Node(label, value, unit, facts=facts, fields=fields)

    def of_layer(self, label: str, name: str, layer: str, *, unit: str) -> Node:
        """The same of a value that each layer has its own of."""
        value = float(getattr(self.lockin.basis.parameters, name)[LAYERS.index(layer)])
        facts, fields = self.source(name, layer, value)
        return Node(label, value, unit, facts=facts, fields=fields)

    def source(
        self, name: str, quantity: str, value: float, *, on: date | None = None
    ) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
        """The row that a value rests on, or the setting that takes its place."""
        own = name if quantity == "value" else f"{name}.{quantity}"
        if own in self.stated_values and isclose(self.stated_values[own], value):
            return (), (f"lockin.{own}",)
        return (self.catalogue.fact(TABLE, name, quantity, on),), ()


def _moved(at: _Exit) -> Node:
    basis, catalogue = at.lockin.basis, at.catalogue
    share = at.of_month(basis.inputs.egress_factor)
    row = "egress_factor_eu" if at.eu_switch else "egress_factor"
    tiers = tuple(
        catalogue.fact("network", id, "usd_per_gb")
        for id in catalogue.ids("network")
        if id.startswith("internet_tier_")
    )
    usd = at.usd("move")
    listed = Node(
        "List price of moving it out", usd / share if share else 0.0, "USD", "tier by tier",
        (Node("Data held", at.of_month(basis.stocks.data_gb), "GB"),), facts=tiers,
    )  # fmt: skip
    facts, fields = at.source(row, "value", share, on=at.day)
    charged = Node("Part of it that may be charged", share, "share", facts=facts, fields=fields)
    return Node(COMPONENT_NAMES["move"], usd, "USD", "product", (listed, charged))


def _index(at: _Exit) -> Node:
    vectors = Node("Vectors held", at.of_month(at.lockin.basis.stocks.vectors), "vectors")
    built = _product(
        "Index built again", (vectors, at.stated("To build it", "index_usd_per_vector", "USD/vector"))
    )
    parts = [built]
    if at.reembeds:
        tokens = _product(
            "Tokens of all vectors",
            (vectors, at.stated("Tokens of a vector", "tokens_per_vector", "tokens")),
            unit="1M tokens", over=TOKENS_PER_MTOK,
        )  # fmt: skip
        price = at.stated("To make them again with another model", "embed_usd_per_mtok", "USD/1M tokens")
        parts.append(_product("Vectors made again", (tokens, price)))
    return Node(COMPONENT_NAMES["embed"], at.usd("embed"), "USD", "sum", tuple(parts))


def _rework(at: _Exit) -> Node:
    over = at.stated("Overrun", "overrun", "share")
    price = at.stated("A person for a month", "usd_per_person_month", "USD/month")
    return Node(COMPONENT_NAMES["rework"], at.usd("rework"), "USD", "work × price × (1 + overrun)",
                (_work(at), price, over))  # fmt: skip


def _work(at: _Exit) -> Node:
    """Person-months to rewrite what is tied in, by layer."""
    basis = at.lockin.basis
    by_layer = [
        Node(
            f"{LAYER_NAMES[layer][0].upper()}{LAYER_NAMES[layer][1:]}",
            float(basis.person_months[at.month, index]), "person-months", "work of a place × places ^ exponent",
            (
                at.of_layer("Work of a place", "rework_pm_per_point", layer, unit="person-months"),
                Node("Places tied in", float(basis.stocks.points[at.month, index]), "places"),
                at.stated("Exponent", "rework_exponent", "exponent"),
            ),
        )
        for index, layer in enumerate(LAYERS)
        if layer in at.layers
    ]  # fmt: skip
    return Node("Work", sum(node.value for node in by_layer), "person-months", "sum", tuple(by_layer))


def _dual(at: _Exit) -> Node:
    checked = at.stated("Time to check the new way", "validation_months", "months")
    moving = _transfer(at)
    together = Node("Both run for", moving.value + checked.value, "months", "sum", (moving, checked))
    bill = Node("Bill of what runs twice", at.of_month(at.lockin.basis.inputs.run_bill_of(at.layers)), "USD/month")
    share = at.stated("Part of it that is paid twice", "dual_share", "share")
    return _product(COMPONENT_NAMES["dual"], (together, share, bill))


def _transfer(at: _Exit) -> Node:
    """Time to move the data, or to make the vectors again where that takes longer."""
    sources = (
        at.stated("Speed of the link", "link_gbps", "Gbit/s"),
        at.stated("Usable part of it", "link_usable_share", "share"),
        at.stated("Sent twice", "resent_share", "share"),
        *((at.stated("Speed of making vectors again", "embed_tokens_per_min", "tokens/min"),) if at.reembeds else ()),
    )
    return Node("Moving the data", at.transfer_months, "months", "the data over the link", sources)


def _tests(at: _Exit) -> Node:
    parts = [at.stated("Evaluation", "evaluation_usd", "USD")]
    if "model_api" in at.layers:
        prompts = Node("Prompts tuned to the model", at.of_month(at.lockin.basis.stocks.prompts), "prompts")
        each = at.stated("To tune one to another model", "usd_per_prompt", "USD/prompt")
        parts.append(_product("Prompts tuned anew", (prompts, each)))
    return Node(COMPONENT_NAMES["reval"], at.usd("reval"), "USD", "sum", tuple(parts))


def _compliance(at: _Exit) -> Node:
    regions = Node("Regions that serve", at.of_month(at.lockin.basis.inputs.regions), "regions")
    each = at.stated("Papers and audit of one", "compliance_usd_per_region", "USD/region")
    return _product(COMPONENT_NAMES["compliance"], (regions, each))


def _owed(at: _Exit) -> Node:
    return Node(
        COMPONENT_NAMES["commitment"], at.usd("commitment"), "USD", "months left of GPUs under contract × their rent",
        fields=("platform.commitment_months", "platform.reserved_share"),
    )  # fmt: skip


def _product(label: str, parts: tuple[Node, ...], *, unit: str = "USD", over: float = 1.0) -> Node:
    value = float(np.prod([part.value for part in parts])) / over
    return Node(label, value, unit, "product", parts)


_PARTS: dict[str, Callable[[_Exit], Node]] = {
    "move": _moved,
    "embed": _index,
    "rework": _rework,
    "dual": _dual,
    "reval": _tests,
    "compliance": _compliance,
    "commitment": _owed,
}
