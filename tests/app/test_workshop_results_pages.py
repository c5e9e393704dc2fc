"""The workshop's pages once results are out: phones, console, projector, the page to take home, and solo."""

import re
from html import escape

import pytest

from app_pages.workshop import access, projector, wording
from app_pages.workshop.take_home import page
from sim.reports import words
from sim.workshop.actions import (
    Bid,
    CloseTurn,
    GoTo,
    OpenTurn,
    RevealBids,
    Show,
    Throw,
)
from tests.app.test_pages import said
from tests.app.workshop_seats import HOSTILE, finished, guess, opened, press

pytestmark = pytest.mark.usefixtures("own_store")


def test_a_team_reads_its_results_bids_and_answers(played):
    workshop, created, otter = played
    finished(workshop, created, otter)
    at = opened(otter)
    assert "than you guessed" in said(at) and "Heron" not in said(at)
    left = words.money(workshop.results(otter, 0).teams[0].exit_usd)
    workshop.act(created.seat, OpenTurn(turn=1))
    at.run()
    state = said(at).split('class="ws-state"')[1].split("</section>")[0]
    assert wording.STATE_AFTER.format(month=6) in state and left in state
    workshop.act(created.seat, CloseTurn())
    workshop.act(created.seat, GoTo(stage="bid"))
    at.run()
    at.number_input(key="ws_bid_usd").set_value(250.0)
    at.number_input(key="ws_bid_months").set_value(3.0)
    next(b for b in at.button if b.label == wording.BID_SAVE).click().run()
    assert not at.exception
    assert workshop.desk(otter).bid.usd == 250_000
    workshop.act(created.seat, GoTo(stage="debrief"))
    at.run()
    for at_question in range(6):
        at.radio(key=f"ws_poll_after_0_{at_question}").set_value(3)
    next(b for b in at.button if b.label == wording.POLL_SEND).click().run()
    assert not at.exception
    assert workshop.maturity(created.seat).after == (3.0,) * 6


def test_a_team_takes_a_page_home(played):
    """It holds what the team did, escaped, loads nothing from elsewhere, and appears with the debrief."""
    workshop, created, otter = played
    finished(workshop, created, otter)
    at = opened(otter)
    assert wording.TAKE_HOME not in [button.label for button in at.get("download_button")]
    workshop.act(created.seat, GoTo(stage="debrief"))
    at.run()
    assert wording.TAKE_HOME in [button.label for button in at.get("download_button")]
    kept = workshop.take_home(otter)
    text = page(kept)
    assert HOSTILE not in text and escape(HOSTILE) in text
    assert escape(kept.cards["buy_open"]) in text and words.money(kept.rounds[0].teams[0].exit_usd) in text
    assert "Heron" not in text and not re.search(r"(src|href)=|url\(|@import", text.replace(escape(HOSTILE), ""))


def test_every_figure_on_the_console_opens_into_its_trace(played):
    workshop, created, otter = played
    finished(workshop, created, otter)
    workshop.act(created.seat, GoTo(stage="bid"))
    workshop.act(otter, Bid(card="buy_open", usd=9e4, months=2))
    workshop.act(created.seat, RevealBids())
    at = opened(created.seat)

    def look(what):
        next(c for c in at.segmented_control if str(c.key).startswith("ws_look_")).set_value(what).run()
        next(e for e in at.expander if e.label == wording.WHY)

    at.session_state["ws_why_c_why_heron"] = True
    look("why")
    for figure in wording.WHY_FIGURES:
        at.selectbox(key="ws_why_figure_c_why_heron").set_value(figure).run()
        assert not at.exception and "lb-tree" in said(at), figure
    at.session_state["ws_why_bid_c"] = True
    look("bids")
    assert not at.exception and "Undoing the card" in said(at)
    at.session_state["ws_why_future_c"] = True
    look("futures")
    assert not at.exception and "Net present value of Heron" in said(at)


