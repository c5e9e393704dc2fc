"""Decks are read strictly, can be played, and keep what their cards say."""

import re

import pytest
import yaml

from sim.catalogue import load_catalogue
from sim.scenario import ScenarioError, in_month
from sim.strategy import SurfaceStore, evaluate
from sim.workshop import Refused, new_setup
from sim.workshop.deck_files import decks, load_deck, parse_deck
from sim.workshop.evaluations import Evaluations
from sim.workshop.hands import hand_faults
from sim.workshop.offers import offers
from sim.workshop.playing import future_scenario, played_scenario, starting_scenario
from sim.workshop.session import Play
from tests.unit.workshop_small import DELETE_ON, card, small_deck

VERDICTS = re.compile(
    r"\b(best|better|worse|worst|good|bad|should|wise|risky|safe|safer|recommended|cheap|expensive|smart|avoid)\b", re.I
)
GOLD = {"name": "No", "text": "For tests.", "cards": [["gold"]]}
DECK = """
id: mine
title: My own deck
summary: For tests.
scenario: one_year_managed
budget: 2
rounds:
  - {title: One, first_month: 0, last_month: 5, minutes: 5}
  - {title: Two, first_month: 6, last_month: 11, minutes: 5}
cards: [buy_open, gateway]
"""


@pytest.mark.parametrize("id", decks())
def test_a_deck_ready_to_run_has_what_a_room_needs(id: str) -> None:
    deck = load_deck(id)
    assert deck.id == id
    assert 24 <= len(deck.cards) <= 30
    assert len({card.group for card in deck.cards}) >= 10
    assert deck.shocks and deck.futures and deck.recorded and len(deck.roles) == 4
    assert any(shock.shock == "rival_launches_first" for shock in deck.shocks)
    texts = [text for card in deck.cards for text in (card.title, card.text)]
    texts += [text for shock in deck.shocks for text in (shock.title, shock.text)]
    assert not [text for text in texts if VERDICTS.search(text)]
    minutes = sum(plan.minutes + (plan.quick_minutes or 0) + plan.review_minutes for plan in deck.rounds)
    minutes += deck.brief_minutes + deck.bid_minutes + deck.debrief_minutes + deck.commitments_minutes
    assert 60 <= minutes <= 90, f"{minutes} minutes"


def test_there_are_three_decks_and_one_has_two_steps() -> None:
    assert len(decks()) >= 3
    assert all(plan.quick_minutes for plan in load_deck("fortress_europe").rounds)


def test_staying_managed_wins_the_year_in_every_future() -> None:
    """The deck that is to show it: by money, whatever happens, against owning and against opening up."""
    deck = load_deck("one_year")
    base, store = starting_scenario(deck, seed=11), SurfaceStore(128)
    by_name = {recorded.name: recorded.cards for recorded in deck.recorded}
    npv_usd: dict[tuple[str, str], float] = {}
    for name, hands in by_name.items():
        plays = tuple(Play(id, plan.first_month) for plan, hand in zip(deck.rounds, hands, strict=True) for id in hand)
        for future in deck.futures:
            scenario = future_scenario(base, deck, plays=plays, future=future)
            npv_usd[name, future.id] = evaluate(scenario, store=store).npv_usd
    managed = ("Managed throughout", "Managed, open model")
    for future in deck.futures:
        for other in by_name.keys() - set(managed):
            assert all(npv_usd[name, future.id] > npv_usd[other, future.id] for name in managed), (other, future.id)


