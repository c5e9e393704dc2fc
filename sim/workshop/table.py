"""The room's results: each round for every team, with the questions that a debrief asks of them."""

from dataclasses import dataclass

from sim.economics import Node
from sim.scenario import ScenarioError, scenario_hash
from sim.workshop.company import Company, company_at
from sim.workshop.evaluations import Evaluations
from sim.workshop.offers import Offer, offers
from sim.workshop.playing import played_scenario, standing_scenario, team_scenario
from sim.workshop.readings import Medals, TeamResult, medals, read
from sim.workshop.refusals import Refused
from sim.workshop.session import Play, Session
from sim.workshop.tracing import trace


@dataclass(frozen=True, slots=True)
class RoundResults:
    """Results of one round; a team's seat sees its own alone, and no medals."""

    round: int
    title: str
    month: int
    """Last month of the round: the one that was predicted."""
    fidelity: str
    version: str
    seed: int
    teams: tuple[TeamResult, ...]
    medals: Medals | None
    quick: tuple[TeamResult, ...]
    """What the first decision of a round in two steps would have led to; empty for other rounds."""


def round_results(
    session: Session, evaluations: Evaluations, *, round: int, version: str, only: str | None = None
) -> RoundResults:
    """Play all teams through a round; equal decisions are computed once.

    Args:
        version: of the simulator that computes.
        only: id of the one team to play.
    """
    setup = session.setup
    plan = setup.deck.rounds[round]
    teams = [team for team in setup.teams if only in (None, team.id)]

    def played(step: int | None) -> tuple[TeamResult, ...]:
        results = []
        for team in teams:
            entry = session.counted(team.id, round, step=step)
            outcome = evaluations.outcome(team_scenario(session, team.id, through=round, step=step))
            plays = session.plays(team.id, through=round, step=step)
            prediction = entry.prediction if entry else None
            results.append(read(outcome, team, month=plan.last_month, plays=plays, prediction=prediction))
        return tuple(results)

    results = played(None)
    return RoundResults(
        round=round,
        title=plan.title,
        month=plan.last_month,
        fidelity="draft",
        version=version,
        seed=setup.scenario.seed,
        teams=results,
        medals=medals(results) if only is None else None,
        quick=() if plan.quick_minutes is None else played(0),
    )


def team_offers(session: Session, evaluations: Evaluations, *, team: str) -> tuple[Offer, ...]:
    """The deck's cards, priced for a team at the start of the round that was opened last."""
    setup, at = session.setup, _round_begun(session)
    plays, month = session.in_force(team, before=at), setup.deck.rounds[at].first_month
    scenario = standing_scenario(session, team, before=at)

    def priced() -> tuple[Offer, ...]:
        outcome = evaluations.outcome(scenario) if month > 0 else None
        return offers(setup.scenario, setup.deck, plays=plays, month=month, outcome=outcome)

    key = ("offers", scenario_hash(scenario), tuple((play.card, play.month) for play in plays), month)
    found: tuple[Offer, ...] = evaluations.once((*key, setup.deck.model_dump_json()), priced)
    return found


def team_company(session: Session, evaluations: Evaluations, *, team: str) -> Company:
    """A team's company as it stands at the start of the round that was opened last, or of the first."""
    at = _round_begun(session)
    outcome = evaluations.outcome(standing_scenario(session, team, before=at))
    return company_at(outcome, first_month=session.setup.deck.rounds[at].first_month)


def _round_begun(session: Session) -> int:
    """Position of the round that was opened last; of the first before any."""
    return session.current.round if session.current else 0


def why(
    session: Session, evaluations: Evaluations, *, team: str, round: int, month: int, figure: str
) -> Node:
    """The tree behind one figure of a month: lines, quantities, prices and their sources.

    Raises:
        Refused: the month is not shown yet, or there is no such figure.
    """
    if not 0 <= month <= session.setup.deck.rounds[round].last_month:
        raise Refused("Only months that the room has seen can be explained.")
    outcome = evaluations.outcome(team_scenario(session, team, through=round))
    return trace(outcome, figure, month=month, evaluations=evaluations)


def check_hand(session: Session, *, team: str, cards: tuple[str, ...]) -> None:
    """Refuse cards that contradict one another, or what the team has decided before.

    Raises:
        Refused: with the first fault of the scenario that they make.
    """
    turn, deck = session.current, session.setup.deck
    known = {card.id for card in deck.cards}
    if turn is None or not known.issuperset(cards):
        return
    plays = (*session.in_force(team, before=turn.round), *(Play(card, turn.first_month) for card in cards))
    try:
        played_scenario(session.setup.scenario, deck, plays=plays)
    except ScenarioError as error:
        raise Refused(f"These cards do not go together. {error.faults[0]}") from error
