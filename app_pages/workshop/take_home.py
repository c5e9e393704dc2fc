"""One page for a team to keep: its decisions, guesses beside results, medals. HTML that opens and prints anywhere."""

from html import escape

import streamlit as st

from app_pages.workshop import access, own_results, wording
from sim.reports import words
from sim.workshop import WorkshopError
from sim.workshop.take_home import FROM, TakeHome
from sim.workshop.views import TeamDesk

STYLE = """
body{font:15px/22px "Source Sans 3","Source Sans Pro",system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0 auto;
max-width:680px;padding:28px 20px}
h1{font:600 27px/34px "Source Serif 4","Source Serif Pro",Georgia,serif;margin:2px 0 6px}
h2{font-size:16px;margin:20px 0 4px;border-top:1px solid #c8c8c8;padding-top:10px}
p{margin:4px 0}.kicker{font-size:12px;font-weight:600;letter-spacing:.05em;text-transform:uppercase;color:#0072b2}
.soft,small{color:#6b6b6b}table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:right;font-weight:400;padding:4px 0 4px 8px;border-bottom:1px solid #e2e2e2;vertical-align:top}
th:first-child{text-align:left;padding-left:0}thead th,caption{color:#6b6b6b;font-size:13px}
caption{text-align:left}td:last-child{font-weight:600}
ul{margin:4px 0;padding-left:20px}.line{border-bottom:1px solid #6b6b6b;height:26px}
@media print{@page{size:A4;margin:14mm}body{font-size:11px;line-height:15px;padding:0}
h1{font-size:20px;line-height:25px}
h2{font-size:12px;margin:10px 0 2px;padding-top:6px}
th,td{padding:2px 0 2px 8px}thead th{font-size:10px}}
"""
LINE = '<div class="line"></div>'
"""To write on."""


def button(desk: TeamDesk) -> None:
    """To download the page, once the debrief has begun."""
    if desk.now.stage not in FROM or not desk.now.revealed:
        return
    seat = access.held()

    def made() -> str:
        try:
            return page(access.house().take_home(seat))
        except WorkshopError as fault:
            return f"<!doctype html><meta charset='utf-8'><p>{escape(str(fault))}</p>"

    st.download_button(
        wording.TAKE_HOME, made, file_name=f"workshop-{desk.team.id}.html", mime="text/html", key="ws_take_home",
        on_click="ignore", width="stretch",
    )  # fmt: skip


def page(kept: TakeHome) -> str:
    """The whole page, self-contained."""
    rounds = "".join(_round(kept, at) for at in range(len(kept.rounds)))
    last = kept.rounds[-1]
    end = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in own_results.figures(last.teams[0])
    )
    won = ", ".join(f"{wording.MEDALS[name]} ({wording.MEDAL_NOTES[name]})" for name in kept.medals)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{escape(kept.team.name)}: {escape(kept.title)}</title>'
        f'<style>{STYLE}</style></head><body><p class="kicker">{escape(kept.title)}</p>'
        f"<h1>What team {escape(kept.team.name)} decided, guessed and got</h1>"
        f'<p class="soft">{escape(_estimate(last.seed, last.version))}</p>{rounds}'
        f"<h2>After month {last.month}</h2><table><tbody>{end}</tbody></table>"
        f"<h2>{wording.MEDALS_TITLE}</h2><p>{escape(won or wording.NO_MEDAL)}</p>"
        f'<p class="soft">{wording.NO_TOTAL}</p>{_bid(kept)}'
        f"<h2>{wording.COMMITMENT}</h2>{LINE * 2}"
        f'<p class="soft">{escape(wording.KEPT_NOTE.format(date=kept.delete_on))}</p></body></html>'
    )


def _round(kept: TakeHome, at: int) -> str:
    """A round's cards, and its guesses beside what came of them."""
    results = kept.rounds[at]
    result, before = results.teams[0], kept.rounds[at - 1].teams[0].plays if at else ()
    new = [kept.cards[play.card] for play in result.plays[len(before) :]]
    cards = "".join(f"<li>{escape(title)}</li>" for title in new) or f"<li>{wording.NO_CARDS}</li>"
    shocks = "".join(
        f"<li>{escape(shock.label)}, month {shock.month}: {words.money(shock.consequence_usd)} over the horizon</li>"
        for shock in result.shocks
        if not at or shock.month > kept.rounds[at - 1].month
    )
    return (
        f"<h2>{escape(results.title)}, to the end of month {results.month}</h2><ul>{cards}</ul>"
        f"{f'<p>{wording.SHOCKS}</p><ul>{shocks}</ul>' if shocks else ''}{own_results.guesses_html(result)}"
    )


def _bid(kept: TakeHome) -> str:
    bid = kept.bid
    if bid is None or bid.bid_usd is None or bid.bid_months is None:
        return ""
    return (
        f"<h2>{wording.BID_TITLE}</h2><p>{escape(kept.cards[bid.card])}: you bid {words.money(bid.bid_usd)} and "
        f"{words.months(bid.bid_months)}; undone after month {bid.month} it would have cost "
        f"{words.money(bid.usd_cash)} and {words.months(bid.months)}.</p>"
    )


def _estimate(seed: int, version: str) -> str:
    return wording.QUICK_ESTIMATE.format(seed=seed, version=version)
