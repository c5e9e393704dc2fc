"""Every warning has a button that answers it, or says why it has none; the form's faults speak percent."""

import pytest

from app_pages.fields import in_form_units
from sim import scenario as scenarios
from sim.reports.fixes import fix_of, reason_without_fix

WARNINGS = (
    "From month 3 work that can wait is no longer caught up with: capacity is below its load.",
    "From month 3 requests are lost in busy hours because our GPUs are full; in month 9 it is 2.0 % of them.",
    "From month 3 requests are lost in busy hours at the API's rate limit; in month 9 it is 2.0 % of them.",
    "Chat misses its promise of 2 s from month 3: 80 % of answers are in time.",
    "20 % of demand must be processed in the EU and is not sold to.",
    "Model retired in month 14: leaving takes 7.0 months and the notice is 3, so we are 4.0 months late.",
    "Gross margin ends at 20 % of revenue, 40 points below its target.",
)


@pytest.mark.parametrize("warning", WARNINGS)
def test_a_fix_moves_a_lever_that_the_scenario_takes(warning):
    scenario = scenarios.load("prototype_by_friday")
    fix = fix_of(warning, scenario)
    assert fix is not None
    assert scenarios.set_fields(scenario, {fix.path: fix.value}) != scenario


@pytest.mark.parametrize(
    ("warning", "says"),
    [
        ("The move decided in month 20 takes 18.0 months and is not done when the horizon ends.", "decide earlier"),
        ("The autoscaler saves nothing: all GPUs are owned or reserved.", "Own scenario"),
        ("Region lost in month 9: 120,000 requests are not answered.", "Lock-in"),
        ("Gross margin ends at 20 % of revenue, 40 points below its target.", "Economics"),
        ("Chat misses its promise of 2 s from month 3.", "at its end"),
    ],
)
def test_a_warning_without_a_fix_says_why(warning, says):
    assert says in reason_without_fix(warning)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            "decisions.own_share: must be at most 1 (got 1.3). A share is written from 0 to 1: 1.3 % is 0.013.",
            "decisions.own_share: must be at most 100 % (got 130 %).",
        ),
        (
            "users: the shares must sum to 1 (got 0.8 from us_east 0.5, eu_west 0.3). Others are set to 0.",
            "users: the shares must sum to 100 % (got 80 % from us_east 50 %, eu_west 30 %). Others are set to 0 %.",
        ),
        ("products[1].credit_share: must be at least 0 (got -0.2)",
         "products[1].credit_share: must be at least 0 % (got -20 %)"),
        ("products[0].promise.limit_s: must be more than 0 (got 0)",
         "products[0].promise.limit_s: must be more than 0 (got 0)"),
    ],
)  # fmt: skip
def test_a_fault_of_a_share_speaks_percent(fault, said):
    assert in_form_units(fault) == said
