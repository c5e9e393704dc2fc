"""What a room sees at the reveal and in the debrief, and that it is what the simulator says."""

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf, isnan, nan
from pathlib import Path
from typing import Any

import pytest

from sim.metrics import Estimate
from sim.scenario import load, set_fields
from sim.strategy import SurfaceStore, evaluate
from sim.workshop import NotAdmitted, Refused, Solo, load_deck
from sim.workshop.actions import Answer, Bid, CloseTurn, GoTo, OpenTurn, Reveal, RevealBids, Throw
from sim.workshop.evaluations import Evaluations
from sim.workshop.playing import starting_scenario, team_scenario
from sim.workshop.readings import TeamResult, from_month_zero, medals, read
from sim.workshop.setup import usual_teams
from tests.unit.workshop_small import GUESS, Game, hash_quickly, new_game, played_game, small_deck, sqlite_url


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    hash_quickly(monkeypatch)
    return played_game(sqlite_url(tmp_path))


def test_a_result_is_the_outcome_of_the_teams_scenario(game: Game) -> None:
    results = game.workshop.results(game.facilitator, 2)
    session = game.workshop._journals.latest(game.facilitator.session_id)[0].session
    otter = results.teams[1]
    outcome = evaluate(team_scenario(session, "otter", through=2))
    month = outcome.months[11]
    assert (otter.month, otter.gross_margin, otter.exit_usd) == (11, month.gross_margin, month.exit["whole"].usd_cash)
    assert otter.p95_s == month.nearest_promise.p95_s
    assert otter.cash_usd == outcome.cumulative_cash_usd[11]
    assert otter.exit_low_usd <= otter.exit_high_usd
    assert [shock.shock for shock in otter.shocks] == ["api_price_rise"]
    assert otter.prediction is None and otter.gap is None
    assert (results.seed, results.fidelity) == (11, "draft")


def test_a_warning_names_the_month_as_the_room_counts_it(game: Game) -> None:
    late = "Model retired in month 13: leaving takes 2.7 months and the notice is 0.5, so we are 2.2 months late."
    assert from_month_zero(late) == late.replace("month 13", "month 12")
    otter = game.workshop.results(game.facilitator, 2).teams[1]
    session = game.workshop._journals.latest(game.facilitator.session_id)[0].session
    said = evaluate(team_scenario(session, "otter", through=2))
    known = [w for w, since in zip(said.warnings, said.warned_from, strict=True) if since <= otter.month]
    assert otter.warnings == tuple(from_month_zero(warning) for warning in known)


def test_a_warning_of_a_later_month_is_not_told_before_it() -> None:
    """A promise that is missed from month 34 on is nothing that a room can know after half a year."""
    managed_outcome, team = evaluate(load("prototype_by_friday")), usual_teams(1)[0]
    since = dict(zip(managed_outcome.warnings, managed_outcome.warned_from, strict=True))
    late = next(warning for warning in since if "misses its promise" in warning)
    assert since[late] > 5

    def told(month: int) -> tuple[str, ...]:
        return read(managed_outcome, team, month=month, plays=(), prediction=None).warnings

    assert from_month_zero(late) not in told(5) and from_month_zero(late) in told(35)
    assert all("must be processed in the EU" in warning for warning in told(5))


def test_teams_that_decide_alike_get_the_same_figures(game: Game) -> None:
    first = game.workshop.results(game.facilitator, 1)
    heron, otter, lynx = first.teams
    alike = dataclasses.replace(lynx, team=heron.team)
    assert heron == alike and otter.scenario_hash != heron.scenario_hash
    assert heron.shocks == ()


def test_a_gap_is_result_less_guess(game: Game) -> None:
    otter = game.workshop.results(game.facilitator, 1).teams[1]
    assert otter.prediction == GUESS and otter.gap is not None
    assert otter.gap.exit_usd == otter.exit_usd - GUESS.exit_usd
    assert otter.gap.gross_margin == otter.gross_margin - GUESS.gross_margin


def test_a_quick_decision_is_set_beside_the_second(game: Game) -> None:
    results = game.workshop.results(game.facilitator, 2)
    assert [play.card for play in results.quick[2].plays] == ["half_formats"]
    assert [play.card for play in results.teams[2].plays] == ["formats"]
    assert results.quick[2].exit_usd > results.teams[2].exit_usd