def test_the_projector_shows_what_is_chosen(played):
    workshop, created, otter = played
    finished(workshop, created, otter)
    workshop.act(created.seat, Throw(shock="rival", month=9))
    at = opened(watch=f"{created.code}.{created.observer_key}")
    assert at.session_state[access.SEAT].role == "observer"
    headlines = set()
    for what in wording.SHOWS:
        workshop.act(created.seat, Show(what=what))
        at.run()
        assert not at.exception and HOSTILE not in said(at)
        headlines.add(said(at).split('class="ws-big">')[1].split("<")[0])
    assert len(headlines) >= len(wording.SHOWS) - 2, "two figures may have one headline"


def test_the_projector_shows_a_code_to_scan_where_phones_can_follow_it(played, monkeypatch):
    """It opens the door with the session's code filled in; of an address that names this machine there is none."""
    _, created, _ = played
    drawn = []
    monkeypatch.setattr(projector, "qr_svg", lambda link: drawn.append(link) or "<svg/>")
    for address, link in (
        ("http://192.0.2.7:8501/workshop?watch=x", f"http://192.0.2.7:8501/workshop?code={created.code}"),
        ("http://localhost:8501/workshop", None),
    ):
        drawn.clear()
        monkeypatch.setattr("streamlit.runtime.context.ContextProxy.url", address)
        at = opened(watch=f"{created.code}.{created.observer_key}")
        assert drawn == ([link] if link else []) and ("data:image/svg+xml" in said(at)) == bool(link)
        assert (wording.THIS_MACHINE in said(at)) == (link is None)


def test_a_seat_that_was_put_out_comes_to_the_door(played):
    workshop, created, otter = played
    at = opened(otter)
    workshop.new_pin(created.seat, "otter")
    at.run()
    assert access.SEAT not in at.session_state and "not admitted any more" in said(at)


def test_an_import_that_is_refused_says_why(played):
    at = opened()
    at.session_state["ws_way"], at.session_state["ws_run_way"] = "run", "file"
    at.run()
    at.file_uploader(key="ws_file").upload("session.json", b'{"format": "loadbearing-workshop", "format_version": 9}')
    at.run()
    press(at, "ws_import")
    assert "newer version" in said(at) and access.SEAT not in at.session_state


def test_an_exported_session_comes_back(played):
    workshop, created, otter = played
    finished(workshop, created, otter)
    at = opened()
    at.session_state["ws_way"], at.session_state["ws_run_way"] = "run", "file"
    at.run()
    at.file_uploader(key="ws_file").upload("session.json", workshop.export(created.seat))
    at.run()
    press(at, "ws_import")
    again = at.session_state[access.SEAT]
    assert again.session_id != created.seat.session_id
    assert workshop.now(again).revealed == (0,)


def test_alone_against_recorded_strategies():
    at = opened()
    at.session_state["ws_way"] = "solo"
    at.run()
    at.selectbox(key="ws_solo_deck").set_value("one_year").run()
    press(at, "ws_solo_begin")
    for name in ("margin", "p95", "exit"):
        guess(at, "solo0", name).set_value(10.0)
    press(at, "ws_solo_play_0")
    assert "Four medals after month 3" in said(at) and "You" in said(at)
    at.session_state["ws_why_solo_1"] = True
    at.run()
    assert "lb-tree" in said(at)
    press(at, "ws_solo_go_on_1")
    assert wording.STATE_AFTER.format(month=3) in said(at) and "Four medals" not in said(at)
    for at_round in (1, 2):
        for name in ("margin", "p95", "exit"):
            guess(at, f"solo{at_round}", name).set_value(10.0)
        press(at, f"ws_solo_play_{at_round}")
        assert "ws-shock" in said(at), "the deck's shocks strike from the second round on, and are told"
        if at_round == 1:
            press(at, "ws_solo_go_on_2")
    assert "Four medals after month 11" in said(at)
    assert not [button for button in at.button if str(button.key).startswith("ws_solo_go_on")]
    press(at, "ws_solo_again")
    assert at.selectbox(key="ws_solo_deck").value


def test_a_store_that_cannot_be_opened_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("LOADBEARING_DATABASE_URL", f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'x.sqlite'}/y")
    at = opened()
    assert not at.exception and "lb-problem" in said(at)
