"""How long a reader waits: from a lever to the painted figure, while a lever is dragged, and at the first visit.

`python benchmarks/app_latency.py` starts the app, drives it in Chromium at
1440x900, and prints each figure beside its target. Needs Playwright and a
Chromium: the one on the path, or the one that LOADBEARING_CHROMIUM names.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.app_server import cpu_s, machine, percentile, running_app  # noqa: E402

CHROMIUM = os.environ.get("LOADBEARING_CHROMIUM") or shutil.which("chromium") or ""
MOVES, DRAG_S, PATIENCE_MS = 20, 3.0, 60_000
MONEY, PHYSICS, DRAGGED = "API prices a year", "Answers served on our own GPUs", "Answers served on our own GPUs"
TARGETS = {"money": 400.0, "physics": 900.0, "repaints": 4.0, "cold_mb": 3.0, "cold_s": 4.0}

WATCH = """() => {
  const seen = (window.lbSeen = { last: 0, count: 0, texts: 0, said: "" });
  const headline = () => document.querySelector(".lb-headline")?.textContent ?? "";
  seen.said = headline();
  new MutationObserver((changes) => {
    const drawn = changes.some((c) => c.target.closest?.(".js-plotly-plot, [data-testid=stMetricValue], .lb-spark"));
    const said = headline();
    if (said !== seen.said) { seen.said = said; seen.texts += 1; }
    if (!drawn) return;
    seen.count += 1;
    requestAnimationFrame(() => (seen.last = performance.now()));
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  addEventListener("keydown", () => { seen.pressed = performance.now(); seen.last = 0; seen.count = 0; }, true);
}"""
PAINTED = "() => window.lbSeen.count > 0 && window.lbSeen.last > 0 && performance.now() - window.lbSeen.last > 700"
"""Nothing in the figures has moved for a while: the last change was the last of this move."""


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page of its own, as a first visitor has it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address)
    _shown(page)
    yield page
    context.close()


def _shown(page: Page) -> None:
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=PATIENCE_MS)
    page.wait_for_function("!document.querySelector('[data-testid=\"stStatusWidget\"]')", timeout=PATIENCE_MS)


def cold_page(browser: Browser, address: str) -> tuple[float, float]:
    """Megabytes on the wire and seconds until the figures of a first visit stand."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    # The browser tells binary frames in base 64, four letters for three bytes.
    wire.on(
        "Network.webSocketFrameReceived", lambda event: received.append(0.75 * len(event["response"]["payloadData"]))
    )
    began_s = perf_counter()
    page.goto(f"{address}/strategy")
    _shown(page)
    took_s = perf_counter() - began_s
    page.wait_for_timeout(1000)
    context.close()
    return sum(received) / 1e6, took_s


def moves(browser: Browser, address: str, *, lever: str, process: int) -> tuple[list[float], float]:
    """How long each of many new values of a lever takes.

    Returns:
        Milliseconds from the press of a key to the last change of a figure, and
        the server's processor time of a move [ms], the page's opening left out.
    """
    took_ms = []
    with opened(browser, f"{address}/strategy?p=prototype_by_friday") as page:
        page.wait_for_timeout(1500)
        page.evaluate(WATCH)
        slider = page.get_by_role("slider", name=lever)
        slider.focus()
        before_s = cpu_s(process)
        for _ in range(MOVES):
            slider.press("ArrowRight")
            page.wait_for_function(PAINTED, timeout=PATIENCE_MS)
            took_ms.append(page.evaluate("window.lbSeen.last - window.lbSeen.pressed"))
        used_ms = 1000 * (cpu_s(process) - before_s) / MOVES
    return took_ms, used_ms


def repaints_while_dragged(browser: Browser, address: str) -> float:
    """Times a second that the figures are painted anew while a hand is on a lever."""
    with opened(browser, f"{address}/strategy?p=prototype_by_friday") as page:
        page.wait_for_timeout(1500)
        page.evaluate(WATCH)
        box = page.get_by_role("slider", name=DRAGGED).bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 9, y)
        page.mouse.down()
        began_s = perf_counter()
        while (at_s := perf_counter() - began_s) < DRAG_S:
            page.mouse.move(box["x"] + 9 + (box["width"] - 18) * at_s / DRAG_S, y)
            page.wait_for_timeout(30)
        repaints: float = page.evaluate("window.lbSeen.texts")
        page.mouse.up()
    return repaints / DRAG_S


def say(what: str, value: str, target: str, *, met: bool) -> None:
    print(f"{what:58s} {value:>12s}   target {target:10s} {'met' if met else 'MISSED'}", flush=True)


def main() -> None:
    if not CHROMIUM:
        sys.exit("no Chromium: set LOADBEARING_CHROMIUM to its path")
    print(machine())
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with running_app(full_runs=False) as (address, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        # The server's own first evaluation and first packing of its files belong to nobody's visit.
        cold_page(browser, address)
        megabytes, seconds = cold_page(browser, address)
        most = TARGETS["cold_mb"]
        say("cold page, received", f"{megabytes:.2f} MB", f"<= {most:g} MB", met=megabytes <= most)
        say("cold page, until the figures stand", f"{seconds:.1f} s", f"<= {TARGETS['cold_s']:g} s",
            met=seconds <= TARGETS["cold_s"])  # fmt: skip
        for name, lever in (("money", MONEY), ("physics", PHYSICS)):
            took_ms, used_ms = moves(browser, address, lever=lever, process=process)
            p95 = percentile(took_ms, 95)
            what = f"{name} lever to painted figure, p95 of {MOVES} new values"
            say(what, f"{p95:.0f} ms", f"<= {TARGETS[name]:.0f} ms", met=p95 <= TARGETS[name])
            print(f"{'':58s} median {percentile(took_ms, 50):.0f}, slowest {max(took_ms):.0f} ms; "
                  f"{used_ms:.0f} ms of the server's processor each")  # fmt: skip
        rate = repaints_while_dragged(browser, address)
        say("repaints a second while a lever is dragged", f"{rate:.1f}", f">= {TARGETS['repaints']:g}",
            met=rate >= TARGETS["repaints"])  # fmt: skip
        browser.close()


if __name__ == "__main__":
    main()
