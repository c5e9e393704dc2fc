"""A room of thirty in the workshop's pages, and what killing the app loses.

    python benchmarks/workshop_load.py load [--clients 30] [--seconds 300] [--think 15]
    python benchmarks/workshop_load.py kills [--count 20]

Clients speak Streamlit's own WebSocket protocol, without a browser: each enters
with code and PIN, polls every two seconds as a phone does, and taps a card now and then.
Every tap whose page came back with it chosen counts as acknowledged; it is
looked for in the store afterwards. `kills` ends the app with SIGKILL while
clients tap, starts it again on the same file, and looks for the same.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app_pages.workshop.live import PHONE_S  # noqa: E402
from benchmarks.app_server import cpu_s, free_port, machine, percentile, running_app  # noqa: E402
from sim.workshop import Created, Workshop, load_deck, new_setup  # noqa: E402
from sim.workshop.actions import OpenTurn  # noqa: E402

CLIENTS, SECONDS, KILLS, THINK_S = 30, 300.0, 20, 15.0
SLOWEST_S = 1.0
TEAMS, SEED, MINUTES = 6, 11, 120.0
LONGEST_S = 60.0


@dataclass
class Seen:
    """What the clients waited for, and what they were told."""

    polls_s: list[float] = field(default_factory=list)
    taps_s: list[float] = field(default_factory=list)
    acknowledged: int = 0
    refused: int = 0


class Tab:
    """One session of the app, as a browser's tab would hold it: widgets by their keys, fragments that poll."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._page = ""
        self.widgets: dict[str, str] = {}
        self.fragments: set[str] = set()
        self.states: dict[str, Callable[[Any], None]] = {}
        self.failed = False
        self.text = ""

    async def run(self, *, query: str = "", triggers: dict[str, Callable[[Any], None]] | None = None,
                  fragment: str = "") -> float:  # fmt: skip
        """Seconds until a run of the page, or of one fragment, is finished."""
        ask = BackMsg()
        ask.rerun_script.query_string = query
        ask.rerun_script.page_name = "workshop" if not self._page else ""
        ask.rerun_script.page_script_hash = self._page
        ask.rerun_script.fragment_id = fragment
        for id, fill in {**self.states, **(triggers or {})}.items():
            state = ask.rerun_script.widget_states.widgets.add()
            state.id = id
            fill(state)
        began_s = perf_counter()
        await self._socket.send(ask.SerializeToString())
        if not fragment:
            self.text = ""
        async for frame in self._socket:
            message = ForwardMsg()
            message.ParseFromString(frame)
            if self._read(message):
                break
        return perf_counter() - began_s

    def _read(self, message: ForwardMsg) -> bool:
        """Take a message in; whether it ends the run."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self.fragments.add(message.auto_rerun.fragment_id)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            name = element.WhichOneof("type")
            self.failed |= name == "exception"
            if name == "html":
                self.text += element.html.body
            id = getattr(getattr(element, name), "id", "") if name else ""
            if id:
                # An id ends in the key that the page gave its widget.
                self.widgets[id.rsplit("-", 1)[-1]] = id
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN


def _text(value: str) -> Callable[[Any], None]:
    return lambda state: setattr(state, "string_value", value)


def _pressed(state: Any) -> None:
    state.trigger_value = True


def _ticked(on: bool) -> Callable[[Any], None]:
    return lambda state: setattr(state, "bool_value", on)


async def entered(tab: Tab, created: Created, team: str) -> None:
    """Come in by the door: code from the link, team, PIN."""
    await tab.run(query=f"code={created.code}")
    choice, pin, enter = tab.widgets["ws_team"], tab.widgets["ws_pin"], tab.widgets["Enter"]
    # Teams are named as their ids, with a capital.
    tab.states |= {pin: _text(created.team_pins[team]), choice: _text(team.capitalize())}
    await tab.run(triggers={enter: _pressed})
    tab.states.clear()
    assert any(key.startswith("ws_card_") for key in tab.widgets), "the team was not admitted"


async def taps(tab: Tab, card: str, seen: Seen, *, until_s: float, think_s: float, rng: random.Random) -> None:
    """Tap one card on and off, and poll as the page would."""
    mine = f"ws_card_t0_{card}"
    next_tap_s = perf_counter() + rng.uniform(0, think_s)
    while perf_counter() < until_s:
        began_s = perf_counter()
        for fragment in sorted(tab.fragments)[:1]:
            seen.polls_s.append(await tab.run(fragment=fragment))
        if perf_counter() >= next_tap_s:
            on = not tab.states
            tab.states = {tab.widgets[mine]: _ticked(on)}
            seen.taps_s.append(await tab.run())
            if not on:
                tab.states = {}
            refused = tab.failed or 'class="lb-problem"' in tab.text
            seen.refused += refused
            seen.acknowledged += not refused
            tab.failed = False
            next_tap_s = perf_counter() + rng.expovariate(1 / think_s)
        await asyncio.sleep(max(0.0, began_s + PHONE_S - perf_counter()))


def own_card(at: int) -> str:
    """A card for each client of a team, none that answers another one's question."""
    by_group = {card.group: card.id for card in reversed(load_deck("three_years").cards)}
    return list(by_group.values())[(at // TEAMS) % len(by_group)]


async def visit(address: str, created: Created, at: int, seen: Seen, *, until_s: float, think_s: float) -> None:
    team = list(created.team_pins)[at % TEAMS]
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with websockets.connect(url, max_size=None, subprotocols=[websockets.Subprotocol("streamlit")]) as socket:
        tab = Tab(socket)
        await entered(tab, created, team)
        await taps(tab, own_card(at), seen, until_s=until_s, think_s=think_s, rng=random.Random(at))


def session(url: str) -> tuple[Workshop, Created]:
    """A session whose first round is open, with budget for a tap of everybody."""
    deck = load_deck("three_years")
    plan = deck.rounds[1].model_copy(update={"minutes": MINUTES})
    deck = deck.model_copy(update={"rounds": (plan,), "budget": 24})
    workshop = Workshop(url)
    until = datetime.now(UTC).date() + timedelta(days=2)
    created = workshop.create(new_setup(deck, teams=TEAMS, delete_on=until, seed=SEED))
    workshop.act(created.seat, OpenTurn(turn=0))
    return workshop, created


def taken(workshop: Workshop, created: Created) -> int:
    """How many times cards were saved, as the store has it."""
    log = json.loads(workshop.export(created.seat))["log"]
    return sum(logged["action"]["kind"] == "choose" for logged in log)


def load(clients: int, seconds: float, *, think_s: float) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = f"sqlite:///{Path(folder) / 'workshop.sqlite'}"
        address, app = stack.enter_context(running_app(full_runs=False, settings={"LOADBEARING_DATABASE_URL": url}))
        workshop, created = session(url)
        seen, before_s = Seen(), cpu_s(app)

        async def room() -> None:
            until_s = perf_counter() + seconds
            await asyncio.gather(
                *(visit(address, created, at, seen, until_s=until_s, think_s=think_s) for at in range(clients))
            )

        asyncio.run(room())
        used_s = cpu_s(app) - before_s
        held = taken(workshop, created)
    for name, took_s in (("polls", seen.polls_s), ("taps", seen.taps_s)):
        print(f"{name:6s} {len(took_s):5d}: median {percentile(took_s, 50):.2f}, p95 {percentile(took_s, 95):.2f}, "
              f"slowest {max(took_s):.2f} s")  # fmt: skip
    slow_s = percentile(seen.polls_s + seen.taps_s, 95)
    print(f"p95 of all {slow_s:.2f} s, target <= {SLOWEST_S:g} s: {'met' if slow_s <= SLOWEST_S else 'MISSED'}")
    print(f"the app used {used_s:.0f} s of a processor in {seconds:.0f} s, however busy the machine was")
    print(f"{seen.acknowledged} taps acknowledged, {held} in the store, {seen.refused} refused or failed")


def kills(count: int) -> None:
    """End the app at random moments while a client taps; what it had been told must be in the store."""
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'workshop.sqlite'}"
        workshop, created = session(url)
        port, lost, told = free_port(), 0, 0
        for kill in range(count):
            seen = Seen()
            before = taken(workshop, created)
            with running_app(full_runs=False, port=port, settings={"LOADBEARING_DATABASE_URL": url}) as (address, app):
                asyncio.run(_until_killed(address, app, created, seen, after_s=rng.uniform(0.2, 3.0), at=kill))
            held = taken(workshop, created) - before
            lost += max(0, seen.acknowledged - held)
            told += seen.acknowledged
        again = workshop.enter_as_facilitator(created.code, created.facilitator_pin)
        state = workshop.now(again).turn_state
    print(f"{count} kills, {told} acknowledged taps, {lost} lost; the session goes on: round {state}")


async def _until_killed(
    address: str, app: int, created: Created, seen: Seen, *, after_s: float, at: int
) -> None:  # fmt: skip
    visitor = asyncio.create_task(
        visit(address, created, at, seen, until_s=perf_counter() + LONGEST_S, think_s=0.05)
    )
    while not seen.acknowledged and not visitor.done():
        await asyncio.sleep(0.02)
    await asyncio.sleep(after_s)
    os.kill(app, signal.SIGKILL)
    await asyncio.gather(visitor, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["load", "kills"])
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--count", type=int, default=KILLS)
    parser.add_argument("--think", type=float, default=THINK_S, help="mean seconds between two taps of a client")
    asked = parser.parse_args()
    print(machine())
    if asked.what == "load":
        load(asked.clients, asked.seconds, think_s=asked.think)
    else:
        kills(asked.count)


if __name__ == "__main__":
    main()
