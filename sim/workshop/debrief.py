"""The plenary: other futures, one card changed in hindsight, one decision reversed."""

from dataclasses import dataclass, replace

from sim.economics import Node
from sim.lockin import COMPONENTS, LAYERS, LayerSet
from sim.scenario import Scenario, in_month
from sim.strategy import Outcome
from sim.strategy.explain_exit import explain_leaving
from sim.strategy.explain_worth import explain_worth
from sim.workshop.cards import Future
from sim.workshop.evaluations import Evaluations
from sim.workshop.offers import PAID_ANYWAY, leaving_cost, left_along
from sim.workshop.playing import future_scenario, played_scenario, thrown_shocks
from sim.workshop.readings import TeamResult, read
from sim.workshop.refusals import Refused
from sim.workshop.session import Play, Session
from sim.workshop.setup import Team

CONTRACTS = frozenset({"platform.commitment_months", "platform.reserved_share"})


@dataclass(frozen=True, slots=True)
class InFuture:
    """All teams' decisions in one future: net present value, and how far each is from the best of them."""

    future: Future
    npv_usd: dict[str, float]
    """By team id."""
    regret_usd: dict[str, float]


@dataclass(frozen=True, slots=True)
class Regret:
    """How far from the best choice of the room each team would be, future by future."""

    futures: tuple[InFuture, ...]
    worst_usd: dict[str, float]
    """By team id: its largest regret."""
    worst_future: dict[str, str]
    """By team id: title of the future in which that is."""


@dataclass(frozen=True, slots=True)
class Rewound:
    """One team's game, played again with one card changed."""

    before: TeamResult
    after: TeamResult
    month: int
    """Month of the decision that was changed."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """What undoing one decision would cost at the end of the last month that was shown."""

    team: Team
    card: str
    month: int
    layers: tuple[str, ...]
    """Layers that would be left; empty where it can be undone at once."""
    usd_cash: float
    """The move and, for a contract, what is still owed."""
    months: float
    bid_usd: float | None
    bid_months: float | None


def regret(session: Session, evaluations: Evaluations, *, through: int) -> Regret:
    """Every team's decisions through a round, played again in every future of the deck."""
    setup, found = session.setup, []
    for future in setup.deck.futures:
        npv_usd = {
            team.id: _in_future(session, evaluations, team.id, through, future).npv_usd for team in setup.teams
        }
        best_usd = max(npv_usd.values())
        found.append(InFuture(future, npv_usd, {team: best_usd - usd for team, usd in npv_usd.items()}))
    worst = {
        team.id: max(found, key=lambda in_future, id=team.id: in_future.regret_usd[id])  # type: ignore[misc]
        for team in setup.teams
        if found
    }
    return Regret(
        futures=tuple(found),
        worst_usd={team: in_future.regret_usd[team] for team, in_future in worst.items()},
        worst_future={team: in_future.future.title for team, in_future in worst.items()},
    )


def rewind(
    session: Session, evaluations: Evaluations, *, team: Team, through: int, month: int, drop: str | None,
    add: str | None,
) -> Rewound:  # fmt: skip
    """A team's game with one card taken out of a month, put into it, or exchanged.

    Raises:
        Refused: the team did not play that card then, or there is no such card.
    """
    setup, last = session.setup, session.setup.deck.rounds[through].last_month
    plays = session.plays(team.id, through=through)
    changed = list(plays)
    if drop is not None:
        if Play(drop, month) not in plays:
            raise Refused("The team did not play this card in that month. Choose one of its cards.")
        changed.remove(Play(drop, month))
    if add is not None:
        if add not in {card.id for card in setup.deck.cards}:
            raise Refused("The deck has no such card. Choose one of those that are listed.")
        changed.append(Play(add, month))
    changed.sort(key=lambda play: play.month)

    def played(with_plays: tuple[Play, ...]) -> TeamResult:
        shocks = thrown_shocks(session, until=last + 1)
        scenario = played_scenario(setup.scenario, setup.deck, plays=with_plays, shocks=shocks)
        outcome = evaluations.outcome(scenario)
        return read(outcome, team, month=last, plays=with_plays, prediction=None)

    return Rewound(before=played(plays), after=played(tuple(changed)), month=month)


