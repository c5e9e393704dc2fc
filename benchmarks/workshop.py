"""Measures the workshop: how long a round's results take, what a room should expect, what twenty kills lose.

    python -m benchmarks.workshop results [--teams 8] [--hands chance|heavy] [--seconds 0]
    python -m benchmarks.workshop ranges [--teams 24]
    python -m benchmarks.workshop kills [--count 20]
    python -m benchmarks.workshop clients [--count 30] [--seconds 60]
"""

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from app_pages.workshop.preparing import Preparing
from sim.strategy import Processes
from sim.strategy.evaluate import model_version
from sim.workload.streams import stream
from sim.workshop import Created, Seat, Workshop, decks, load_deck, new_setup
from sim.workshop.actions import Arrive, CloseTurn, HandIn, OpenTurn, Prediction, Reveal
from sim.workshop.cards import Deck
from sim.workshop.evaluations import Evaluations
from sim.workshop.playing import played_scenario, starting_scenario
from sim.workshop.readings import read
from sim.workshop.session import Play
from sim.workshop.setup import usual_teams

SEED = 11
WRITER = """
import sys
from sim.workshop import Workshop
from sim.workshop.actions import Arrive
workshop = Workshop(sys.argv[1])
seat = workshop.resume(sys.argv[2])
for n in range(10_000):
    print(workshop.act(seat, Arrive(people=1 + n % 30), token=f"{sys.argv[3]}-{n}").seq, flush=True)
"""


def hands_of(deck: Deck, player: int) -> list[list[str]]:
    """Cards of each round for one of many rooms: as many as allowed at most, of different groups, by chance."""
    draws = stream(SEED, player, name="benchmark/workshop.hands")
    hands = []
    for plan in deck.rounds:
        order = [deck.cards[at] for at in draws.permutation(len(deck.cards))]
        by_group = {card.group: card.id for card in reversed(order)}
        chosen = [card.id for card in order if by_group[card.group] == card.id]
        hands.append([] if plan.practice else chosen[: int(draws.integers(0, deck.budget + 1))])
    return hands


def ranges(teams: int) -> None:
    """Tables for docs/facilitator.md: where the middle 80 of 100 rooms end each round, no shock thrown."""
    print(f"Version {model_version()}, seed {SEED}, {teams} teams of cards drawn by chance, quick estimates.\n")
    for id in decks():
        deck, evaluations = load_deck(id), Evaluations()
        base, (team,) = starting_scenario(deck, seed=SEED), usual_teams(1)
        rows = []
        for player in range(teams):
            hands = hands_of(deck, player)
            plays = tuple(Play(id, p.first_month) for p, hand in zip(deck.rounds, hands, strict=True) for id in hand)
            outcome = evaluations.outcome(played_scenario(base, deck, plays=plays))
            rows.append([read(outcome, team, month=p.last_month, plays=plays, prediction=None) for p in deck.rounds])
        print(f"**{deck.title}**\n\n| Round ends in month | Gross margin | Slowest 5% (s) | Cash to leave ($k) | "
              "Cash so far ($k) | Launch month |\n|---|---|---|---|---|---|")  # fmt: skip
        for at, plan in enumerate(deck.rounds):
            if plan.practice:
                continue
            results = [row[at] for row in rows]
            print(f"| {plan.title}, {plan.last_month} | {_middle([100 * r.gross_margin for r in results])}% "
                  f"| {_middle([r.p95_s.mean for r in results], digits=1)} "
                  f"| {_middle([r.exit_usd / 1e3 for r in results])} | {_middle([r.cash_usd / 1e3 for r in results])} "
                  f"| {_middle([r.launch_month for r in results])} |")  # fmt: skip
        print()


def _middle(values: list[float], *, digits: int = 0) -> str:
    known = [value for value in values if not np.isnan(value)]
    low, high = np.percentile(known, (10, 90), method="nearest")
    written = f"{low:.{digits}f} to {high:.{digits}f}"
    return written.replace("-", "\N{MINUS SIGN}").replace("inf", "unbounded")


HEAVY = [
    [serving, router, region]
    for region in ("region_each", "region_eu", "cache")
    for router in ("router_cost", "router_quality")
    for serving in ("half_and_half", "rent_gpus")
]
"""Hands that no two teams share windows of: own GPUs behind a router, in other regions or with a cache."""


