"""What Lock-in, Economics, Operations and Compare say follows from the outcome."""

import re
from math import isclose, isfinite

import plotly.graph_objects as go
import pytest

from sim import scenario as scenarios
from sim import strategy
from sim.catalogue import load_catalogue
from sim.cli.outcome_text import doors_text, outcome_text
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
from sim.reports.outcome_json import door_object, month_object
from sim.reports.palette import DARK, LIGHT
from sim.reports.plain_json import plain
from sim.reports.series import p95_range_s
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
def test_leaving_everything_is_less_than_its_layers_and_their_lines_are_never_stacked(outcomes, name):
    """Rule 8: the whole stands beside its layers, in the outcome, in JSON and in the charts, and is not their sum."""
    outcome = outcomes[name]
    for month, stated in zip(outcome.months, outcome.statements, strict=True):
        whole = month.exit["whole"]
        for read in (lambda cost: cost.usd_cash, lambda cost: cost.exit_months):
            assert max(read(month.exit[layer]) for layer in LAYERS) < read(whole)
        assert whole.usd_cash < sum(month.exit[layer].usd_cash for layer in LAYERS)
        written = plain(month_object(month, energy=stated.energy))["exit"]
        assert set(written) == {*LAYERS, "whole"}
        for layer, cost in written.items():
            at = month.exit[layer]
            assert (cost["usd_cash"], cost["usd_growth_forgone"]) == (at.usd_cash, at.usd_growth_forgone)
            profit = at.months_of_profit if isfinite(at.months_of_profit) else None
            assert (cost["exit_months"], cost["months_of_profit"]) == (at.exit_months, profit)
    drawn = figures.layer_lines(outcome, read=lambda cost: cost.usd_cash, write=words.money, palette=LIGHT, scale=1e3,
                                unit="k")  # fmt: skip
    assert not any(trace.get("stackgroup") for trace in drawn["data"])
    lines = {trace["name"]: list(trace["y"]) for trace in drawn["data"] if trace["mode"] == "lines"}
    assert lines == {lockin.layer_name(x): [month.exit[x].usd_cash for month in outcome.months] for x in LAYERS}


@pytest.mark.parametrize("name", IN_ORDER)
def test_doors_stand_from_the_hardest_to_the_easiest(outcomes, name):
    rows = lockin.door_rows(outcomes[name], month=36)
    assert {row.decision for row in rows[:-1]} == set(LAYERS) and rows[-1].decision == "whole"
    hardness = [lockin.ORDER[row.door_class] for row in rows[:-1]]
    assert hardness == sorted(hardness)
    hard = sum(row.door_class == "compounding" for row in rows[:-1])
    said = lockin.lockin_headline(outcomes[name], month=36)[0].text
    assert said.startswith(("None", "One", "Two", "Three", "Four", "Five", "All six")[hard])


@pytest.mark.parametrize("name", IN_ORDER)
def test_a_class_is_printed_with_the_growth_below_which_it_gets_harder_and_without_growth_forgone(outcomes, name):
    """Rule 14: whatever rests on one judgment is shown with and without it, in the app, the command line and JSON."""
    outcome = outcomes[name]
    doors = {door.decision: door for door in outcome.doors}
    lines = dict(zip(doors, doors_text(outcome).splitlines()[1:], strict=False))
    for row in lockin.door_rows(outcome, month=36):
        door = doors[row.decision]
        growths = {"": door.compounds_below_growth, "in cash": door.compounds_below_growth_cash_only}
        below = {of: f"below {words.percent(x)}" if isfinite(x) else "at no growth tried" for of, x in growths.items()}
        compounds = door.door_class == "compounding"
        assert row.harder.startswith(below[""] if compounds else f"gets harder {below['']}")
        same = door.class_cash_only == door.door_class
        assert row.in_cash.startswith("in cash too" if same else f"in cash: {words.DOOR_WORDS[door.class_cash_only]}")
        assert row.in_cash.endswith(below["in cash"])
        cells = [cell.strip() for cell in re.split(r"  +", lines[row.decision].strip())]
        assert cells[1] == words.DOOR_WORDS[door.door_class] and cells[3] == words.percent(door.compounds_below_growth)
        assert cells[-2:] == [
            words.DOOR_WORDS[door.class_cash_only], words.percent(door.compounds_below_growth_cash_only)
        ]  # fmt: skip
        written = door_object(door)
        assert (written["class"], written["class_cash_only"]) == (door.door_class, door.class_cash_only)
        assert written["compounds_below_growth_cash_only"] is door.compounds_below_growth_cash_only
    whole = outcome.months[35].exit["whole"]
    said = "".join(part.text for part in lockin.lockin_headline(outcome, month=36))
    assert f"({words.months(whole.months_of_profit_cash_only)} in cash alone)" in said
    in_cash = float(outcome.lockin.by_set["whole"].months_of_profit_cash_only[35])
    assert isclose(whole.months_of_profit_cash_only, in_cash, rel_tol=1e-12) and in_cash < whole.months_of_profit


def test_the_printed_statement_has_three_years_of_twelve_months(outcomes):
    """Rule 1: a year of flows is the sum of its twelve months, and the last month stands beside the years."""
    outcome = outcomes[IN_ORDER[0]]
    lines = outcome_text(outcome).splitlines()
    assert re.split(r"  +", lines[2].strip()) == ["year 1", "year 2", "year 3", "month 36"]
    revenue = next(re.split(r"  +", line)[1:] for line in lines if line.startswith("Revenue"))
    years = [sum(m.revenue_usd for m in outcome.months[at : at + 12]) for at in (0, 12, 24)]
    assert revenue == [words.money(usd) for usd in (*years, outcome.months[35].revenue_usd)]


@pytest.mark.parametrize("name", IN_ORDER)
def test_latency_carries_the_error_of_validation_and_says_where_it_is_only_assumed(outcomes, name):
    """Rule 15: the band of p95 is more than replication noise, and a vendor's latency is not called simulated."""
    outcome, catalogue = outcomes[name], load_catalogue()
    rows = {"first_words": "ttft", "finished": "tpot"}
    for month in outcome.months:
        for reading in month.promises:
            error = catalogue.value("validation", rows[reading.measure], "median_error")
            assert reading.model_error == error > 0
            assert reading.assumed == (outcome.scenario.decisions.own_share == 0)
    last = outcome.months[-1]
    low, high = p95_range_s(last)
    reading = last.nearest_promise
    assert high - low >= 2 * reading.p95_s.mean * reading.model_error * (1 - 1e-12)
    assert ("assumed law" in outcome_text(outcome)) == reading.assumed


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
