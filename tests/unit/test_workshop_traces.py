"""What stands behind a debrief's figures, and what a team takes home of it."""

from pathlib import Path

import pytest

from sim.workshop import NotAdmitted, Refused
from sim.workshop.actions import Bid, CloseTurn, GoTo, OpenTurn, Reveal, RevealBids
from sim.workshop.tracing import SHOWN
from tests.unit.workshop_small import (
    Game,
    card,
    hash_quickly,
    new_game,
    played_game,
    small_deck,
    small_setup,
    sqlite_url,
)


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    hash_quickly(monkeypatch)
    return played_game(sqlite_url(tmp_path))


def test_every_figure_can_be_traced(game: Game) -> None:
    result = game.workshop.results(game.facilitator, 2).teams[1]
    tree = game.workshop.why(game.teams["otter"], 2, team="otter", month=11, figure="gross_margin")
    assert tree.value == result.gross_margin
    people = game.workshop.why(game.teams["otter"], 2, team="otter", month=11, figure="people")
    assert {"gateway", "tests"} <= {leaf.label for leaf in people.children}
    for month, figure in ((12, "gross_margin"), (-1, "gross_margin"), (3, "luck")):
        with pytest.raises(Refused):
            game.workshop.why(game.facilitator, 2, team="otter", month=month, figure=figure)


@pytest.mark.parametrize("figure", sorted(SHOWN))
def test_every_figure_of_a_result_has_a_tree_that_ends_in_it(game: Game, figure: str) -> None:
    result = game.workshop.results(game.facilitator, 2).teams[1]
    tree = game.workshop.why(game.teams["otter"], 2, team="otter", month=11, figure=figure)
    shown = getattr(result, figure)
    assert tree.value == pytest.approx(shown.mean if figure == "p95_s" else shown)
    assert tree.children


def test_every_bid_and_every_regret_has_a_tree(game: Game) -> None:
    for played in ("gateway", "tests"):
        undone = game.workshop.reversal(game.facilitator, 2, team="otter", card=played)
        tree = game.workshop.why_reversal(game.facilitator, 2, team="otter", card=played)
        assert tree.value == pytest.approx(undone.usd_cash)
    regret = game.workshop.regret(game.facilitator, 2)
    for in_future in regret.futures:
        tree = game.workshop.why_regret(game.facilitator, 2, team="otter", future=in_future.future.id)
        assert tree.value == in_future.regret_usd["otter"]
        best, own = tree.children
        assert (best.value, own.value) == (max(in_future.npv_usd.values()), in_future.npv_usd["otter"])
    with pytest.raises(Refused, match="sealed"):
        game.workshop.why_reversal(game.teams["otter"], 2, team="otter", card="gateway")
    with pytest.raises(NotAdmitted):
        game.workshop.why_regret(game.teams["otter"], 2, team="otter", future="calm")
    with pytest.raises(Refused, match="no such future"):
        game.workshop.why_regret(game.facilitator, 2, team="otter", future="luck")


def test_undoing_a_move_and_a_contract_is_traced_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)
    cards = [
        card("ours", "serving", sets={"decisions.own_share": 0.9, "decisions.vector_store": "open_hosted"},
             touches=["model_api", "data"]),
        card("year", "contract", sets={"platform.reserved_share": 1.0, "platform.commitment_months": 36}),
    ]  # fmt: skip
    game = new_game(sqlite_url(tmp_path), setup=small_setup(deck=small_deck(cards=cards, recorded=[])))
    game.act("facilitator", OpenTurn(turn=1))
    game.hand_in("otter", "ours", "year", turn=1)
    for action in (CloseTurn(), Reveal()):
        game.act("facilitator", action)
    for played in ("ours", "year"):
        undone = game.workshop.reversal(game.facilitator, 1, team="otter", card=played)
        tree = game.workshop.why_reversal(game.facilitator, 1, team="otter", card=played)
        assert undone.usd_cash > 0 and tree.value == pytest.approx(undone.usd_cash)
        labels = [part.label for part in tree.children]
        assert "Contract still owed" in labels, "GPUs that nobody needs are owed as a contract that is ended is"
        assert ("Rewrite what is tied in" in labels) == (played == "ours")


def test_a_team_takes_its_own_game_home_and_nobody_elses(game: Game) -> None:
    with pytest.raises(Refused, match="debrief"):
        game.workshop.take_home(game.teams["otter"])
    game.act("facilitator", GoTo(stage="bid"))
    game.act("otter", Bid(card="gateway", usd=90_000, months=3))
    game.act("facilitator", RevealBids())
    game.act("facilitator", GoTo(stage="debrief"))
    kept = game.workshop.take_home(game.teams["otter"])
    assert [results.title for results in kept.rounds] == ["Launch", "Run"], "practice is forgotten"
    assert all([result.team.id for result in results.teams] == ["otter"] for results in kept.rounds)
    room = game.workshop.results(game.facilitator, 2)
    assert kept.rounds[-1].teams[0] == room.teams[1] and kept.rounds[-1].medals is None
    won = {name for name in ("margin", "service", "freedom", "speed") if "otter" in getattr(room.medals, name)}
    assert set(kept.medals) == won and won
    assert kept.bid is not None and (kept.bid.bid_usd, kept.bid.card) == (90_000, "gateway")
    assert set(kept.cards) == {"gateway", "tests"}
    assert game.workshop.take_home(game.teams["heron"]).bid is None
    with pytest.raises(NotAdmitted):
        game.workshop.take_home(game.facilitator)
