"""Which cards go together in one round."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sim.workshop.cards import Deck


def hand_faults(deck: Deck, cards: Sequence[str]) -> Iterator[str]:
    """Why cards cannot be played together in one round; none where they can."""
    known = {card.id for card in deck.cards}
    unknown = [card for card in cards if card not in known]
    if unknown:
        yield f"The deck has no card '{unknown[0]}'. Choose from the cards that are listed."
        return
    if len(set(cards)) < len(cards):
        yield "The same card was chosen twice. Choose each at most once."
    if len(cards) > deck.budget:
        yield f"{len(cards)} cards were chosen; {deck.budget} are the most in a round. Put some back."
    chosen = [deck.card(id) for id in dict.fromkeys(cards)]
    for group, count in Counter(card.group for card in chosen).items():
        if count > 1:
            titles = " and ".join(f"'{card.title}'" for card in chosen if card.group == group)
            yield f"{titles} answer the same question. Choose one of them."