def test_a_company_is_shown_as_the_last_reveal_left_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start of every round, by its own decisions, and with no shock that has yet to strike."""
    hash_quickly(monkeypatch)
    game = new_game(sqlite_url(tmp_path))
    otter = game.teams["otter"]
    start = game.workshop.company(otter)
    base = evaluate(game.workshop.setup(game.facilitator).scenario, asked="months")
    assert (start.month, start.launched, start.launch_month) == (0, False, base.launch_month)
    assert isnan(start.gross_margin) and isnan(start.p95_s)
    assert (start.exit_usd, start.exit_months) == (base.months[0].exit["whole"].usd_cash,
                                                   base.months[0].exit["whole"].exit_months)  # fmt: skip
    game.act("facilitator", OpenTurn(turn=1))
    game.hand_in("otter", "gateway", turn=1)
    assert game.workshop.company(otter) == start, "what it chooses now is not decided yet"
    for action in (CloseTurn(), Reveal(), OpenTurn(turn=2), Throw(shock="price", month=4, hidden=True)):
        game.act("facilitator", action)
    result = game.workshop.results(otter, 1).teams[0]
    now = game.workshop.company(otter)
    assert (now.month, now.launched, now.gross_margin, now.p95_s) == (3, True, result.gross_margin, result.p95_s.mean)
    assert (now.exit_usd, now.exit_months, now.cash_usd) == (result.exit_usd, result.exit_months, result.cash_usd)
    assert game.workshop.company(game.teams["lynx"]).exit_usd > now.exit_usd
    with pytest.raises(NotAdmitted):
        game.workshop.company(game.facilitator)


def test_a_shock_of_a_later_month_does_not_change_what_a_room_has_seen(game: Game) -> None:
    assert game.workshop.results(game.facilitator, 1).teams[1].shocks == ()
    session = game.workshop._journals.latest(game.facilitator.session_id)[0].session
    assert team_scenario(session, "otter", through=1).shocks == ()
    assert len(team_scenario(session, "otter", through=2).shocks) == 1


def test_one_card_changed_in_hindsight(game: Game) -> None:
    rewound = game.workshop.rewind(game.facilitator, 2, team="otter", month=0, drop="gateway")
    assert rewound.before == dataclasses.replace(game.workshop.results(game.facilitator, 2).teams[1], prediction=None)
    assert rewound.after.exit_usd > rewound.before.exit_usd
    assert rewound.after.margin_so_far > rewound.before.margin_so_far
    swapped = game.workshop.rewind(game.facilitator, 2, team="otter", month=0, drop="tests", add="formats")
    assert {play.card for play in swapped.after.plays} == {"gateway", "formats"}
    for values in ({"drop": "formats"}, {"add": "gold"}):
        with pytest.raises(Refused):
            game.workshop.rewind(game.facilitator, 2, team="otter", month=0, **values)


class Counting:
    """An executor that counts its uses, and how many threads are in the first one."""

    def __init__(self) -> None:
        self.uses: list[int] = []

    def map(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        self.uses.append(len(tasks))
        return [function(task) for task in tasks]


def test_equal_scenarios_are_computed_once_however_many_ask_and_wherever(game: Game) -> None:
    session = game.workshop._journals.latest(game.facilitator.session_id)[0].session
    scenario = team_scenario(session, "otter", through=2)
    executor = Counting()
    evaluations = Evaluations(executor=executor)
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(evaluations.outcome, [scenario] * 4))
    assert all(outcome is outcomes[0] for outcome in outcomes)
    alone = Counting()
    assert evaluate(scenario, store=SurfaceStore(), executor=alone, asked="months").npv_usd == outcomes[0].npv_usd
    assert executor.uses == [2, *alone.uses]


def test_leaving_the_ceiling_out_saves_windows_and_changes_nothing_else() -> None:
    """A room with routers before own GPUs waits for fewer windows, and reads the same figures."""
    shared = {"decisions.own_share": 0.5, "platform.routing": "least_loaded", "months": 14}
    scenario = set_fields(starting_scenario(load_deck("three_years"), seed=11), shared)
    used, fewer = Counting(), Counting()
    whole = evaluate(scenario, store=SurfaceStore(), executor=used)
    months = evaluate(scenario, store=SurfaceStore(), executor=fewer, asked="months")
    assert 0 < sum(fewer.uses) < sum(used.uses)
    assert (months.ceiling.binds, months.ceiling.volumes) == ("none", ()) and whole.ceiling.volumes
    for name in ("months", "doors", "npv_usd", "cumulative_cash_usd", "flows", "warnings", "shocks", "migrations"):
        assert repr(getattr(months, name)) == repr(getattr(whole, name)), name


def test_regret_is_nobodys_who_is_best_and_falls_on_the_rest(game: Game) -> None:
    regret = game.workshop.regret(game.facilitator, 2)
    assert [in_future.future.id for in_future in regret.futures] == ["calm", "dear"]
    for in_future in regret.futures:
        assert min(in_future.regret_usd.values()) == 0
        best = max(in_future.npv_usd.values())
        assert in_future.regret_usd["otter"] == best - in_future.npv_usd["otter"]
    assert regret.worst_usd["otter"] == max(in_future.regret_usd["otter"] for in_future in regret.futures)


def test_a_sealed_bid_meets_what_undoing_costs(game: Game) -> None:
    game.act("facilitator", GoTo(stage="bid"))
    game.act("otter", Bid(card="gateway", usd=90_000, months=3))
    with pytest.raises(Refused, match="sealed"):
        game.workshop.bids(game.facilitator)
    with pytest.raises(Refused, match="sealed"):
        game.workshop.reversal(game.teams["otter"], 2, team="otter", card="gateway")
    game.act("facilitator", RevealBids())
    (bid,) = game.workshop.bids(game.facilitator)
    assert (bid.bid_usd, bid.usd_cash, bid.layers) == (90_000, 0.0, ())
    with pytest.raises(Refused, match="has not taken"):
        game.workshop.reversal(game.facilitator, 2, team="otter", card="formats")


def test_the_poll_never_enters_the_model(game: Game) -> None:
    before = game.workshop.results(game.facilitator, 2)
    game.act("otter", Answer(when="after", scores=(4, 4, 3, 4, 4, 4)))
    assert game.workshop.results(game.facilitator, 2) == before
    maturity = game.workshop.maturity(game.facilitator)
    assert (maturity.after, maturity.answered_before) == ((4, 4, 3, 4, 4, 4), 0)


def result(team: int, **values: object) -> TeamResult:
    plain = {field.name: None for field in dataclasses.fields(TeamResult)}
    figures = {"margin_so_far": 0.5, "in_time_so_far": 0.98, "exit_usd": 1e6, "exit_months": 5.0, "launch_month": 3}
    return TeamResult(**{**plain, **figures, "team": usual_teams(8)[team], "p95_s": Estimate(1, 0, 1), **values})


def test_medals_go_to_what_is_shown_and_are_shared_where_no_digit_differs() -> None:
    given = medals(
        (
            result(0, margin_so_far=0.5004, exit_usd=1e6, exit_months=4.0),
            result(1, margin_so_far=0.5001, in_time_so_far=nan, exit_usd=0.9e6, exit_months=6.0),
            result(2, margin_so_far=nan, launch_month=1, exit_usd=0.95e6, exit_months=4.0),
        )
    )
    assert given.margin == ("heron", "otter")
    assert given.service == ("heron", "lynx")
    assert given.freedom == ("lynx",)
    assert given.speed == ("lynx",)
    nobody = medals((result(0, margin_so_far=nan, in_time_so_far=nan, exit_months=inf),))
    assert (nobody.margin, nobody.service) == ((), ())


def test_alone_one_plays_against_what_was_recorded() -> None:
    solo = Solo(small_deck(), seed=11)
    assert [team.name for team in solo.players()] == ["You", "Nobody"]
    first = solo.play([["gateway"]], predictions=[GUESS])
    assert (first.month, first.round) == (3, 1)
    assert first.results[0].gap is not None and first.results[1].gap is None
    second = solo.play([["gateway"], []], predictions=[GUESS, None])
    assert [shock.shock for shock in second.results[0].shocks] == ["api_price_rise"]
    assert second.results[0].gross_margin < first.results[0].gross_margin
    with pytest.raises(Refused, match="same question"):
        solo.play([["formats", "half_formats"]], predictions=[None])
    assert {offer.card.id: offer.in_force for offer in solo.offers([["gateway"]])}["gateway"]


def test_lockin_values_of_a_dated_change_hold_from_its_month_on() -> None:
    """What leaving costs before the month is as it was, so rounds that were shown do not change."""
    base = Solo(small_deck(), seed=11)._base
    settings = {"lockin.validation_months": 0.5, "platform.open_share.agent_framework": 0.9}
    changed = set_fields(base, {"changes": [{"month": 6, "because": "An exit is tested.", "set": settings}]})
    before, after = evaluate(base), evaluate(changed)
    for month in range(6):
        assert after.months[month].exit == before.months[month].exit
    assert before.months[6].exit["data"].exit_months - after.months[6].exit["data"].exit_months == pytest.approx(0.5)
    assert after.months[11].exit["agent_framework"].usd_cash < before.months[11].exit["agent_framework"].usd_cash
