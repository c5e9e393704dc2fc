"""From what a team decided to the scenario that is played: cards as dated changes, shocks at their months."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.scenario import Scenario, load, set_fields
from sim.scenario.assumptions import catalogue_of
from sim.scenario.events import Gravity
from sim.strategy.evaluate import price_book
from sim.strategy.months import first_day
from sim.workshop.cards import Card, Deck, Future, ShockCard
from sim.workshop.session import Play, Session

PEOPLE = ("people", "platform", "usd_per_month")


def starting_scenario(deck: Deck, *, seed: int | None = None) -> Scenario:
    """As every team of a deck starts; all teams play on one seed."""
    preset = load(deck.scenario)
    return set_fields(preset, {"name": deck.title, **deck.sets, **({} if seed is None else {"seed": seed})})


def played_scenario(
    base: Scenario, deck: Deck, *, plays: Sequence[Play], shocks: Sequence[Mapping[str, Any]] = ()
) -> Scenario:
    """The base with a team's decisions as dated changes.

    Args:
        plays: cards and their months, in order; a later card of a group takes the place of an earlier one.
        shocks: as a scenario lists them.

    Raises:
        ScenarioError: the decisions do not go together.
    """
    by_month: dict[int, dict[str, Any]] = {}
    titles: dict[int, list[str]] = {}
    for play in plays:
        card = deck.card(play.card)
        titles.setdefault(play.month, []).append(card.title)
        by_month.setdefault(play.month, {}).update(card.sets)
    for month, settings in _programs(base, deck, plays).items():
        by_month.setdefault(month, {}).update(settings)
    changes = [
        {"month": month, "because": f"Cards: {', '.join(titles.get(month, ['set up']))}."[:400], "set": settings}
        for month, settings in sorted(by_month.items())
        if settings and month < base.months
    ]
    return set_fields(base, {"changes": changes, "shocks": list(shocks)})


def team_scenario(session: Session, team: str, *, through: int, step: int | None = None) -> Scenario:
    """What a team plays once a round is over: its decisions so far, and the shocks that have struck by its end.

    One of a later month is left out, so that results which a room has seen stay as they were.
    """
    setup = session.setup
    plays = session.plays(team, through=through, step=step)
    shocks = thrown_shocks(session, until=setup.deck.rounds[through].last_month + 1)
    return played_scenario(setup.scenario, setup.deck, plays=plays, shocks=shocks)


def standing_scenario(session: Session, team: str, *, before: int) -> Scenario:
    """Where a team stands when a round begins: its decisions until then, and the shocks that have struck.

    A shock of the round itself is left out, hidden or not. So this is what the last reveal has shown.

    Args:
        before: position of the round.
    """
    setup = session.setup
    until = setup.deck.rounds[before].first_month
    plays = session.in_force(team, before=before)
    return played_scenario(setup.scenario, setup.deck, plays=plays, shocks=thrown_shocks(session, until=until))


def thrown_shocks(session: Session, *, until: int) -> tuple[dict[str, Any], ...]:
    """Shocks of a session as a scenario lists them.

    Args:
        until: first month whose shocks are left out.
    """
    deck = session.setup.deck
    return tuple(
        thrown_as(deck.shock(thrown.shock), month=thrown.month, size=thrown.size)
        for thrown in sorted(session.thrown, key=lambda thrown: (thrown.month, thrown.seq))
        if thrown.month < until
    )


def thrown_as(card: ShockCard, *, month: int, size: Gravity) -> dict[str, Any]:
    """A shock card at a month, as a scenario lists it."""
    return {"shock": card.shock, "month": month, "size": size, "because": card.title}


def future_scenario(base: Scenario, deck: Deck, *, plays: Sequence[Play], future: Future) -> Scenario:
    """The same decisions in another world."""
    shocks = [shock.model_dump(mode="json") for shock in future.shocks]
    world = set_fields(base, future.sets) if future.sets else base
    return played_scenario(world, deck, plays=plays, shocks=shocks)


def monthly_usd(card: Card, *, base: Scenario, month: int) -> float:
    """What a card costs a month beside its settings: its people, priced by the catalogue, and its fees."""
    prices = price_book(catalogue_of(base)).on(first_day(base.start, month))
    return card.fte * prices.value(*PEOPLE) + card.usd_per_month


def _programs(base: Scenario, deck: Deck, plays: Sequence[Play]) -> dict[int, dict[str, float]]:
    """Settings of `company.programs` by month: what runs on, and once what is paid once.

    A later card of a group ends what the earlier one cost.
    """
    settings: dict[int, dict[str, float]] = {}
    running: dict[str, Play] = {}
    for play in plays:
        card = deck.card(play.card)
        former = running.get(card.group)
        if former is not None and former.card == play.card:
            continue
        if former is not None and _costs(deck.card(former.card)):
            settings.setdefault(play.month, {})[f"company.programs.{former.card}"] = 0.0
        running[card.group] = play
        if not _costs(card):
            continue
        usd = monthly_usd(card, base=base, month=play.month)
        name = f"company.programs.{card.id}"
        settings.setdefault(play.month, {})[name] = usd + card.usd_once
        if card.usd_once:
            settings.setdefault(play.month + 1, {})[name] = usd
    return settings


def _costs(card: Card) -> bool:
    return bool(card.fte or card.usd_per_month or card.usd_once)
