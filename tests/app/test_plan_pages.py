"""What Lock-in, Economics, Operations and Compare say follows from the outcome."""

from math import isclose, isfinite

import plotly.graph_objects as go
import pytest

from sim import scenario as scenarios
from sim import strategy
from sim.reports import (
    behind,
    comparison,
    fixes,
    lockin,
    money,
    money_figures,
    running,
    running_figures,
    waiting_figures,
    words,
)
from sim.reports import lockin_figures as figures
from sim.reports.earth import land, projected
from sim.reports.palette import DARK, LIGHT
from sim.scenario.load import IN_ORDER
from sim.strategy.answers import eu_break_even
from sim.strategy.compare import compared
from sim.strategy.operations import operations
from sim.strategy.outcome import LAYERS
from sim.strategy.petabytes import petabytes

MONTHS = (1, 12, 36)


@pytest.fixture(scope="module")
def outcomes():
    return {name: strategy.evaluate(scenarios.load(name)) for name in IN_ORDER}


@pytest.mark.parametrize("name", IN_ORDER)
@pytest.mark.parametrize("month", MONTHS)
def test_the_bill_of_leaving_adds_up(outcomes, name, month):
    outcome = outcomes[name]
    steps = lockin.exit_steps(outcome, month=month)
    assert isclose(sum(s.value for s in steps), outcome.months[month - 1].exit["whole"].usd_cash, rel_tol=1e-9)
    largest = max(steps, key=lambda s: s.value)
    share = largest.value / sum(s.value for s in steps)
    assert f"{share:.0%}"[:-1] in lockin.exit_finding(outcome, month=month)


@pytest.mark.parametrize("name", IN_ORDER)
def test_doors_stand_from_the_hardest_to_the_easiest(outcomes, name):
    rows = lockin.door_rows(outcomes[name], month=36)
    assert {row.decision for row in rows[:-1]} == set(LAYERS) and rows[-1].decision == "whole"
    hardness = [lockin.ORDER[row.door_class] for row in rows[:-1]]
    assert hardness == sorted(hardness)
    hard = sum(row.door_class == "compounding" for row in rows[:-1])
    said = lockin.lockin_headline(outcomes[name], month=36)[0].text
    assert said.startswith(("None", "One", "Two", "Three", "Four", "Five", "All six")[hard])


def test_leaving_rehearsed_ends_after_its_time(outcomes):
    for outcome in outcomes.values():
        rehearsal = lockin.rehearse(outcome, month=18)
        for layer in (*LAYERS, "whole"):
            assert rehearsal.ends_at[layer] == 18 + outcome.months[17].exit[layer].exit_months


def test_one_more_month_costs_what_leaving_grows_by(outcomes):
    outcome = outcomes[IN_ORDER[0]]
    cash = [m.exit["data"].usd_cash for m in outcome.months]
    assert lockin.staying_usd(outcome, "data", month=12) == cash[12] - cash[11]
    assert lockin.staying_usd(outcome, "data", month=36) == cash[35] - cash[34]


@pytest.mark.parametrize("name", IN_ORDER)
@pytest.mark.parametrize("window", list(money.WINDOWS))
def test_the_cost_of_a_token_adds_up(outcomes, name, window):
    months = money.window_of(outcomes[name], month=36, window=window)
    total = sum(step.value for step in money.unit_steps(months))
    tokens = money.mtok(months)
    assert isclose(total * tokens, sum(m.usd_per_mtok_allocated * money.mtok([m]) for m in months
                                       if isfinite(m.usd_per_mtok_allocated))
                   + sum(money.line_usd([m], line) for m in months if not m.tokens_delivered
                         for line in money.COST_PER_TOKEN), rel_tol=1e-9)  # fmt: skip


def test_an_unknown_window_is_refused(outcomes):
    with pytest.raises(LookupError, match="month, year, all"):
        money.window_of(outcomes[IN_ORDER[0]], month=12, window="week")


def test_the_stack_holds_every_line_once(outcomes):
    for outcome in outcomes.values():
        for at, month in enumerate(outcome.months):
            stacked = sum(values[at] for values in money.stack(outcome).values())
            assert isclose(stacked, month.cost_usd["total"], rel_tol=1e-9, abs_tol=1e-6)


