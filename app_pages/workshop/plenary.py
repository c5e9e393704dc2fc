"""What a room looks at together: guesses beside results, four medals, other futures, bids, the poll."""

from html import escape
from math import ceil, floor, isfinite, log10

import streamlit as st

from app_pages.workshop import access, marks, wording
from sim.reports import words
from sim.workshop.poll import ASKED, HIGHEST, SCALE
from sim.workshop.readings import Medals, TeamResult
from sim.workshop.setup import Team
from sim.workshop.table import RoundResults
from sim.workshop.telling import Guessed, by_gap, gap_headline
from sim.workshop.views import Now

FIGURES: dict[str, Guessed] = {"results": "exit_usd", "margin": "gross_margin", "latency": "p95_s"}
NAMES = {"exit_usd": "Cash to leave", "gross_margin": "Gross margin", "p95_s": "Slowest 5 % of answers"}
BAND_NOTE = " Band: 80 of 100 draws of what is known least."
TICKS, STEPS = 4, (1, 2, 2.5, 5, 10)


def last_results(now: Now) -> RoundResults | None:
    """Results of the round that was revealed last."""
    if not now.revealed:
        return None
    with st.spinner(wording.PREPARING, show_time=False):
        return access.house().results(access.held(), now.revealed[-1])


# --- guesses and results ----------------------------------------------------------------------------


def guesses(results: RoundResults, figure: Guessed) -> str:
    """Guess and result of every team on one scale, by the size of the gap; no ranking, no winner."""
    teams = by_gap(results.teams, figure)
    written = [_written(result, figure) for result in teams]
    values = [value for row in written for value in row if value is not None and isfinite(value)]
    low, high, step = _scale([*values, 0.0])
    ticks = [low + at * step for at in range(round((high - low) / step) + 1)]
    rows = "".join(
        _guess_row(result.team, row, figure=figure, low=low, high=high)
        for result, row in zip(teams, written, strict=True)
    )
    axis = "".join(
        f'<i class="ws-tick" style="left:{_at(tick, low, high)}"><span>{_words(tick, figure)}</span></i>'
        for tick in ticks
    )
    note = f"{NAMES[figure]} at month {results.month}.{BAND_NOTE if figure == 'exit_usd' else ''}"
    return (
        f'<h1 class="ws-big">{escape(gap_headline(results.teams, figure))}</h1><p class="ws-sub">{escape(note)}</p>'
        f'<div class="ws-dots" role="table" aria-label="{escape(note)}"><div class="ws-dotrow ws-dothead" role="row">'
        '<span role="columnheader"></span><span role="columnheader"></span>'
        '<span class="ws-guess" role="columnheader"><i class="ws-hollow"></i>guess</span>'
        '<span class="ws-result" role="columnheader"><i class="ws-dot"></i>result</span></div>'
        f'{rows}<div class="ws-dotrow ws-axis" aria-hidden="true"><span></span>'
        f'<div class="ws-plot">{axis}</div></div></div>'
    )


def _written(result: TeamResult, figure: Guessed) -> tuple[float | None, float, float | None, float | None]:
    """Guess, result, and the band of the result where it has one."""
    guess = None if result.prediction is None else float(getattr(result.prediction, figure))
    if figure == "exit_usd":
        return guess, result.exit_usd, result.exit_low_usd, result.exit_high_usd
    return guess, result.p95_s.mean if figure == "p95_s" else result.gross_margin, None, None


def _guess_row(
    team: Team, row: tuple[float | None, float, float | None, float | None], *, figure: Guessed, low: float, high: float
) -> str:
    guess, result, band_low, band_high = row
    drawn = ""
    if band_low is not None and band_high is not None and isfinite(band_low + band_high):
        left, right = _share(band_low, low, high), _share(band_high, low, high)
        drawn += f'<i class="ws-band" style="left:{left:.2%};width:{right - left:.2%}"></i>'
    if isfinite(result):
        drawn += f'<i class="ws-dot" style="left:{_at(result, low, high)}"></i>'
    if guess is not None:
        drawn += f'<i class="ws-hollow" style="left:{_at(guess, low, high)}"></i>'
    return (
        f'<div class="ws-dotrow" role="row"><span role="rowheader">{marks.team(team)}</span>'
        f'<div class="ws-plot" aria-hidden="true">{drawn}</div>'
        f'<span class="ws-guess" role="cell">{words.NONE if guess is None else _words(guess, figure)}</span>'
        f'<span class="ws-result" role="cell">{_words(result, figure)}</span></div>'
    )


def _words(value: float, figure: Guessed) -> str:
    write = {"exit_usd": words.money, "gross_margin": words.percent, "p95_s": words.seconds}[figure]
    return escape(write(value))


def _scale(values: list[float]) -> tuple[float, float, float]:
    """Round ends and step of an axis that holds all values."""
    low, high = min(values), max(values)
    rough = max((high - low) / TICKS, 1e-6)
    power = 10.0 ** floor(log10(rough))
    step = next(power * size for size in STEPS if power * size >= rough)
    return floor(low / step) * step, ceil(high / step) * step, step


