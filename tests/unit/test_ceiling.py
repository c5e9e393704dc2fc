"""What gives way first as demand grows, and what the volumes are priced with."""

from dataclasses import replace
from typing import Any

import pytest

from sim.cli.outcome_text import ceiling_sentence
from sim.metrics import MonthFlow
from sim.reports import words
from sim.strategy import SurfaceStore, evaluate
from sim.strategy.fidelity import EFFORTS
from sim.strategy.outcome import Ceiling, Outcome, Volume
from tests.unit.strategy_small import LEAST, OWN, small

MONTHS = 18
MANAGED = "prototype_by_friday"


@pytest.fixture(scope="module")
def store() -> SurfaceStore:
    return SurfaceStore()


@pytest.fixture
def asked(store: SurfaceStore, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Evaluates a preset of a year and a half with some fields set; everyone may be served unless it says otherwise."""
    monkeypatch.setitem(EFFORTS, "draft", LEAST)

    def outcome(name: str = OWN, **settings: Any) -> Outcome:
        fields = {"months": MONTHS, "world__eu_required_share": 0.0, **settings}
        return evaluate(small(name, **fields), store=store)

    return outcome


def at_once(outcome: Outcome) -> Volume:
    """The reference month's own volume."""
    return min(outcome.ceiling.volumes, key=lambda volume: abs(volume.multiplier - 1))


def bought_tokens(flow: MonthFlow) -> float:
    """Of every call that was made."""
    return sum(
        bought.uncached_in_tokens + bought.cached_in_tokens + bought.cache_write_tokens + bought.output_tokens
        for bought in flow.tokens
    )


def test_compute_gives_way_where_no_more_replicas_may_be_held(asked: Any) -> None:
    few, more = (
        asked(decisions__own_share=1.0, platform__min_replicas=1, platform__max_replicas=most).ceiling
        for most in (4, 8)
    )
    assert (few.binds, more.binds) == ("compute", "compute")
    assert 0 < few.multiplier < more.multiplier


def test_the_rate_limit_gives_way_where_a_quota_ends(asked: Any) -> None:
    ceiling = asked(MANAGED).ceiling
    assert ceiling.binds == "rate_limit" and ceiling.multiplier == ceiling.service_multiplier


def test_every_region_holds_its_minimum_whatever_is_asked_there(asked: Any) -> None:
    """Rule 3: capacity is planned by region, and no region has fewer replicas than the scenario's minimum."""
    few, many = (
        asked("regulated_in_the_eu", world__eu_required_share=0.2, platform__min_replicas=least).months[-1].replicas
        for least in (1, 9)
    )
    assert set(few) == set(many) and len(few) == 2
    assert set(many.values()) == {9} and max(few.values()) < 9


def test_the_network_gives_way_where_no_load_is_light_enough(asked: Any) -> None:
    ceiling = asked(products__support__promise__limit_s=0.05).ceiling
    assert (ceiling.binds, ceiling.multiplier) == ("network", 0.0)


def test_the_margin_gives_way_where_no_volume_reaches_it(asked: Any) -> None:
    ceiling = asked(MANAGED, company__target_margin=0.95).ceiling
    assert (ceiling.binds, ceiling.multiplier) == ("unit_economics", 0.0)


def test_a_margin_beyond_the_service_is_the_runner_up(asked: Any) -> None:
    ceiling = asked(MANAGED, company__target_margin=0.5).ceiling
    assert ceiling.margin_floor > ceiling.multiplier
    assert (ceiling.binds, ceiling.runner_up) == ("rate_limit", "unit_economics")


def test_residency_gives_way_where_growth_ends_before_anything_else_does(asked: Any) -> None:
    """Who requires processing where there is none stays away; the volume that could be served stays what it is."""
    open_to_all = asked().ceiling
    shut_out = asked(world__eu_required_share=0.2)
    ceiling = shut_out.ceiling
    assert open_to_all.binds != "residency" and open_to_all.out_of_reach_share == 0
    assert ceiling.binds == "residency" and ceiling.runner_up == open_to_all.binds
    assert ceiling.out_of_reach_share == pytest.approx(0.2)
    assert ceiling.month is None and ceiling.multiplier > 1
    # The same volume is a larger multiple of what four fifths of the market ask.
    assert ceiling.multiplier == pytest.approx(open_to_all.multiplier / 0.8, rel=0.01)


def test_a_ceiling_that_growth_never_reaches_names_what_gives_way_there_and_what_holds_sales_back() -> None:
    found = Ceiling(41.3, None, "residency", "rate_limit", out_of_reach_share=0.2)
    assert (found.held_back, found.gives_way) == (True, "rate_limit")
    assert ceiling_sentence(found) == (
        "41 times the demand of month 13, not reached by growth: the rate limit binds first. Until then residency is "
        "what holds sales back: 20\u00a0% of the market may not be processed where we process, and stays away."
    )
    assert words.ceiling_words(found) == "residency keeps 20\u00a0% of the market away"
    endless = replace(found, multiplier=64.0, runner_up="none")
    assert ceiling_sentence(endless).startswith("above 64 times the demand of month 13, the most that was tried. 20")
    ruled = Ceiling(0.0, 6, "residency", "rate_limit", out_of_reach_share=0.2)
    assert (ruled.held_back, ruled.gives_way) == (False, "residency")
    assert "where data may be processed binds first; next would be the API's rate limit" in ceiling_sentence(ruled)


def test_who_may_be_served_does_not_matter_where_a_quota_ends_sooner(asked: Any) -> None:
    growing = {"world__growth_per_month": 0.2}
    assert asked(MANAGED, world__eu_required_share=0.2, **growing).ceiling.binds == "rate_limit"


def test_residency_gives_way_where_a_ruling_has_customers_refused(asked: Any) -> None:
    ruling = {"shock": "residency_ruling", "month": 9, "because": "A court says so.", "size": "high"}
    slow = {"lockin": {"team_people": 1.0}, "users": {"eu_west": 0.9, "us_east": 0.1}}
    outcome = asked(shocks=[ruling], **slow)
    assert outcome.months[12].refused > 0.2 * outcome.months[12].requests
    assert (outcome.ceiling.binds, outcome.ceiling.multiplier) == ("residency", 0.0)
    assert asked(**slow).ceiling.binds != "residency"


def test_volumes_are_priced_at_the_level_of_their_month(asked: Any) -> None:
    """At its own volume the reference month has its own margin, drifts, shocks and all."""
    spike = {"shock": "api_price_rise", "month": 11, "because": "The seller says so.", "size": "high"}
    for settings in ({"world__api_price_drift_per_year": -0.5}, {"shocks": [spike]}):
        outcome = asked(MANAGED, **settings)
        assert at_once(outcome).gross_margin == pytest.approx(outcome.months[12].gross_margin, rel=1e-6)
    assert at_once(asked(MANAGED)).gross_margin != pytest.approx(outcome.months[12].gross_margin, rel=1e-3)


def test_volumes_pay_a_vendor_s_new_prices(asked: Any) -> None:
    """An acquired vendor that we are late to leave is dearer at every volume, as in the month itself."""
    sold = {"shock": "vendor_acquired", "month": 6, "because": "A rival buys it.", "size": "high"}
    calm, dearer = (asked(MANAGED, lockin__team_people=1.0, shocks=shocks) for shocks in ([], [sold]))
    assert dearer.months[12].cost_usd["search"] > 2 * calm.months[12].cost_usd["search"]
    assert at_once(dearer).gross_margin == pytest.approx(dearer.months[12].gross_margin, rel=1e-6)
    for before, after in zip(calm.ceiling.volumes, dearer.ceiling.volumes, strict=False):
        assert before.multiplier == after.multiplier and after.gross_margin < before.gross_margin


def test_contracts_run_on_at_smaller_volumes(asked: Any) -> None:
    """An eighth of the demand needs an eighth of the GPUs, and pays for all that were promised."""
    large = {"decisions__own_share": 1.0, "products__support__demand__amount": 2e6, "platform__commitment_months": 36}
    free, bound = (asked(platform__reserved_share=share, **large) for share in (0.0, 1.0))
    smallest = [outcome.ceiling.volumes[0].gross_margin for outcome in (free, bound)]
    assert smallest[1] < smallest[0]
    # At their own volume the promise is the cheaper way to pay.
    assert at_once(bound).gross_margin > at_once(free).gross_margin


def test_tokens_count_for_answers_that_were_delivered_only(asked: Any) -> None:
    """Work for users who left costs tokens and delivers none: an overloaded month has no cheaper ones (rule 5)."""
    flows = asked(MANAGED, world__growth_per_month=0.2).flows
    light, heavy = (flows[month].products[0] for month in (2, -1))
    assert heavy.requests > 1.5 * heavy.served
    assert heavy.delivered_tokens / heavy.served == pytest.approx(light.delivered_tokens / light.served, rel=0.05)
    calls = [sum(bought.calls for bought in flow.tokens) for flow in (flows[2], flows[-1])]
    assert calls[0] == pytest.approx(flows[2].served)
    assert calls[1] > 1.01 * flows[-1].served and bought_tokens(flows[-1]) > 1.01 * flows[-1].delivered_tokens


def test_first_tries_are_paid_for_and_deliver_no_token(asked: Any) -> None:
    """Rule 5: a quarter of what the small model is asked is asked again, pays both, and is delivered once."""
    plain, tried = (asked(MANAGED, decisions__small_first_share=share).flows[12] for share in (0.0, 1.0))
    calls = {flow.api: flow.calls for flow in tried.tokens}
    assert calls["small"] == pytest.approx(tried.served, rel=0.02)
    # Four standard errors of a share over the few calls that are simulated here.
    assert calls["mid"] / tried.served == pytest.approx(0.25, abs=0.1)
    assert tried.delivered_tokens / tried.served == pytest.approx(plain.delivered_tokens / plain.served, rel=0.02)
    assert bought_tokens(plain) == pytest.approx(plain.delivered_tokens, rel=1e-6)
    assert bought_tokens(tried) > 1.1 * tried.delivered_tokens


def test_a_layer_that_is_left_runs_its_own_part_of_the_bill_twice(asked: Any) -> None:
    """Product rule 10: data its searches and storage, the model its tokens, and the whole all that is billed."""
    outcome = asked()
    assert outcome.lockin is not None
    bills, cost = outcome.lockin.basis.inputs.run_bill_usd, outcome.months[-1].cost_usd
    assert bills["data"][-1] == pytest.approx(cost["search"] + cost["storage"])
    assert bills["model_api"][-1] == pytest.approx(cost["api"])
    assert bills["orchestration"][-1] == pytest.approx(cost["gpu"] + cost["idle"])
    assert bills["network"][-1] == pytest.approx(cost["egress"]) and cost["egress"] > 0
    assert bills["agent_framework"][-1] == bills["identity"][-1] == 0
    billed = ("gpu", "idle", "api", "search", "storage", "egress")
    assert bills["whole"][-1] == pytest.approx(sum(cost[line] for line in billed))


def test_who_is_not_served_is_infinitely_late(asked: Any) -> None:
    """Product rule 15: shedding load never looks like good service."""
    month = asked(MANAGED, world__growth_per_month=0.2).months[-1]
    assert month.timed_out + month.refused > 0.2 * month.requests
    assert max(promise.p95_s.mean for promise in month.promises) == float("inf")
    assert month.good < month.served
    assert min(promise.in_time_share for promise in month.promises) < month.served / month.requests
