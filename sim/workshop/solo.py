"""Playing a deck alone, against strategies that were recorded: no session, nothing saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.economics import Node
from sim.scenario import Scenario
from sim.workshop.actions import Prediction
from sim.workshop.cards import Deck
from sim.workshop.company import Company, company_at
from sim.workshop.evaluations import Evaluations
from sim.workshop.hands import hand_faults
from sim.workshop.offers import Offer, offers
from sim.workshop.playing import played_scenario, starting_scenario, thrown_as
from sim.workshop.readings import Medals, TeamResult, medals, read
from sim.workshop.refusals import Refused
from sim.workshop.session import Play
from sim.workshop.setup import Team, usual_teams
from sim.workshop.tracing import trace

YOU = "you"


@dataclass(frozen=True, slots=True)
class SoloRound:
    """One round of a solo game: you first, then the recorded strategies."""

    round: int
    month: int
    results: tuple[TeamResult, ...]
    medals: Medals


class Solo:
    """A deck for one; rounds are given in order, practice left out."""

    def __init__(self, deck: Deck, *, seed: int, evaluations: Evaluations | None = None) -> None:
        self.deck = deck
        self.rounds = tuple(at for at, plan in enumerate(deck.rounds) if not plan.practice)
        """Positions of the rounds that are played."""
        self._base = starting_scenario(deck, seed=seed)
        self._evaluations = evaluations or Evaluations()

    def players(self) -> tuple[Team, ...]:
        """You, and the recorded strategies under their names."""
        others = zip(usual_teams(len(self.deck.recorded) + 1)[1:], self.deck.recorded, strict=True)
        you = Team(id=YOU, name="You", shape="triangle")
        return (you, *(team.model_copy(update={"name": recorded.name}) for team, recorded in others))

    def offers(self, hands: Sequence[Sequence[str]]) -> tuple[Offer, ...]:
        """The cards with what each would cost you now.

        Args:
            hands: cards of each round that you have played.
        """
        month = self.deck.rounds[self.rounds[len(hands)]].first_month
        plays = self._plays(hands)
        outcome = self._evaluations.outcome(self._scenario(plays, until=month - 1)) if month > 0 else None
        return offers(self._base, self.deck, plays=plays, month=month, outcome=outcome)

    def company(self, hands: Sequence[Sequence[str]]) -> Company:
        """Your company as it stands when the next round begins; arguments as for `offers`."""
        first_month = self.deck.rounds[self.rounds[len(hands)]].first_month
        outcome = self._evaluations.outcome(self._scenario(self._plays(hands), until=first_month - 1))
        return company_at(outcome, first_month=first_month)

    def play(self, hands: Sequence[Sequence[str]], *, predictions: Sequence[Prediction | None]) -> SoloRound:
        """Results of the last round played.

        Shocks of the deck strike as it lists them, the first in the second round, each in the middle of its round.

        Raises:
            Refused: a hand breaks the rules, or there is no such round.
        """
        if not 0 < len(hands) <= len(self.rounds):
            raise Refused(f"Play 1 to {len(self.rounds)} rounds (got {len(hands)}).")
        for hand in hands:
            for fault in hand_faults(self.deck, hand):
                raise Refused(fault)
        last = self.rounds[len(hands) - 1]
        month = self.deck.rounds[last].last_month
        of_each = [self._plays(hands)]
        of_each += [self._plays([recorded.cards[at] for at in self.rounds[: len(hands)]])
                    for recorded in self.deck.recorded]  # fmt: skip
        results = tuple(
            read(
                self._evaluations.outcome(self._scenario(plays, until=month)),
                team,
                month=month,
                plays=plays,
                prediction=predictions[-1] if team.id == YOU and predictions else None,
            )
            for team, plays in zip(self.players(), of_each, strict=True)
        )
        return SoloRound(round=last, month=month, results=results, medals=medals(results))

    def why(self, hands: Sequence[Sequence[str]], *, month: int, figure: str) -> Node:
        """The tree behind one of your figures, of a month up to the end of the last round played.

        Raises:
            Refused: the month is not played yet, or there is no such figure.
        """
        last = self.deck.rounds[self.rounds[len(hands) - 1]].last_month
        if not hands or not 0 <= month <= last:
            raise Refused("Only months that you have played can be explained.")
        outcome = self._evaluations.outcome(self._scenario(self._plays(hands), until=last))
        return trace(outcome, figure, month=month, evaluations=self._evaluations)

    def _plays(self, hands: Sequence[Sequence[str]]) -> tuple[Play, ...]:
        return tuple(
            Play(card, self.deck.rounds[at].first_month)
            for at, hand in zip(self.rounds, hands, strict=False)
            for card in hand
        )

    def _scenario(self, plays: tuple[Play, ...], *, until: int) -> Scenario:
        """Decisions with the deck's shocks up to a month: what is still to come is not known."""
        plans = [self.deck.rounds[at] for at in self.rounds[1:]]
        shocks = [
            thrown_as(card, month=month, size=card.size)
            for card, plan in zip(self.deck.shocks, plans, strict=False)
            if (month := (plan.first_month + plan.last_month) // 2) <= until
        ]
        return played_scenario(self._base, self.deck, plays=plays, shocks=shocks)
