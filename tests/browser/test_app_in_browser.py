"""The real app in a real browser: nothing fails, nothing leaves the machine, nothing overflows, the hooks exist."""

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import Request, urlopen

import pytest

from benchmarks.app_server import running_app
from sim.scenario.load import IN_ORDER

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

CHROMIUM = os.environ.get("LOADBEARING_CHROMIUM") or shutil.which("chromium")
WINDOWS = {"laptop": (1440, 900), "projector": (1024, 768), "phone": (390, 844)}
PATHS = {
    "start": "/",
    "strategy": "/strategy?p=prototype_by_friday&own=30&store=open_hosted",
    "operations": "/operations?p=regulated_in_the_eu",
    "economics": "/economics?p=own_the_platform",
    "lock-in": "/lock-in?p=prototype_by_friday",
    "compare": "/compare",
    "futures": "/futures",
    "report": "/report",
    "workshop": "/workshop",
    "own": "/own",
    "about": "/about",
}
CHARTED = ("strategy", "operations", "economics", "lock-in", "compare")
PAINT_MS = 90_000

HOOKS = (
    '[data-testid="stMainBlockContainer"]',
    '[data-testid="stSidebar"]',
    '[data-testid="stSidebarUserContent"]',
    '[data-testid="stHeader"]',
    '[data-testid="stTopNavLink"][aria-current="page"]',
    '[data-testid="stSidebar"] [class*="st-key-group_"]',
    '[data-testid="stElementContainer"][class*="st-key-lever_"]',
    '[class*="st-key-lever_"] [data-testid="stWidgetLabel"]',
    '[class*="st-key-lever_"] [data-testid="stTooltipIcon"]',
    '[data-testid="stButtonGroup"] [role="radiogroup"] [role="radio"][aria-checked="true"]',
    '.st-key-month [data-testid="stButtonGroup"]',
    '[class*="st-key-kpi_"] [data-testid="stMetricLabel"] p',
    '[class*="st-key-kpi_"] [data-testid="stMetricValue"]',
    '[class*="st-key-kpi_"] :has(> [data-testid="stMetricDelta"])',
    '[class*="st-key-kpi_"] [data-testid="stMetricDeltaDescription"]',
    '[class*="st-key-menu_"] button [aria-hidden="true"]',
    ".st-key-shell",
    ".st-key-world",
)
"""Where the look takes hold of Strategy; a Streamlit release that renames one must be seen here."""


