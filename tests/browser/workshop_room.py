"""A room for tests: a facilitator, teams at phones and a projector in real browsers, from creation to debrief."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WAIT_MS = 120_000
CONSOLE, PHONE, PROJECTOR = (1440, 900), (390, 844), (1920, 1080)


@dataclass
class Keys:
    """What the console showed once."""

    code: str
    facilitator: str
    teams: dict[str, str]
    watch: str = ""


@dataclass
class Room:
    """Windows of one browser, each with cookies and storage of its own."""

    browser: Any
    addresses: list[str]
    """Of the app's processes; windows take turns."""
    pictures: Path | None = None
    dark: bool = False
    faults: list[str] = field(default_factory=list)
    opened: int = 0

    def window(self, path: str, size: tuple[int, int], *, name: str) -> Any:
        """A window of its own on the next process."""
        address = self.addresses[self.opened % len(self.addresses)]
        self.opened += 1
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if self.dark else "light",
            has_touch=size == PHONE,
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: self.faults.append(f"{name}: {error}"))
        page.goto(path if path.startswith("http") else f"{address}{path}", wait_until="commit")
        return page

    def picture(self, page: Any, name: str) -> None:
        """Keep a picture where somebody asked for pictures."""
        if self.pictures is not None:
            page.wait_for_timeout(900)
            page.screenshot(path=str(self.pictures / f"{name}.png"))


def create(room: Room, *, teams: int, rounds: int) -> tuple[Any, Keys]:
    """A facilitator who has created a session, and the keys that were shown."""
    page = room.window("/workshop", CONSOLE, name="facilitator")
    page.get_by_role("radio", name="Run a session").click()
    page.get_by_label("Teams", exact=True).fill(str(teams))
    page.get_by_label("Teams", exact=True).press("Enter")
    page.get_by_label("Rounds that count").fill(str(rounds))
    page.get_by_label("Rounds that count").press("Enter")
    page.get_by_text("Begin with a practice turn").click()
    page.get_by_label("Minutes: Practice").wait_for(state="detached")
    if rounds < 3:
        page.get_by_label("Minutes: Survive").wait_for(state="detached")
    room.picture(page, "create")
    page.get_by_role("button", name="Create the session").click()
    heading = page.locator(".st-key-wskeys h2")
    heading.wait_for()
    code = re.sub(r"\W", "", heading.inner_text().split(":")[1])
    rows = page.locator(".st-key-wskeys tbody tr")
    pins = {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows.all()}
    room.picture(page, "keys")
    page.get_by_role("button", name="I have noted them").click()
    page.get_by_role("link", name="Open projector").wait_for()
    watch = page.get_by_role("link", name="Open projector").get_attribute("href")
    return page, Keys(code, pins.pop("Facilitator"), pins, watch)


def join(room: Room, keys: Keys, team: str, *, pin: str | None = None) -> Any:
    """A phone that enters its team's PIN."""
    page = room.window(f"/workshop?code={keys.code}", PHONE, name=team)
    page.get_by_role("radio", name=team).wait_for()
    page.get_by_text(team, exact=True).click()
    page.get_by_label("PIN of your team").fill(pin or keys.teams[team])
    page.get_by_role("button", name="Enter").click()
    return page


def choose(phone: Any, titles: list[str]) -> None:
    """Tap cards, each once the one before is taken."""
    phone.locator('[class*="st-key-wscard_"]').first.wait_for()
    for count, title in enumerate(titles, start=1):
        phone.get_by_role("checkbox", name=title, exact=True).locator("xpath=ancestor::label").click()
        cards = "card" if count == 1 else "cards"
        phone.get_by_text(f"{count} {cards} chosen").wait_for()


def predict(phone: Any, *, margin: int, p95: float, exit_k: int) -> None:
    """Write the three guesses and hand in."""
    for label, value in (("Gross margin", margin), ("Slowest 5", p95), ("Cash to leave", exit_k)):
        box = phone.get_by_label(re.compile(f"^{label}"))
        box.fill(str(value))
        box.press("Tab")
    phone.get_by_role("button", name="Hand in").click()
    phone.get_by_text("Handed in. You can change it").wait_for()


def press(page: Any, name: str) -> None:
    """One of the console's buttons."""
    page.get_by_role("button", name=name, exact=True).click()
