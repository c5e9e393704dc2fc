"""A small session for tests: three teams, two rounds and one in two steps, a clock that tests move."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.workshop import Created, Seat, Setup, Workshop, new_setup
from sim.workshop.actions import Choose, CloseTurn, HandIn, OpenTurn, Prediction, Reveal, Throw
from sim.workshop.cards import Deck
from sim.workshop.setup import usual_teams

NOON_S = 1_800_000_000.0
DELETE_ON = date(2027, 2, 1)
"""Some days after NOON_S."""
GUESS = Prediction(gross_margin=0.5, p95_s=2.0, exit_usd=400_000.0)
JUDGED = {"title": "for tests", "grade": "judgement"}


@dataclass
class Clock:
    """Seconds since 1970, as the test wants them."""

    now_s: float = NOON_S

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        self.now_s += seconds


def card(id: str, group: str, **values: Any) -> dict[str, Any]:
    return {"id": id, "title": f"Card {id}", "text": "For tests.", "group": group, "source": dict(JUDGED), **values}


def small_deck(**changes: Any) -> Deck:
    """One year; what its cards set prices again and simulates nothing new."""
    values: dict[str, Any] = {
        "id": "small",
        "title": "A small deck",
        "summary": "For tests.",
        "scenario": "one_year_managed",
        "budget": 2,
        "rounds": [
            {"title": "Practice", "first_month": 0, "last_month": 3, "minutes": 2, "practice": True},
            {"title": "Launch", "first_month": 0, "last_month": 3, "minutes": 10},
            {"title": "Run", "first_month": 4, "last_month": 11, "minutes": 8, "quick_minutes": 2},
        ],
        "cards": [
            card("gateway", "gateway", sets={"platform.open_share.model_api": 0.7}, fte=0.25, touches=["model_api"]),
            card("formats", "formats", sets={"decisions.movable_share": 0.6}),
            card("half_formats", "formats", sets={"decisions.movable_share": 0.3}),
            card("tests", "evals", sets={"lockin.usd_per_prompt": 200.0}, usd_once=20_000, usd_per_month=500),
        ],
        "shocks": [
            {"id": "price", "shock": "api_price_rise", "title": "Price rises", "text": "For tests."},
            {"id": "rival", "shock": "rival_launches_first", "title": "A rival", "text": "For tests."},
        ],
        "futures": [
            {"id": "calm", "title": "Nothing"},
            {"id": "dear", "title": "Dear", "shocks": [{"shock": "api_price_rise", "month": 5}]},
        ],
        "recorded": [{"name": "Nobody", "text": "Does nothing.", "cards": [[], [], []]}],
        **changes,
    }
    return Deck.model_validate_json(json.dumps(values), strict=True)


def small_setup(**changes: Any) -> Setup:
    setup = new_setup(small_deck(), teams=3, seed=11, delete_on=DELETE_ON)
    return setup.model_copy(update=changes)


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'workshop.sqlite'}"


@dataclass
class Game:
    """A session in a store, with everybody admitted."""

    workshop: Workshop
    clock: Clock
    created: Created
    teams: dict[str, Seat]

    @property
    def facilitator(self) -> Seat:
        return self.created.seat

    def act(self, who: str, action: Any, *, token: str | None = None) -> Any:
        seat = self.facilitator if who == "facilitator" else self.teams[who]
        return self.workshop.act(seat, action, token=token)

    def hand_in(self, team: str, *cards: str, turn: int, token: str | None = None) -> Any:
        return self.act(team, HandIn(turn=turn, cards=cards, prediction=GUESS), token=token)

    def choose(self, team: str, *cards: str, turn: int) -> Any:
        return self.act(team, Choose(turn=turn, cards=cards))


def hash_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """PINs hashed with little work: a test admits many."""
    monkeypatch.setattr("sim.workshop.secrecy.SCRYPT_N", 16)


def new_game(url: str, *, setup: Setup | None = None, clock: Clock | None = None) -> Game:
    clock = clock or Clock()
    workshop = Workshop(url, clock=clock)
    created = workshop.create(setup or small_setup())
    seats = {
        team.id: workshop.enter_as_team(created.code, team.id, pin=created.team_pins[team.id])
        for team in usual_teams(3)
    }
    return Game(workshop, clock, created, seats)


def played_game(url: str) -> Game:
    """All rounds are played: otter takes cards, the others stay as they are; the price rises in month 6."""
    game = new_game(url)
    game.act("facilitator", OpenTurn(turn=1))
    game.hand_in("otter", "gateway", "tests", turn=1)
    for action in (CloseTurn(), Reveal(), Throw(shock="price", month=6), OpenTurn(turn=2)):
        game.act("facilitator", action)
    game.hand_in("lynx", "half_formats", turn=2)
    game.act("facilitator", CloseTurn())
    game.act("facilitator", OpenTurn(turn=3))
    game.hand_in("lynx", "formats", turn=3)
    for action in (CloseTurn(), Reveal()):
        game.act("facilitator", action)
    return game
