"""A whole session in real browsers: a facilitator, six teams at phones and a projector, from creation to debrief."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser import workshop_room as rooms
from tests.unit.postgres_server import postgres_url, programs

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytest.importorskip("sqlalchemy")

CHROMIUM = os.environ.get("LOADBEARING_CHROMIUM") or shutil.which("chromium")
PICTURES = os.environ.get("LOADBEARING_PICTURES")
"""A folder, where the pictures of the session are wanted."""
HANDS = (
    ["Buy an open model by the token", "Open formats everywhere"],
    ["Reserved GPU pool", "Test suite for prompts"],
    ["Test the exit once a year"],
    ["Commit for three years"],
    ["Cache of prompts"],
    [],
)


@pytest.fixture(params=["sqlite", "postgres"])
def room(request, tmp_path):
    """One process on SQLite, or two on one PostgreSQL."""
    from benchmarks.app_server import running_app

    if not CHROMIUM or not Path(CHROMIUM).exists():
        pytest.skip("no Chromium: set LOADBEARING_CHROMIUM to its path")
    with ExitStack() as stack:
        if request.param == "postgres":
            pytest.importorskip("psycopg")
            if programs() is None:
                pytest.skip("PostgreSQL is not installed")
            url = stack.enter_context(postgres_url())
        else:
            url = f"sqlite:///{tmp_path / 'workshop.sqlite'}"
        settings = {"LOADBEARING_DATABASE_URL": url}
        count = 2 if request.param == "postgres" else 1
        addresses = [
            stack.enter_context(running_app(full_runs=False, settings=settings))[0] for _ in range(count)
        ]
        playwright = stack.enter_context(playwright_api.sync_playwright())
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        stack.callback(browser.close)
        pictures = Path(PICTURES) if PICTURES else None
        yield rooms.Room(browser, addresses, pictures, dark=bool(os.environ.get("LOADBEARING_DARK")))


def test_a_session_from_creation_to_debrief(room):
    # One round on one process, so that both together stay short; two on two processes.
    rounds = len(room.addresses)
    console, keys = rooms.create(room, teams=6, rounds=rounds)
    assert len(keys.teams) == 6
    projector = room.window(keys.watch, rooms.PROJECTOR, name="projector")
    projector.get_by_text("Join with your phone").wait_for()
    room.picture(projector, "projector_join")
    phones = {team: rooms.join(room, keys, team) for team in keys.teams}
    for phone in phones.values():
        phone.get_by_text("The round has not been opened yet").wait_for()
    rooms.press(console, "Open Launch")
    for phone, hand in zip(phones.values(), HANDS, strict=True):
        rooms.choose(phone, hand)
    otter = phones["Otter"]
    room.picture(otter, "phone_cards")
    room.picture(console, "console_open")
    room.picture(projector, "projector_timer")
    for at, phone in enumerate(list(phones.values())[:-1]):
        rooms.predict(phone, margin=30 + 10 * at, p95=1.5, exit_k=200 + 100 * at)
    console.get_by_text("5 of 6 teams have handed in").wait_for()
    room.picture(otter, "phone_guess")
    # What was chosen is nowhere on the console before the reveal.
    assert "Reserved GPU pool" not in console.locator('[class*="st-key-wsteam_"]').all_inner_texts()

    console.get_by_role("button", name="Throw now").first.click()
    otter.get_by_text("A rival launches first").first.wait_for()
    otter.reload()
    otter.get_by_text("Handed in. You can change it").wait_for()
    rooms.press(console, "Close round")
    otter.get_by_text("Results come when they are revealed").wait_for()
    rooms.press(console, "Reveal results")
    otter.get_by_text("than you guessed").wait_for()
    projector.get_by_text("Cash to leave at month 6").wait_for()
    room.picture(otter, "phone_results")
    room.picture(projector, "projector_results")

    if rounds > 1:
        _second_round(console, projector, phones)

    rooms.press(console, "Go to: reverse one decision")
    otter.get_by_label("It costs ($k)").fill("250")
    otter.get_by_label("and takes (months)").fill("4")
    rooms.press(otter, "Seal the bid")
    otter.get_by_text("Your bid is sealed").wait_for()
    rooms.press(console, "Reveal the bids")
    otter.get_by_text("Undone after").wait_for()
    for what, said in (
        ("the bids", "What undoing one decision would cost now"),
        ("four medals", f"Four medals after month {18 if rounds > 1 else 6}"),
        ("other futures", "The same decisions in other futures"),
        ("one card changed", "What if one card had been another?"),
    ):
        console.locator(".st-key-ws_show").get_by_text(what, exact=True).click()
        projector.get_by_text(said).wait_for()
        room.picture(projector, f"projector_{what.split()[-1]}")
    rooms.press(console, "Go to: debrief")
    phones["Heron"].get_by_text("The same six questions, once more").wait_for()
    console.get_by_role("radio", name="four medals").first.click()
    room.picture(console, "console_debrief")
    room.picture(phones["Heron"], "phone_debrief")
    assert not room.faults


def _second_round(console, projector, phones):
    rooms.press(console, "Open Scale")
    for phone in phones.values():
        phone.get_by_text("months 7 to 18").first.wait_for()
    rooms.choose(phones["Plover" if "Plover" in phones else "Heron"], ["Gateway before every model"])
    rooms.press(console, "Close round")
    rooms.press(console, "Reveal results")
    projector.get_by_text("Cash to leave at month 18").wait_for()


def test_a_wrong_pin_and_a_forged_team_open_nothing(room):
    if len(room.addresses) > 1:
        pytest.skip("the same on either store")
    _, keys = rooms.create(room, teams=2, rounds=1)
    phone = rooms.join(room, keys, "Otter", pin="000000")
    phone.get_by_text("This PIN is not right").wait_for()
    forged = room.window(f"/workshop?code={keys.code}&team=otter&role=facilitator", rooms.PHONE, name="forged")
    forged.get_by_label("PIN of your team").wait_for()
    assert forged.locator(".st-key-wsconsole").count() == forged.locator(".st-key-wsphone").count() == 0
    guessed = room.window(f"/workshop?watch={keys.code}.guessed", rooms.PROJECTOR, name="guessed")
    guessed.get_by_text("This PIN is not right").wait_for()
    assert guessed.locator(".st-key-wsprojector").count() == 0