def results(teams: int, *, hands: str, seconds: float) -> None:
    """Seconds from closing a round to its results for different teams, in a process that has computed nothing.

    Args:
        hands: `chance`, or `heavy` for the dearest that the deck allows, in one round.
        seconds: over which the teams hand in, played beside them as the app does; 0 computes all after the close.
    """
    with tempfile.TemporaryDirectory() as folder, Processes() as executor:
        evaluations = Evaluations(executor=executor)
        workshop, created, seats = _session(folder, "three_years", teams, evaluations=evaluations)
        deck, beside = load_deck("three_years"), Preparing()
        # The first use starts the processes, which an app has done long before.
        workshop.prepare(created.seat, 1)
        workshop.act(created.seat, OpenTurn(turn=0))
        workshop.act(created.seat, CloseTurn())
        workshop.act(created.seat, Reveal())
        for turn in (1, 2, 3) if hands == "chance" else (1,):
            workshop.act(created.seat, OpenTurn(turn=turn))
            for player, seat in enumerate(seats):
                guess = Prediction(gross_margin=0.5, p95_s=2.0, exit_usd=5e5)
                drawn = hands_of(deck, player)[turn] if hands == "chance" else HEAVY[player % len(HEAVY)]
                workshop.act(seat, HandIn(turn=turn, cards=tuple(drawn), prediction=guess))
                if seconds:
                    beside.soon(player, partial(workshop.prepare, seat, turn))
                    time.sleep(seconds / teams)
            workshop.act(created.seat, CloseTurn())
            begin = time.perf_counter()
            workshop.prepare(created.seat, turn)
            print(f"round {turn}: {teams} teams in {time.perf_counter() - begin:.2f} s")
            workshop.act(created.seat, Reveal())
        beside.settled(60)
        begin = time.perf_counter()
        workshop.regret(created.seat, turn)
        print(f"other futures: {time.perf_counter() - begin:.2f} s")
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"processor time, imports included: {sum(each.ru_utime + each.ru_stime for each in used):.1f} s")


def kills(count: int) -> None:
    """SIGKILL a writing process at random moments, and look for every action that it had acknowledged."""
    with tempfile.TemporaryDirectory() as folder:
        workshop, created, (seat, *_) = _session(folder, "one_year", 2)
        workshop.close()
        url, lost, told = _url(folder), 0, 0
        for kill in range(count):
            process = subprocess.Popen(
                [sys.executable, "-c", WRITER, url, seat.token, str(kill)], stdout=subprocess.PIPE, text=True
            )
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(random.uniform(0, 0.5))
            os.kill(process.pid, signal.SIGKILL)
            seqs = [int(line) for line in (first + process.stdout.read()).split("\n")[:-1]]
            process.wait()
            workshop = Workshop(url)
            held = workshop.now(workshop.resume(created.seat.token)).seq
            lost += sum(seq > held for seq in seqs)
            told += len(seqs)
            workshop.close()
        print(f"{count} kills, {told} acknowledged actions, {lost} lost")


def clients(count: int, seconds: float) -> None:
    """Clients that poll every second and submit every fifth time: how long an answer takes, and what is lost."""
    with tempfile.TemporaryDirectory() as folder:
        workshop, created, seats = _session(folder, "three_years", 6)
        workshop.act(created.seat, OpenTurn(turn=1))
        until = time.monotonic() + seconds

        def client(number: int) -> list[tuple[float, bool]]:
            took: list[tuple[float, bool]] = []
            while time.monotonic() < until:
                begin = time.perf_counter()
                writes = len(took) % 5 == 0
                seat = seats[number % len(seats)]
                workshop.act(seat, Arrive(people=1 + number)) if writes else workshop.desk(seat)
                took.append((time.perf_counter() - begin, writes))
                time.sleep(max(0.0, begin + 1 - time.perf_counter()))
            return took

        with ThreadPoolExecutor(count) as threads:
            calls = [call for took in threads.map(client, range(count)) for call in took]
        written = sum(writes for _, writes in calls)
        held = workshop.now(created.seat).seq - 1
        p95_s = np.percentile([took for took, _ in calls], 95)
        print(f"{count} clients, {len(calls)} calls, p95 {p95_s:.3f} s; {written} acknowledged, {held} held")


def _session(
    folder: str, deck: str, teams: int, *, evaluations: Evaluations | None = None
) -> tuple[Workshop, Created, list[Seat]]:
    workshop = Workshop(_url(folder), evaluations=evaluations)
    delete_on = datetime.now(UTC).date() + timedelta(days=2)
    created = workshop.create(new_setup(load_deck(deck), teams=teams, seed=SEED, delete_on=delete_on))
    seats = [workshop.enter_as_team(created.code, team, pin=pin) for team, pin in created.team_pins.items()]
    return workshop, created, seats


def _url(folder: str) -> str:
    return f"sqlite:///{Path(folder) / 'workshop.sqlite'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["results", "ranges", "kills", "clients"])
    parser.add_argument("--teams", type=int)
    parser.add_argument("--count", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--hands", choices=["chance", "heavy"], default="chance")
    asked = parser.parse_args()
    if asked.what == "results":
        results(asked.teams or 8, hands=asked.hands, seconds=asked.seconds or 0.0)
    elif asked.what == "ranges":
        ranges(asked.teams or 24)
    elif asked.what == "kills":
        kills(asked.count or 20)
    else:
        clients(asked.count or 30, asked.seconds or 60.0)


if __name__ == "__main__":
    main()
