"""Rewinding to a month and changing one card, and asking why a figure is so: for the console and the projector."""

from html import escape

import streamlit as st

from app_pages.workshop import access, marks, own_results, wording
from sim.reports import words
from sim.workshop.cards import Card, Future
from sim.workshop.debrief import Reversal, Rewound
from sim.workshop.setup import Team
from sim.workshop.table import RoundResults


def _team(teams: tuple[Team, ...], key: str) -> Team:
    names = {team.id: team for team in teams}
    id = st.segmented_control(
        "Team", list(names), format_func=lambda known: names[known].name, default=teams[0].id, required=True,
        key=f"ws_{key}_team",
    )  # fmt: skip
    return names[str(id)]


def rewind(results: RoundResults, cards: tuple[Card, ...], *, key: str) -> None:
    """One team's game with one card taken out, put in or exchanged; nothing is saved."""
    titles = {card.id: card.title for card in cards}
    team = _team(tuple(result.team for result in results.teams), key)
    plays = next(result.plays for result in results.teams if result.team.id == team.id)
    months = sorted({play.month for play in plays} | {0})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key=f"ws{key}ask"):
        month = st.selectbox(
            "Back to month", months, index=len(months) - 1, key=f"ws_{key}_month_{team.id}", width=160
        )
        played = [play.card for play in plays if play.month == month]
        drop = st.selectbox(
            wording.DROP, [None, *played], format_func=lambda id: titles.get(id, wording.NONE), width=280,
            key=f"ws_{key}_drop_{team.id}_{month}",
        )  # fmt: skip
        others = [id for id in titles if id not in played]
        add = st.selectbox(
            wording.ADD, [None, *others], format_func=lambda id: titles.get(id, wording.NONE), width=280,
            key=f"ws_{key}_add_{team.id}_{month}",
        )  # fmt: skip
    if drop is None and add is None:
        st.html(marks.note("Choose a card to take out, to put in, or both."))
        return
    with st.spinner(wording.PREPARING, show_time=False):
        found: Rewound | None = access.attempt(
            lambda: access.house().rewind(
                access.held(), results.round, team=team.id, month=int(month), drop=drop, add=add
            )
        )
    if found is None:
        st.html(marks.problem(access.told()))
        return
    st.html(_compared(found, team, month=results.month))


def _compared(found: Rewound, team: Team, *, month: int) -> str:
    before, after = own_results.figures(found.before), own_results.figures(found.after)
    head = [("Gross margin", words.percent), ("Cash to leave", words.money)]
    first = [
        (name, write(was), write(now))
        for (name, write), was, now in zip(
            head, (found.before.gross_margin, found.before.exit_usd), (found.after.gross_margin, found.after.exit_usd),
            strict=True,
        )
    ]  # fmt: skip
    rows = [*first, *((name, was, now) for (name, was), (_, now) in zip(before, after, strict=True))]
    cells = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(was)}</td>'
        f'<td class="{"ws-result" if was != now else ""}">{escape(now)}</td></tr>'
        for name, was, now in rows
    )
    return (
        f'<h2 class="ws-mid">{marks.team(team)} with one card changed in month {found.month}</h2>'
        '<table class="ws-room"><thead><tr><th scope="col"></th><th scope="col">as played</th><th scope="col">changed'
        f"</th></tr></thead><tbody>{cells}</tbody></table>"
        f"{marks.note(f'Figures after month {month}, same seed, same shocks.')}"
    )


def why(results: RoundResults, *, key: str) -> None:
    """The trace of one team's figure."""
    team = _team(tuple(result.team for result in results.teams), key)
    seat = access.held()
    own_results.why(
        lambda month, figure: access.house().why(seat, results.round, team=team.id, month=month, figure=figure),
        month=results.month, key=f"{key}_{team.id}",
    )  # fmt: skip


def why_bid(bids: tuple[Reversal, ...], titles: dict[str, str], *, round: int, key: str) -> None:
    """The trace of what undoing the card of one bid would cost; computed when it is opened."""
    if not bids:
        return
    with st.expander(wording.WHY, key=f"ws_why_bid_{key}", on_change="rerun") as opened:
        if not opened.open:
            return
        team = _team(tuple(bid.team for bid in bids), f"{key}_bid")
        card = next(bid.card for bid in bids if bid.team.id == team.id)
        st.html(marks.note(titles.get(card, card)))
        own_results.tree(lambda: access.house().why_reversal(access.held(), round, team=team.id, card=card))


def why_future(futures: tuple[Future, ...], teams: tuple[Team, ...], *, round: int, key: str) -> None:
    """The trace of one team's regret in one future; computed when it is opened."""
    if not futures:
        return
    with st.expander(wording.WHY, key=f"ws_why_future_{key}", on_change="rerun") as opened:
        if not opened.open:
            return
        team = _team(teams, f"{key}_future")
        names = {future.id: future.title for future in futures}
        future = st.selectbox(
            wording.WHY_FUTURE, list(names), format_func=lambda id: names[id], key=f"ws_{key}_why_future"
        )
        own_results.tree(
            lambda: access.house().why_regret(access.held(), round, team=team.id, future=str(future))
        )