def test_a_deck_of_ones_own_takes_cards_from_the_library() -> None:
    deck = parse_deck(DECK)
    assert [card.title for card in deck.cards] == ["Buy an open model by the token", "Gateway before every model"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"cards": ["buy_opn"]}, r"cards\[0\]: the library has no 'buy_opn'. Did you mean 'buy_open'"),
        ({"cards": ["gateway", "gateway"]}, "'gateway' stands 2 times"),
        ({"budgte": 3}, "budgte: no such setting"),
        ({"scenario": "nowhere"}, "scenario 'nowhere'"),
        ({"sets": {"world.grwth": 1}}, "world.grwth"),
        ({"rounds": [{"title": "One", "first_month": 1, "last_month": 5, "minutes": 5}]}, "must be 0, right after"),
        ({"rounds": [{"title": "One", "first_month": 0, "last_month": 12, "minutes": 5}]}, "ends with month 11"),
        ({"rounds": [{"title": "One", "first_month": 0, "last_month": 5, "minutes": 5, "practice": True}]}, "practice"),
        ({"cards": [card("odd", "odd", sets={"decisions.own_share": 3})]}, "at most 1"),
        ({"cards": [card("odd", "odd", sets={"company.discount_per_year": 0.2})]}, "holds for the whole play"),
        ({"cards": [card("odd", "odd", sets={"decisions.vector_store": "open_hosted"})]}, "it leaves data as well"),
        ({"cards": [card("odd", "odd")]}, "sets nothing and costs nothing"),
        ({"shocks": [{"id": "x", "shock": "flood", "title": "Flood", "text": "For tests."}]}, "'flood'"),
        ({"futures": [{"id": "x", "title": "Flood", "shocks": [{"shock": "flood", "month": 3}]}]}, "'flood'"),
        ({"recorded": [GOLD]}, "no card 'gold'"),
    ],
)  # fmt: skip
def test_a_fault_of_a_deck_is_named(change: dict[str, object], fault: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        parse_deck(yaml.safe_dump({**yaml.safe_load(DECK), **change}), where="mine.yaml")
    assert re.search(fault, str(refusal.value)), str(refusal.value)


def test_all_faults_of_a_deck_come_together() -> None:
    data = {**yaml.safe_load(DECK), "recorded": [GOLD]}
    data["cards"] = [card("a", "a", fte=1), card("a", "a", fte=1), card("b", "b", sets={"nothing.here": 1})]
    with pytest.raises(ScenarioError) as refusal:
        parse_deck(yaml.safe_dump(data))
    assert len(refusal.value.faults) == 4


def test_a_later_card_of_a_group_takes_the_place_of_an_earlier_one() -> None:
    deck = small_deck(
        cards=[
            card("much", "room", sets={"decisions.spare_room": 0.8}, usd_per_month=300),
            card("little", "room", sets={"decisions.spare_room": 0.1}, fte=1.0, usd_once=700),
        ]
    )
    scenario = played_scenario(starting_scenario(deck), deck, plays=(Play("much", 0), Play("little", 4)))
    person_usd = load_catalogue().value("people", "platform", "usd_per_month")
    paid = [in_month(scenario, month).company.programs for month in (0, 3, 4, 5)]
    assert [sum(programs.values()) for programs in paid] == [300, 300, person_usd + 700, person_usd]
    assert [in_month(scenario, month).decisions.spare_room for month in (3, 4)] == [0.8, 0.1]


def test_an_offer_is_what_the_game_then_charges() -> None:
    """Cash now and by the month, against the statements of the game with the card."""
    deck = load_deck("three_years")
    base, evaluations = starting_scenario(deck, seed=11), Evaluations()
    before = evaluations.outcome(played_scenario(base, deck, plays=()))
    priced = {offer.card.id: offer for offer in offers(base, deck, plays=(), month=7, outcome=before)}
    offer = priced["orchestration_hosted"]
    after = evaluations.outcome(played_scenario(base, deck, plays=(Play("orchestration_hosted", 7),)))
    assert offer.leaves == ("orchestration",) and offer.move_months > 0
    assert sum(month.cost_usd["migration"] for month in after.months) == pytest.approx(offer.usd_now)
    late = 30
    people_usd = after.months[late].cost_usd["people"] - before.months[late].cost_usd["people"]
    assert people_usd == pytest.approx(offer.usd_per_month)
    evals = priced["prompt_evals"]
    with_evals = evaluations.outcome(played_scenario(base, deck, plays=(Play("prompt_evals", 7),)))
    more = [with_evals.months[m].cost_usd["people"] - before.months[m].cost_usd["people"] for m in (6, 7, 8)]
    assert more == pytest.approx([0, evals.usd_now + evals.usd_per_month, evals.usd_per_month])
    first = {offer.card.id: offer for offer in offers(base, deck, plays=(), month=0, outcome=None)}
    assert first["orchestration_own"].launch_months == 3 and first["buy_mid"].in_force
    assert not list(hand_faults(deck, ["orchestration_own", "buy_mid"]))


def test_a_session_may_change_a_decks_times_and_is_told_where_it_cannot() -> None:
    deck = load_deck("one_year")
    first, *others = deck.rounds
    longer = deck.model_copy(update={"rounds": (first.model_copy(update={"minutes": 15.0}), *others), "budget": 3})
    setup = new_setup(longer, teams=4, seed=3, delete_on=DELETE_ON, title=" Tuesday ")
    assert setup.deck.recorded == ()
    assert (setup.deck.rounds[0].minutes, setup.deck.budget, setup.title, setup.scenario.seed) == (15, 3, "Tuesday", 3)
    for change, saying in (
        ({"rounds": (first.model_copy(update={"minutes": -1.0}), *others)}, "minutes: Input should be greater than 0"),
        ({"rounds": (first.model_copy(update={"last_month": 5}), *others)}, "must be 6, right after"),
        ({"budget": 0}, "budget: Input should be greater"),
    ):
        with pytest.raises(Refused, match=saying):
            new_setup(deck.model_copy(update=change), teams=4, seed=3, delete_on=DELETE_ON)
    for teams in (0, 9):
        with pytest.raises(Refused, match="1 to 8 teams"):
            new_setup(deck, teams=teams, seed=3, delete_on=DELETE_ON)