def reversal(session: Session, evaluations: Evaluations, *, team: Team, through: int, card: str) -> Reversal:
    """Undo one decision at the end of a round, by the lock-in state that has grown until then.

    Raises:
        Refused: the team has not played the card.
    """
    undone = _undone(session, evaluations, team=team, through=through, card=card)
    usd, months = leaving_cost(undone.outcome, undone.layers, month=undone.month + 1)
    bid = session.bids.get(team.id)
    mine = bid is not None and bid.card == card
    return Reversal(
        team=team,
        card=card,
        month=undone.month,
        layers=tuple(layer for layer in LAYERS if layer in undone.layers),
        usd_cash=usd + undone.owed_usd,
        months=months,
        bid_usd=bid.usd if bid is not None and mine else None,
        bid_months=bid.months if bid is not None and mine else None,
    )


def reversal_trace(session: Session, evaluations: Evaluations, *, team: Team, through: int, card: str) -> Node:
    """The tree behind what undoing a decision would cost; arguments and errors as for `reversal`."""
    undone = _undone(session, evaluations, team=team, through=through, card=card)
    label = f"Undoing the card: {session.setup.deck.card(card).title}"
    parts: tuple[Node, ...] = ()
    if undone.layers:
        move = explain_leaving(
            undone.outcome, label, month=undone.month, layers=undone.layers,
            components=[name for name in COMPONENTS if name != PAID_ANYWAY],
        )  # fmt: skip
        parts = move.children
    if undone.owed_usd:
        fields = tuple(sorted(CONTRACTS))
        parts = (*parts, Node("Contract still owed", undone.owed_usd, "USD", "months left × rent", fields=fields))
    total = sum(part.value for part in parts)
    return Node(label, total, "USD", "sum" if parts else "nothing has to be left: it can be undone at once", parts)


def regret_trace(
    session: Session, evaluations: Evaluations, *, team: Team, through: int, future: str
) -> Node:
    """The tree behind a team's regret in a future: the worth of the room's best there, less its own.

    Raises:
        Refused: the deck has no such future.
    """
    known = next((each for each in session.setup.deck.futures if each.id == future), None)
    if known is None:
        raise Refused("The deck has no such future. Choose one of those that are shown.")
    outcomes = {each.id: _in_future(session, evaluations, each.id, through, known) for each in session.setup.teams}
    best = max(outcomes, key=lambda id: outcomes[id].npv_usd)

    def worth(id: str) -> Node:
        return replace(explain_worth(outcomes[id]), label=f"Net present value of {session.setup.team(id).name}")

    given_up_usd = outcomes[best].npv_usd - outcomes[team.id].npv_usd
    return Node(f"Given up in: {known.title}", given_up_usd, "USD", "best less own", (worth(best), worth(team.id)))


@dataclass(frozen=True, slots=True)
class _Undone:
    """What undoing a card at the end of a month is: layers left, and what is owed of a contract."""

    outcome: Outcome
    month: int
    layers: LayerSet
    owed_usd: float


def _undone(session: Session, evaluations: Evaluations, *, team: Team, through: int, card: str) -> _Undone:
    setup, last = session.setup, session.setup.deck.rounds[through].last_month
    plays = session.plays(team.id, through=through)
    if card not in {play.card for play in plays}:
        raise Refused("The team has not taken this decision. Choose one of its cards.")
    shocks = thrown_shocks(session, until=last + 1)
    with_it = played_scenario(setup.scenario, setup.deck, plays=plays, shocks=shocks)
    others = tuple(play for play in plays if play.card != card)
    without = played_scenario(setup.scenario, setup.deck, plays=others)
    now, undone = in_month(with_it, last), in_month(without, last)
    outcome, owed_usd = evaluations.outcome(with_it), 0.0
    if outcome.lockin is not None:
        all_usd = float(outcome.lockin.leaving(("orchestration",)).costs.components[PAID_ANYWAY][last])
        ends = bool(CONTRACTS & setup.deck.card(card).sets.keys())
        owed_usd = all_usd * (1.0 if ends else _gpus_given_up(now, undone))
    return _Undone(outcome, last, left_along(now, undone), owed_usd)


def _gpus_given_up(now: Scenario, undone: Scenario) -> float:
    """Share of our own GPUs that nobody needs once a card is undone; what is owed for them stays owed."""
    own = now.decisions.own_share
    return max(0.0, 1 - undone.decisions.own_share / own) if own > 0 else 0.0


def _in_future(session: Session, evaluations: Evaluations, team: str, through: int, future: Future) -> Outcome:
    setup, plays = session.setup, session.plays(team, through=through)
    return evaluations.outcome(future_scenario(setup.scenario, setup.deck, plays=plays, future=future))
