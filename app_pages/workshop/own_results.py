"""A team's own results: its guess beside what came of it, its months so far, and why."""

from collections.abc import Callable
from html import escape
from math import isfinite
from typing import Any

import streamlit as st

from app_pages import cards
from app_pages.workshop import access, marks, wording
from sim.reports import words
from sim.reports.behind import branch_of
from sim.workshop.readings import TeamResult
from sim.workshop.telling import gap_of
from sim.workshop.views import TeamDesk


def page(desk: TeamDesk) -> None:
    """Results of the round that was revealed last, or of an earlier one that is asked for."""
    shown = desk.now.revealed
    if not shown:
        return
    round = shown[-1]
    if len(shown) > 1:
        round = st.segmented_control(
            wording.ROUND, list(shown), default=shown[-1], key=f"ws_own_round_{len(shown)}", required=True,
            format_func=lambda at: desk.now.rounds[at],
        )  # fmt: skip
    with st.spinner(wording.PREPARING, show_time=False):
        results = access.house().results(access.held(), round)
    result = results.teams[0]
    st.html(
        f'{marks.kicker(results.title)}<h1 class="ws-head">{escape(headline(result))}</h1>'
        f"{guesses_html(result)}{marks.pairs(figures(result))}{shocks_html(result)}{warnings_html(result)}"
    )
    if results.quick:
        st.html(f'<h3 class="ws-group">{wording.QUICK}</h3>{marks.pairs(figures(results.quick[0]))}')
    seat = access.held()
    why(
        lambda month, figure: access.house().why(seat, round, team=result.team.id, month=month, figure=figure),
        month=result.month, key=f"own_{round}",
    )  # fmt: skip
    st.html(
        f'<p class="lb-foot">{escape(wording.QUICK_ESTIMATE.format(seed=results.seed, version=results.version))}</p>'
    )


def headline(result: TeamResult) -> str:
    """How far off the guess of the cash to leave was, in words."""
    gap = gap_of(result, "exit_usd")
    if result.prediction is None or gap is None:
        return f"After month {result.month}"
    way = "more" if gap > 0 else "less"
    return f"Leaving would cost {words.money(abs(gap))} {way} than you guessed"


def guesses_html(result: TeamResult) -> str:
    """Three rows: guess, result, and by how much it was off."""
    guess = result.prediction
    p95 = words.seconds(result.p95_s.mean) + (" (stated by the vendor)" if result.p95_assumed else "")
    rows = (
        ("Gross margin", words.percent(guess.gross_margin) if guess else "", words.percent(result.gross_margin)),
        ("Slowest 5 % of answers", words.seconds(guess.p95_s) if guess else "", p95),
        (
            "Cash to leave",
            words.money(guess.exit_usd) if guess else "",
            f"{words.money(result.exit_usd)} ({words.money(result.exit_low_usd)} to "
            f"{words.money(result.exit_high_usd)})",
        ),
    )
    cells = "".join(
        f'<tr><th scope="row">{name}</th><td class="ws-guess">{escape(said or words.NONE)}</td>'
        f"<td>{escape(is_)}</td></tr>"
        for name, said, is_ in rows
    )
    return (
        f'<table class="ws-table"><caption>{wording.YOUR_RESULTS.format(month=result.month)}</caption>'
        '<thead><tr><th scope="col"></th><th scope="col">guess</th><th scope="col">result</th></tr></thead>'
        f"<tbody>{cells}</tbody></table>"
    )


def figures(result: TeamResult) -> list[tuple[str, str]]:
    """The company in one screen."""
    return [
        ("Launched in month", str(result.launch_month)),
        ("Margin so far", words.percent(result.margin_so_far)),
        ("Answered in time so far", words.percent(result.in_time_so_far)),
        ("Cash so far", words.money(result.cash_usd)),
        ("Months to leave", words.months(result.exit_months)),
        ("Worth, if nothing more is decided", words.money(result.npv_usd) if isfinite(result.npv_usd) else words.NONE),
    ]


def shocks_html(result: TeamResult) -> str:
    """What struck, what had to be left for it, and what it cost over the horizon."""
    rows = ""
    for shock in result.shocks:
        left = f"left {', '.join(words.LAYER_WORDS[layer] for layer in shock.must_leave)}; " if shock.must_leave else ""
        rows += (
            f'<div class="ws-shock"><b>{escape(shock.label)}</b>, month {shock.month}: {escape(left)}'
            f"{words.money(shock.consequence_usd)} over the horizon</div>"
        )
    return rows


def warnings_html(result: TeamResult) -> str:
    """What the simulator says of the months."""
    return "".join(f'<ul class="lb-warnings"><li>{escape(warning)}</li></ul>' for warning in result.warnings)


def why(ask: Callable[[int, str], Any], *, month: int, key: str) -> None:
    """The trace behind a figure, down to its sources; computed when it is opened.

    Args:
        ask: gives the trace of a month and a figure.
        month: the last that may be asked for.
    """
    with st.expander(wording.WHY, key=f"ws_why_{key}", on_change="rerun") as opened:
        if not opened.open:
            return
        figure = st.selectbox(
            wording.WHY_FIGURE, list(wording.WHY_FIGURES), format_func=lambda name: wording.WHY_FIGURES[name],
            key=f"ws_why_figure_{key}",
        )  # fmt: skip
        at = st.number_input(wording.WHY_MONTH, 0, month, month, key=f"ws_why_month_{key}")
        tree(lambda: ask(int(at), str(figure)))


def tree(ask: Callable[[], Any]) -> None:
    """A trace to open line by line, or why it is refused."""
    with st.spinner(wording.PREPARING, show_time=False):
        node = access.attempt(ask)
    if node is None:
        st.html(marks.problem(access.told()))
    else:
        st.html(f'<div class="lb-tree">{cards.tree_html(branch_of(node))}</div>')
