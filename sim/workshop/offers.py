"""What a card would cost a team now: its own amounts, and what the catalogue and the lock-in state make of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.economics import choices
from sim.lockin import LAYERS, LayerSet, dragged_along, embedding_ties
from sim.lockin.moves import left_by
from sim.scenario import Scenario, in_month
from sim.scenario.assumptions import catalogue_of
from sim.strategy import Outcome
from sim.strategy.evaluate import price_book
from sim.strategy.months import first_day
from sim.workshop.cards import Card, Deck
from sim.workshop.playing import PEOPLE, monthly_usd, played_scenario
from sim.workshop.session import Play

PAID_ANYWAY = "commitment"


@dataclass(frozen=True, slots=True)
class Offer:
    """A card with its price for one team at the start of a round.

    Money is what is fixed by taking it: people, fees, audits, the move. What
    tokens and GPUs will cost follows from use, and is for the team to predict.
    """

    card: Card
    usd_now: float
    """Once: set-up, audit, and the cash of a move where a layer in use is left."""
    usd_per_month: float
    """People, fees and duties, more or less than now."""
    launch_months: int
    """Months by which the launch moves; 0 once the first round is over."""
    move_months: float
    """Months until the new way serves; 0 where it takes effect at once."""
    leaves: tuple[str, ...]
    """Layers that are left by it, what they drag along included."""
    in_force: bool
    """Whether it changes nothing: it was played before, or says what holds anyway."""


def offers(
    base: Scenario, deck: Deck, *, plays: Sequence[Play], month: int, outcome: Outcome | None
) -> tuple[Offer, ...]:
    """Every card of the deck for a team that has taken some decisions.

    Args:
        plays: decisions of earlier rounds.
        month: first month of the round.
        outcome: of those decisions; needed once there is something to leave, so from month 1 on.
    """
    before = played_scenario(base, deck, plays=plays)
    return tuple(
        _offer(card, base=base, deck=deck, plays=plays, month=month, before=before, outcome=outcome)
        for card in deck.cards
    )


def _offer(
    card: Card, *, base: Scenario, deck: Deck, plays: Sequence[Play], month: int, before: Scenario,
    outcome: Outcome | None,
) -> Offer:  # fmt: skip
    after = played_scenario(base, deck, plays=(*plays, Play(card.id, month)))
    old, new = in_month(before, month), in_month(after, month)
    prices = price_book(catalogue_of(base)).on(first_day(base.start, month))
    was, will = choices(old.decisions, prices), choices(new.decisions, prices)
    person_usd = prices.value(*PEOPLE)
    left = left_along(old, new) if month > 0 else frozenset[str]()
    move_usd, move_months = leaving_cost(outcome, left, month=month)
    in_force = _last_of_group(deck, plays, card.group) == card.id or _same(old, new)
    begins = month == 0
    return Offer(
        card=card,
        usd_now=(0.0 if in_force else card.usd_once)
        + move_usd
        + (will.audit_usd_once - was.audit_usd_once if begins else 0.0),
        usd_per_month=(0.0 if in_force else monthly_usd(card, base=base, month=month))
        + (will.run_fte - was.run_fte) * person_usd
        + (will.compliance_usd_per_month - was.compliance_usd_per_month)
        + (will.premium_usd_per_month - was.premium_usd_per_month),
        launch_months=will.launch_month - was.launch_month if begins else 0,
        move_months=move_months,
        leaves=tuple(layer for layer in LAYERS if layer in left),
        in_force=in_force,
    )


def left_along(before: Scenario, after: Scenario) -> LayerSet:
    """Layers left by a change of the state, with those that they drag along."""
    left = frozenset[str]().union(*left_by(before, after).values())
    return dragged_along(left, embedding_ties(before.decisions)) if left else left


def leaving_cost(outcome: Outcome | None, layers: LayerSet, *, month: int) -> tuple[float, float]:
    """Cash and months of a move decided in a month, by the state at the end of the one before; contracts run on."""
    if not layers or outcome is None or outcome.lockin is None:
        return 0.0, 0.0
    costs, at = outcome.lockin.leaving(layers).costs, max(0, month - 1)
    usd = sum(float(amount[at]) for name, amount in costs.components.items() if name != PAID_ANYWAY)
    return usd, float(costs.exit_months[at])


def _same(one: Scenario, other: Scenario) -> bool:
    """Whether two states are equal but for the record of what was decided."""
    return one.model_copy(update={"changes": ()}) == other.model_copy(update={"changes": ()})


def _last_of_group(deck: Deck, plays: Sequence[Play], group: str) -> str | None:
    ids = [play.card for play in plays if deck.card(play.card).group == group]
    return ids[-1] if ids else None