@pytest.mark.parametrize("name", IN_ORDER)
def test_operations_agree_with_the_outcome(outcomes, name):
    outcome = outcomes[name]
    for now, month in zip(operations(outcome.scenario), outcome.months, strict=True):
        assert bool(now.endpoints) == (month.requests > 0)
        if not now.endpoints:
            continue
        assert isclose(sum(e.share for e in now.endpoints), 1.0, rel_tol=1e-6)
        assert isclose(sum(f.requests for f in now.flows), month.requests, rel_tol=1e-6)
        in_time = sum(e.share * e.in_time for e in now.endpoints)
        assert isclose(in_time, month.good / month.requests, abs_tol=2e-3)
        for endpoint in now.endpoints:
            fates = endpoint.in_time + endpoint.late + endpoint.timed_out + endpoint.refused
            assert isclose(fates, 1.0, rel_tol=1e-6)
            assert len(endpoint.load_by_hour) == len(endpoint.weekend_by_hour) == 24


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("name", IN_ORDER)
def test_every_figure_can_be_drawn(outcomes, name, palette):
    outcome = outcomes[name]
    now = operations(outcome.scenario)[35]
    drawn = [
        running_figures.map_figure(now, palette=palette),
        running_figures.hours_figure(now, palette=palette),
        running_figures.flows_figure(now, palette=palette),
        running_figures.load_figure(outcome, palette=palette),
        money_figures.stack_figure(outcome, palette=palette),
        money_figures.volume_figure(outcome, palette=palette),
        money_figures.cash_figure(outcome, outcome, palette=palette),
        money_figures.idle_figure(outcome, palette=palette),
        figures.rehearsal_figure(lockin.rehearse(outcome, month=30), palette=palette),
    ]
    assert all(go.Figure(figure).data for figure in drawn)
    assert len(running.region_rows(now)) == len(now.endpoints)


def test_the_land_lies_on_the_sheet():
    x, y = land()
    edge = projected(-180.0, 0.0)[0]
    assert all(edge - 1e-3 <= value <= -edge + 1e-3 for value in x if value is not None)
    assert x.count(None) == y.count(None) > 100


def test_trees_end_in_what_the_cards_show(outcomes):
    outcome = outcomes[IN_ORDER[0]]
    last = outcome.months[-1]
    for key in ("p95", "cost", "margin", "exit"):
        tree = behind.behind(outcome, key, month=36)
        assert tree.parts
    assert behind.behind(outcome, "exit", month=36).value == lockin.words.money(last.exit["whole"].usd_cash)
    with pytest.raises(LookupError):
        behind.behind(outcome, "weather", month=36)


def test_a_fix_moves_its_lever_and_silences_the_market_warning(outcomes):
    outcome = outcomes[IN_ORDER[0]]
    found = {warning: fixes.fix_of(warning, outcome.scenario) for warning in outcome.warnings}
    eu = next(warning for warning in outcome.warnings if "must be processed in the EU" in warning)
    fix = found[eu]
    moved = scenarios.set_fields(outcome.scenario, {fix.path: fix.value})
    assert not any("must be processed in the EU" in warning for warning in strategy.evaluate(moved).warnings)
    assert fixes.fix_of("nothing known", outcome.scenario) is None


def test_comparison_names_the_best_and_what_differs(outcomes):
    found = compared(list(outcomes.values()))
    rows = comparison.difference_rows(found.decisions)
    assert len(rows) == len(found.decisions) and all(len(row) == 5 for row in rows)
    worth = next(row for row in comparison.kpi_rows(found) if row.label == comparison.KPI_WORDS["npv_usd"])
    best = max(range(4), key=lambda at: found.outcomes[at].npv_usd)
    assert worth.cells[best].best and worth.cells[0].difference == ""
    assert comparison.compare_headline(found, list(outcomes))[0].text.startswith("They differ in")


@pytest.mark.parametrize("by", list(money.GROUPS))
@pytest.mark.parametrize("step", list(money.STEPS))
def test_the_stack_adds_up_however_it_is_divided(outcomes, by, step):
    for outcome in outcomes.values():
        parts = money.stack(outcome, by=by, step=step)
        total = sum(month.cost_usd["total"] for month in outcome.months)
        assert isclose(sum(map(sum, parts.values())), total, rel_tol=1e-9)
        _, rows = money.stack_table(outcome, by=by, step=step)
        assert len(rows) == -(-len(outcome.months) // step)
        assert len(money_figures.stack_figure(outcome, palette=LIGHT, by=by, step=step)["data"]) == len(parts)
    assert rows[-1][0] in ("36", "34–36", "25–36")


def test_an_unknown_division_is_named():
    with pytest.raises(LookupError, match="no division 'color'"):
        money.groups("color")


def test_more_vectors_make_leaving_longer_and_the_eu_pays_above_a_share():
    scenario = scenarios.load(IN_ORDER[0])
    sizes = petabytes(scenario, vectors=(50e6, 110e9))
    head, rows = waiting_figures.vectors_table(sizes)
    assert [len(row) for row in rows] == [len(head)] * 2
    assert rows[-1][0] == "110bn" and "making the vectors again" in rows[-1]
    assert waiting_figures.vectors_finding(sizes).endswith(
        f"{words.money(sizes[-1].forced.usd_cash)} and {words.months(sizes[-1].forced.exit_months)}"
    )
    eu = eu_break_even(scenario)
    head, rows = money.eu_table(eu)
    assert [len(row) for row in rows] == [len(head)] * len(eu.shares)
    assert rows[-1] == (words.percent(eu.shares[-1]), words.money(eu.gain_usd[-1]))