def _share(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _at(value: float, low: float, high: float) -> str:
    return f"{_share(value, low, high):.2%}"


# --- medals, futures, bids, poll --------------------------------------------------------------------


def medals(results: RoundResults) -> str:
    """Who is best on what, with every team's figure; no total."""
    assert results.medals is not None
    return medals_of(results.teams, results.medals, month=results.month)


def medals_of(teams: tuple[TeamResult, ...], won: Medals, *, month: int) -> str:
    """The same for whoever played."""
    heads = "".join(
        f'<th scope="col">{name}<small>{wording.MEDAL_NOTES[key]}</small></th>' for key, name in wording.MEDALS.items()
    )
    rows = ""
    for result in teams:
        shown = {
            "margin": words.percent(result.margin_so_far),
            "service": words.percent(result.in_time_so_far),
            "freedom": f"{words.money(result.exit_usd)}, {words.months(result.exit_months)}",
            "speed": words.month(result.launch_month),
        }
        cells = "".join(
            f'<td class="{"ws-best" if result.team.id in getattr(won, key) else ""}">{escape(text)}</td>'
            for key, text in shown.items()
        )
        rows += f'<tr><th scope="row">{marks.team(result.team)}</th>{cells}</tr>'
    return (
        f'<h1 class="ws-big">Four medals after month {month}</h1><p class="ws-sub">{wording.NO_TOTAL}</p>'
        f'<table class="ws-room"><thead><tr><th scope="col"></th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def futures(now: Now, teams: tuple[Team, ...]) -> str:
    """The same decisions in every future: how far each team would be from the best of the room."""
    if not now.revealed:
        return ""
    with st.spinner(wording.PREPARING, show_time=False):
        found = access.house().regret(access.held(), now.revealed[-1])
    if not found.futures:
        return marks.note("This deck has no other futures.")
    heads = "".join(f'<th scope="col">{escape(known.future.title)}</th>' for known in found.futures)
    rows = ""
    for team in teams:
        cells = "".join(
            f'<td class="{"ws-best" if known.regret_usd[team.id] <= 0 else ""}">'
            f"{'best' if known.regret_usd[team.id] <= 0 else words.money(known.regret_usd[team.id])}</td>"
            for known in found.futures
        )
        worst = f"{words.money(found.worst_usd[team.id])}<small>{escape(found.worst_future[team.id])}</small>"
        rows += f'<tr><th scope="row">{marks.team(team)}</th>{cells}<td class="ws-worst">{worst}</td></tr>'
    return (
        '<h1 class="ws-big">The same decisions in other futures</h1>'
        f'<p class="ws-sub">{wording.FUTURES_NOTE}</p><table class="ws-room"><thead><tr><th scope="col"></th>{heads}'
        f'<th scope="col">worst</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def bids(now: Now, titles: dict[str, str]) -> str:
    """Each sealed bid beside what the reversal would cost."""
    if not now.bids_revealed:
        return (
            f'<h1 class="ws-big">{wording.BID_TITLE}</h1><p class="ws-sub">Sealed until all teams have bid: which '
            "decision would you undo, and what does that cost?</p>"
        )
    with st.spinner(wording.PREPARING, show_time=False):
        found = access.house().bids(access.held())
    rows = "".join(
        f'<tr><th scope="row">{marks.team(bid.team)}</th>'
        f'<td class="ws-left">{escape(titles.get(bid.card, bid.card))}</td>'
        f'<td class="ws-guess">{words.money(bid.bid_usd or 0)}<small>{words.months(bid.bid_months or 0)}</small></td>'
        f'<td class="ws-result">{words.money(bid.usd_cash)}<small>{words.months(bid.months)}</small></td></tr>'
        for bid in found
    )
    if not rows:
        return '<h1 class="ws-big">Nobody has bid</h1>'
    return (
        '<h1 class="ws-big">What undoing one decision would cost now</h1><p class="ws-sub">Bid and simulated cost, '
        f"after month {found[0].month}</p>"
        '<table class="ws-room"><thead><tr><th scope="col"></th><th scope="col" class="ws-left">decision</th>'
        f'<th scope="col">bid</th><th scope="col">result</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def poll() -> str:
    """How the room answered, before and after."""
    found = access.house().maturity(access.held())
    if not found.answered_before and not found.answered_after:
        return '<h1 class="ws-big">Nobody has answered the poll yet</h1>'
    rows = ""
    for at, question in enumerate(ASKED):
        drawn = ""
        for means, kind in ((found.before, "ws-hollow"), (found.after, "ws-dot")):
            drawn += f'<i class="{kind}" style="left:{means[at] / HIGHEST:.1%}"></i>' if means else ""
        rows += (
            f'<div class="ws-dotrow ws-polled" role="row"><span role="rowheader">{escape(question)}</span>'
            f'<div class="ws-plot">{drawn}</div><span class="ws-guess" role="cell">{_mean(found.before, at)}</span>'
            f'<span class="ws-result" role="cell">{_mean(found.after, at)}</span></div>'
        )
    return (
        '<h1 class="ws-big">How we talk about our infrastructure</h1>'
        f'<p class="ws-sub">0 {SCALE[0]} to {HIGHEST} {SCALE[-1]}; {found.answered_before} answers before, '
        f"{found.answered_after} after. It never enters the model.</p>"
        '<div class="ws-dots" role="table"><div class="ws-dotrow ws-dothead" role="row"><span></span><span></span>'
        '<span class="ws-guess"><i class="ws-hollow"></i>before</span><span class="ws-result">'
        f'<i class="ws-dot"></i>after</span></div>{rows}</div>'
    )


def _mean(means: tuple[float, ...], at: int) -> str:
    return f"{means[at]:.1f}" if means else words.NONE