@dataclass
class Seen:
    """What went wrong while a page was open."""

    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of the app, started plainly on a free port."""
    if not CHROMIUM or not Path(CHROMIUM).exists():
        pytest.skip("no Chromium: set LOADBEARING_CHROMIUM to its path")
    # A full run that ends between two looks would change the figures that are compared.
    with running_app(full_runs=False) as (address, _):
        yield address


class Windows:
    """Windows of one browser; those of a size and scheme share what was fetched, as the tabs of one person do."""

    def __init__(self, browser) -> None:
        self._browser = browser
        self._contexts: dict[tuple[str, str], Any] = {}

    def page(self, window: str, scheme: str):
        """A new tab."""
        if (window, scheme) not in self._contexts:
            width, height = WINDOWS[window]
            size = {"width": width, "height": height}
            self._contexts[window, scheme] = self._browser.new_context(viewport=size, color_scheme=scheme)
        return self._contexts[window, scheme].new_page()


@pytest.fixture(scope="module")
def chromium(server) -> Iterator[Windows]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield Windows(opened)
        opened.close()


def _watch(page, server: str) -> Seen:
    seen = Seen()
    host = urlparse(server).netloc

    def answered(response) -> None:
        if response.status >= 400:
            seen.failed.append(f"{response.status} {response.url}")

    def asked(request) -> None:
        where = urlparse(request.url)
        if where.scheme in ("http", "https", "ws", "wss") and where.netloc != host:
            seen.foreign.append(request.url)

    def spoke(message) -> None:
        if message.type == "error":
            seen.errors.append(message.text)

    page.on("response", answered)
    page.on("request", asked)
    page.on("requestfailed", lambda request: seen.failed.append(request.url))
    page.on("console", spoke)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    return seen


def _open(chromium: Windows, address: str, *, window: str, scheme: str = "light"):
    page = chromium.page(window, scheme)
    return page, _watch(page, address)


def _settled(page) -> None:
    page.wait_for_selector("h1.lb-headline", timeout=PAINT_MS)
    page.wait_for_function("!document.querySelector('[data-testid=\"stStatusWidget\"]')", timeout=PAINT_MS)


@pytest.mark.parametrize("window", ["laptop", "phone"])
@pytest.mark.parametrize("path", list(PATHS))
def test_page_is_clean(chromium, server, path, window):
    page, seen = _open(chromium, server, window=window)
    page.goto(server + PATHS[path])
    _settled(page)
    if path in CHARTED:
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=PAINT_MS)
    overflows = [_overflow(page)]
    if window == "laptop":
        width, height = WINDOWS["projector"]
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        overflows.append(_overflow(page))
    page.close()
    assert (seen.failed, seen.errors, seen.foreign) == ([], [], [])
    assert max(overflows) <= 0


def _overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_hooks_of_the_look_exist(chromium, server):
    page, _ = _open(chromium, server, window="laptop")
    page.goto(server + PATHS["strategy"])
    _settled(page)
    _told(page)
    page.wait_for_selector(HOOKS[-1], timeout=PAINT_MS)
    missing = [hook for hook in HOOKS if page.locator(hook).count() == 0]
    page.goto(server + PATHS["compare"])
    # Without the hook the names of plans are white on light blue in the dark theme.
    page.wait_for_selector('[data-testid="stMultiSelect"] [data-tag]', timeout=PAINT_MS)
    page.close()
    assert missing == []


def test_keys_move_a_lever_and_the_link_follows(chromium, server):
    page, seen = _open(chromium, server, window="laptop")
    page.goto(f"{server}/strategy?p=prototype_by_friday")
    _settled(page)
    slider = page.get_by_role("slider", name="Answers served on our own GPUs")
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    page.wait_for_url("**own=20*", timeout=PAINT_MS)
    assert slider.get_attribute("aria-valuetext") == "20\u00a0%"
    figures = page.locator('[data-testid="stMetricValue"]').all_inner_texts
    page.wait_for_function(
        "document.querySelector('.lb-headline').textContent.includes('20\\u00a0%')", timeout=PAINT_MS
    )
    _settled(page)
    moved = figures()
    page.reload()
    _settled(page)
    page.wait_for_function(
        "document.querySelectorAll('[data-testid=\"stMetricValue\"]').length === 4", timeout=PAINT_MS
    )
    assert figures() == moved
    page.go_back()
    page.wait_for_function(
        "!document.querySelector('.lb-headline').textContent.includes('20\\u00a0%')", timeout=PAINT_MS
    )
    assert "own=20" not in page.url
    page.close()
    assert seen.errors == []


def test_dark_theme_follows_the_system(chromium, server):
    page, _ = _open(chromium, server, window="laptop", scheme="dark")
    page.goto(server + PATHS["strategy"])
    _settled(page)
    color = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--lb-page').trim()")
    page.close()
    assert color == "#15171B"


def test_an_open_page_turns_dark_with_the_system(chromium, server):
    page, seen = _open(chromium, server, window="laptop")
    page.goto(server + PATHS["strategy"])
    _settled(page)
    page.wait_for_selector(".xtick text", timeout=PAINT_MS)
    page.emulate_media(color_scheme="dark")
    # What Python drew: a heading, and the words of a chart.
    for part, style, color in (("lb-headline", "color", "236, 232, 225"), ("xtick text", "fill", "171, 166, 157")):
        page.wait_for_function(
            "([part, style, color]) => getComputedStyle(document.querySelector(part))[style] === color",
            arg=[f".{part}", style, f"rgb({color})"],
            timeout=PAINT_MS,
        )
    page.close()
    assert seen.errors == []


@pytest.mark.parametrize("preset", IN_ORDER)
def test_every_page_of_a_preset_is_clean(chromium, server, preset):
    page, seen = _open(chromium, server, window="laptop", scheme="dark")
    for path in ("strategy", "operations", "economics", "lock-in", "own"):
        page.goto(f"{server}/{path}?p={preset}")
        _settled(page)
        if path in CHARTED:
            page.wait_for_selector(".js-plotly-plot .main-svg", timeout=PAINT_MS)
        assert page.locator(".lb-problem").count() == 0, path
        # Leaving a page while it asks for something ends the asking; only this page's own faults count.
        page.wait_for_load_state("networkidle")
    page.close()
    assert (seen.failed, seen.errors, seen.foreign) == ([], [], [])


def test_a_shared_link_says_the_same_elsewhere(chromium, server):
    mine, _ = _open(chromium, server, window="laptop")
    mine.goto(f"{server}/strategy?p=own_the_platform&own=60&api=15&month=24&decide=6")
    _settled(mine)
    mine.get_by_role("button", name="Share").click()
    link = mine.locator('[data-testid="stCode"] code').inner_text().strip()
    told = _told(mine)
    mine.close()
    yours, seen = _open(chromium, server, window="projector")
    yours.goto(link)
    _settled(yours)
    assert _told(yours) == told
    yours.close()
    assert seen.errors == []


def _told(page) -> tuple[str, list[str]]:
    """The headline and the key numbers, once all four stand."""
    page.wait_for_function(
        "document.querySelectorAll('[data-testid=\"stMetricValue\"]').length === 4", timeout=PAINT_MS
    )
    return page.locator(".lb-headline").inner_text(), page.locator('[data-testid="stMetricValue"]').all_inner_texts()


@pytest.mark.parametrize(
    "query",
    [
        "p=<script>alert(1)</script>&own='%22%3E&decide=-1",
        "p=s~AAAA&left=../../etc/passwd&right=%00&x=" + "a" * 5000,
    ],
)
def test_a_hostile_link_loads_what_it_can(chromium, server, query):
    page, seen = _open(chromium, server, window="laptop")
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(f"{server}/strategy?{query}")
    _settled(page)
    _told(page)
    assert "ignored" in page.locator(".lb-problem").inner_text()
    assert page.locator('[data-testid="stException"]').count() == 0
    page.close()
    assert (alerts, seen.errors) == ([], [])


def test_the_main_story_needs_no_mouse(chromium, server):
    """From Start to a plan, a lever moved, the figure explained, and what it means for leaving: by keys alone."""
    page, seen = _open(chromium, server, window="laptop")
    page.goto(server)
    _settled(page)
    _tab_to(page, "a", "Open in Strategy")
    page.keyboard.press("Enter")
    page.wait_for_url("**/strategy**", timeout=PAINT_MS)
    _told(page)
    _tab_to(page, "input", "Answers served on our own GPUs")
    before = page.locator(".lb-headline").inner_text()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('.lb-headline').textContent !== before", arg=before, timeout=PAINT_MS
    )
    _settled(page)
    _tab_to(page, "button", "Why")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lb-tree", timeout=PAINT_MS)
    page.keyboard.press("Escape")
    page.wait_for_selector(".lb-tree", state="detached", timeout=PAINT_MS)
    _tab_to(page, "a", "Lock-in")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lock-in**", timeout=PAINT_MS)
    page.wait_for_selector(".lb-doors", timeout=PAINT_MS)
    page.close()
    assert (seen.failed, seen.errors) == ([], [])


def _tab_to(page, tag: str, name: str, *, most: int = 120) -> None:
    """Press Tab until the named element has the focus, which must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { let at = document.activeElement;
              while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
              const style = at && getComputedStyle(at);
              return at && [at.tagName.toLowerCase(), at.getAttribute("aria-label") || at.innerText || "",
                style.outlineStyle !== "none" || style.boxShadow !== "none"]; }"""
        )
        if found and found[0] == tag and name in found[1]:
            assert found[2], f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"{name} cannot be reached by the Tab key")


def test_headers_protect_the_page_and_assets_are_packed(server):
    with urlopen(server) as answer:
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        script = answer.read().decode().split('src="./static/js/')[1].split('"')[0]
    asked = Request(f"{server}/static/js/{script}", headers={"Accept-Encoding": "gzip"})
    with urlopen(asked) as packed, urlopen(f"{server}/static/js/{script}") as plain:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.read()) == plain.read()
    with urlopen(f"{server}/api/health") as answer:
        assert json.load(answer)["status"] == "ok"
