"""A room of thirty: how long a move takes when many visitors move levers at once, and what the process holds.

`python benchmarks/app_load.py` starts the app and opens sessions that speak
Streamlit's own WebSocket protocol, without a browser. Each visitor opens
Strategy, thinks, moves a lever, and reads until the run is finished. Some moves
were made by somebody before and are remembered, others are new. Painting is not
included; `app_latency.py` measures that.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.app_server import machine, percentile, running_app  # noqa: E402

SESSIONS, MOVES, THINK_S, NEW_SHARE = 30, 6, 10.0, 0.5
SLOWEST_MS, MOST_MB = 1000.0, 600.0
PAGE = "strategy"
PRESETS = ("prototype_by_friday", "own_the_platform", "regulated_in_the_eu", "open_models_by_the_token")
KNOWN = ({"api": "10"}, {"grow": "4"}, {"spare": "60"})
"""Moves that somebody has made before."""


@dataclass
class Seen:
    """What the visitors waited for [ms]."""

    known_ms: list[float] = field(default_factory=list)
    new_ms: list[float] = field(default_factory=list)
    failed: int = 0


def new_moves(seed: int) -> Iterator[dict[str, str]]:
    """Moves that nobody made: prices, growth and what is built to move, in a random order without repeats."""
    every = [
        {"api": str(api), "grow": str(grow), "move": str(move)}
        for api in range(-50, 55, 5) for grow in range(1, 11) for move in range(0, 100, 10)
    ]  # fmt: skip
    random.Random(seed).shuffle(every)
    return iter(every)


class Visitor:
    """One session; `run` asks for the page of a link and reads until it has been sent whole."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._page = ""

    async def run(self, query: dict[str, str]) -> tuple[float, bool]:
        """Milliseconds until the run is finished, and whether it went well."""
        ask = BackMsg()
        ask.rerun_script.query_string = urlencode(query)
        ask.rerun_script.page_name = PAGE if not self._page else ""
        ask.rerun_script.page_script_hash = self._page
        began_s = perf_counter()
        await self._socket.send(ask.SerializeToString())
        fine = True
        async for frame in self._socket:
            message = ForwardMsg()
            message.ParseFromString(frame)
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self._page = message.navigation.page_script_hash
                shown = [p.url_pathname for p in message.navigation.app_pages if p.page_script_hash == self._page]
                fine = fine and shown == [PAGE]
            if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                fine = False
            if kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                break
        return 1000 * (perf_counter() - began_s), fine


async def visit(
    address: str, at: int, seen: Seen, *, moves: Iterator[dict[str, str]], arguments: argparse.Namespace
) -> None:
    """One visitor's hour, in short."""
    rng = random.Random(at)
    preset = PRESETS[at % len(PRESETS)]
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    await asyncio.sleep(rng.uniform(0, arguments.think))
    async with websockets.connect(url, max_size=None, subprotocols=[websockets.Subprotocol("streamlit")]) as socket:
        visitor = Visitor(socket)
        await visitor.run({"p": preset})
        for _ in range(arguments.moves):
            await asyncio.sleep(rng.expovariate(1 / arguments.think))
            new = rng.random() < NEW_SHARE
            took_ms, fine = await visitor.run({"p": preset, **(next(moves) if new else rng.choice(KNOWN))})
            (seen.new_ms if new else seen.known_ms).append(took_ms)
            seen.failed += not fine


def resident_mb(process: int) -> float:
    """Memory that a process holds [MB]; Linux only."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


async def play(address: str, arguments: argparse.Namespace) -> Seen:
    seen = Seen()
    async with websockets.connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream", max_size=None,
        subprotocols=[websockets.Subprotocol("streamlit")],
    ) as socket:  # fmt: skip
        facilitator = Visitor(socket)
        for preset in PRESETS:
            for move in ({}, *KNOWN):
                await facilitator.run({"p": preset, **move})
    moves = new_moves(1)
    rooms = (visit(address, at, seen, moves=moves, arguments=arguments) for at in range(arguments.sessions))
    await asyncio.gather(*rooms)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--moves", type=int, default=MOVES, help="by each visitor")
    parser.add_argument("--think", type=float, default=THINK_S, help="mean seconds between two moves")
    arguments = parser.parse_args()
    print(machine())
    with running_app(full_runs=False) as (address, process):
        seen = asyncio.run(play(address, arguments))
        megabytes = resident_mb(process)
    every = seen.known_ms + seen.new_ms
    for name, took_ms in (("remembered", seen.known_ms), ("new", seen.new_ms), ("all", every)):
        if took_ms:
            print(f"{name:12s} {len(took_ms):4d} moves: median {percentile(took_ms, 50):.0f}, "
                  f"p95 {percentile(took_ms, 95):.0f}, slowest {max(took_ms):.0f} ms")  # fmt: skip
    slow, large = percentile(every, 95), megabytes
    print(f"p95 of all moves {slow:.0f} ms, target <= {SLOWEST_MS:.0f} ms: {'met' if slow <= SLOWEST_MS else 'MISSED'}")
    print(f"memory {large:.0f} MB, target <= {MOST_MB:.0f} MB: {'met' if large <= MOST_MB else 'MISSED'}")
    print(f"runs that failed: {seen.failed}")


if __name__ == "__main__":
    main()
