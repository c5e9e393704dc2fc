"""What no single field of a deck can say: that its parts belong together and can be played."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from pydantic import ValidationError

from sim.lockin.moves import left_by
from sim.scenario import Scenario, ScenarioError, in_month
from sim.workshop.cards import Card, Deck
from sim.workshop.hands import hand_faults
from sim.workshop.playing import future_scenario, played_scenario, starting_scenario, thrown_as
from sim.workshop.session import Play


@lru_cache(maxsize=16)
def checked(deck_json: str) -> Deck:
    """The deck of a JSON text, field by field and as a whole.

    Raises:
        ValueError: with the first of its faults, as a sentence.
    """
    try:
        deck = Deck.model_validate_json(deck_json, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}.") from error
    faults = faults_of(deck)
    if faults:
        raise ValueError(f"{faults[0].rstrip('.')}.")
    return deck


def faults_of(deck: Deck) -> tuple[str, ...]:
    """All faults of a well-formed deck; empty where it can be played."""
    faults = [*_repeated(deck), *_rounds(deck), *_recorded(deck)]
    try:
        base = starting_scenario(deck)
    except ScenarioError as error:
        return (*faults, *(f"scenario '{deck.scenario}': {fault}" for fault in error.faults))
    last = deck.rounds[-1].last_month
    if last >= base.months:
        faults.append(f"rounds: the last month is {last}, and the scenario ends with month {base.months - 1}")
    for position, card in enumerate(deck.cards):
        faults += (f"cards[{position}] ('{card.id}'): {fault}" for fault in _card(deck, card, base))
    for position, shock in enumerate(deck.shocks):
        where = f"shocks[{position}] ('{shock.id}')"
        thrown = (thrown_as(shock, month=0, size=shock.size),)
        faults += _played(where, partial(played_scenario, base, deck, plays=(), shocks=thrown))
    for position, future in enumerate(deck.futures):
        where = f"futures[{position}] ('{future.id}')"
        faults += _played(where, partial(future_scenario, base, deck, plays=(), future=future))
    return tuple(faults)


def _repeated(deck: Deck) -> Iterator[str]:
    ids = {
        "cards": [card.id for card in deck.cards],
        "shocks": [shock.id for shock in deck.shocks],
        "roles": [role.id for role in deck.roles],
        "futures": [future.id for future in deck.futures],
    }
    for name, listed in ids.items():
        counts = Counter(listed)
        yield from (f"{name}: '{id}' stands {count} times" for id, count in counts.items() if count > 1)


def _rounds(deck: Deck) -> Iterator[str]:
    """Rounds follow one another without a gap; practice stands before them and overlaps."""
    played = [(at, plan) for at, plan in enumerate(deck.rounds) if not plan.practice]
    if not played:
        yield "rounds: all of them are practice. Add one that counts."
    expected = 0
    for position, plan in played:
        if plan.first_month != expected:
            yield f"rounds[{position}].first_month: must be {expected}, right after the round before"
        expected = plan.last_month + 1
    for position, plan in enumerate(deck.rounds):
        if plan.last_month < plan.first_month:
            yield f"rounds[{position}].last_month: must not be before the first month, {plan.first_month}"
        if plan.practice and any(at < position for at, _ in played):
            yield f"rounds[{position}]: practice comes before the rounds that count"


def _card(deck: Deck, card: Card, base: Scenario) -> Iterator[str]:
    """The card can be played in every round, and names every layer it leaves."""
    if not (card.sets or card.fte or card.usd_per_month or card.usd_once):
        yield "sets nothing and costs nothing"
    for plan in deck.rounds:
        plays = (Play(card.id, plan.first_month),)
        faults = _played("", partial(played_scenario, base, deck, plays=plays))
        if faults:
            yield from faults
            return
    after = in_month(played_scenario(base, deck, plays=(Play(card.id, deck.rounds[0].first_month),)), base.months - 1)
    left = frozenset[str]().union(*left_by(base, after).values())
    missing = sorted(left - set(card.touches))
    if missing:
        yield f"touches: it leaves {', '.join(missing)} as well; name {'it' if len(missing) == 1 else 'them'}"


def _recorded(deck: Deck) -> Iterator[str]:
    for position, strategy in enumerate(deck.recorded):
        where = f"recorded[{position}] ('{strategy.name}')"
        if len(strategy.cards) != len(deck.rounds):
            yield f"{where}: has cards for {len(strategy.cards)} rounds, and the deck has {len(deck.rounds)}"
        for cards in strategy.cards:
            yield from (f"{where}: {fault}" for fault in hand_faults(deck, cards))


def _played(where: str, play: Callable[[], Scenario]) -> tuple[str, ...]:
    try:
        play()
    except ScenarioError as error:
        return tuple(f"{where}: {fault}" if where else fault for fault in error.faults)
    return ()
