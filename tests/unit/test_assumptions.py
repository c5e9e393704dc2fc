"""Rows in place of the catalogue's: read from files, judged all at once, played, marked, and nobody else's."""

import pytest

from sim import scenario as scenarios
from sim import strategy
from sim.catalogue import load_catalogue
from sim.reports.behind import behind
from sim.scenario import ScenarioError
from sim.scenario.assumption_files import COLUMNS, catalogue_csv, changed_rows, with_catalogue_file
from sim.scenario.assumptions import catalogue_of
from sim.scenario.yaml_text import MOST_BYTES

PLAIN = scenarios.load("own_the_platform")
PEOPLE = ("people", "platform", "usd_per_month")
SALARY = b"table,id,quantity,likely,source\npeople,platform,usd_per_month,30000,our payroll\n"


def changed(data, where="mine.csv"):
    return with_catalogue_file(PLAIN, data, where=where)


def test_the_shipped_catalogue_sent_back_changes_nothing():
    assert changed(catalogue_csv().encode()) == PLAIN


def test_an_edited_line_of_the_whole_is_the_only_change():
    fact = load_catalogue().dated(*PEOPLE)[-1]
    before = f"platform,usd_per_month,{fact.unit},{fact.as_of},{fact.low:g},{fact.likely:g},{fact.high:g}"
    assert before in catalogue_csv()
    after = before.replace(f",{fact.likely:g},", ",20000,")
    scenario = changed(catalogue_csv().replace(before, after).encode())
    assert [given.row for given in scenario.assumptions] == ["/".join(PEOPLE)]
    assert catalogue_of(scenario).value(*PEOPLE) == 20000
    assert len(catalogue_of(scenario).changed) == 1


def test_a_table_of_its_own_is_named_by_its_file():
    scenario = changed(b"id,quantity,likely\nplatform,usd_per_month,20000\n", where="people.csv")
    assert catalogue_of(scenario).value(*PEOPLE) == 20000


def test_yaml_says_the_same():
    text = b"assumptions:\n- {row: people/platform/usd_per_month, likely: 30000, source: our payroll}\n"
    assert changed(text, where="mine.yaml") == changed(SALARY)


def test_money_follows_and_nobody_else_sees_it():
    before = strategy.evaluate(PLAIN).npv_usd
    dear = strategy.evaluate(changed(SALARY))
    assert dear.npv_usd < before
    assert dear.simulated_windows == 0
    assert strategy.evaluate(PLAIN).npv_usd == before
    assert load_catalogue().value(*PEOPLE) < 30000
    assert scenarios.scenario_hash(dear.scenario) != scenarios.scenario_hash(PLAIN)


def test_physics_follows():
    slow = changed(b"table,id,quantity,likely\nengines,vllm_2026,step_overhead_s,0.2\n".replace(
        b"vllm_2026", PLAIN.platform.engine.generation.encode()))  # fmt: skip
    ours, theirs = strategy.evaluate(slow), strategy.evaluate(PLAIN)
    assert ours.months[-1].nearest_promise.p95_s.mean > theirs.months[-1].nearest_promise.p95_s.mean


def test_a_changed_row_is_marked_where_it_is_shown():
    def sources(branch):
        return [*branch.sources, *(source for part in branch.parts for source in sources(part))]

    shown = [source for source in sources(behind(strategy.evaluate(changed(SALARY)), "cost", month=36))]
    marked = [source for source in shown if "changed in this scenario" in source]
    assert marked and all("our payroll" in source for source in marked)
    assert not [source for source in sources(behind(strategy.evaluate(PLAIN), "cost", month=36)) if "changed" in source]
    assert list(changed_rows(changed(SALARY))) == [
        "people/platform/usd_per_month is 30000 USD/month instead of 15000"
    ]


def test_a_dated_value_stands_beside_the_shipped_ones():
    given = [{"row": "/".join(PEOPLE), "likely": 40000, "as_of": "2028-01"}]
    catalogue = catalogue_of(scenarios.set_fields(PLAIN, {"assumptions": given}))
    shipped = load_catalogue().dated(*PEOPLE)
    assert [fact.likely for fact in catalogue.dated(*PEOPLE)] == [*(fact.likely for fact in shipped), 40000]


def test_all_faults_come_together():
    with pytest.raises(ScenarioError) as caught:
        changed(
            b"table,id,quantity,likely,low,unit,as_of\n"
            b"people,platform,usd_per_mont,1,,,\n"
            b"people,platform,usd_per_month,x,,,\n"
            b"people,platform,usd_per_month,10,20,,\n"
            b"people,platform,usd_per_month,10,,EUR/month,\n"
            b"gpus,h200,hbm_gb,0,,,\n"
            b"gpus,h200,bf16_tflops,9e12,,,\n"
            b"business,rules,support_share_of_revenue,3,,,\n"
            b"business,rules,price_elasticity,-1,,,2027-02-30\n"
            b"people,nobody,usd_per_month,1,,,\n"
            b"planets,mars,mass,1,,,\n"
            b"too,few\n"
        )
    said = "\n".join(caught.value.faults)
    for part in (
        "usd_per_month'?",
        "line 3: likely: must be a number (got 'x')",
        "must be between low and high (got 20, 10, 10)",
        "is in USD/month (got 'EUR/month')",
        "must be above 0, as the shipped",
        "Check the unit",
        "Write 30 % as 0.3",
        "as_of: must be a date",
        "has no 'nobody'",
        "no table 'planets'",
        "more or fewer cells",
    ):
        assert part in said, part


@pytest.mark.parametrize(
    "data, where, part",
    [
        (b"a" * (MOST_BYTES + 1), "x.csv", "at most"),
        (b"\xff\xfe", "x.csv", "UTF-8"),
        (b"", "x.csv", "column 'id' is missing"),
        (b"id,quantity,likely,spice\n", "x.csv", "no column 'spice'"),
        (b'id,quantity,likely\n"a"b,c,1\n', "x.csv", "not CSV"),
        (b"- 1\n", "x.yaml", "not settings"),
        (b"name: x\n", "x.yaml", "required, and missing"),
        (b"assumptions: 7\n", "x.yaml", "must be a list"),
        (b"assumptions: [{row: a, likely: .nan}]\n", "x.yaml", "finite"),
        (b"assumptions: &a [*a]\n", "x.yaml", "anchors"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(data, where, part):
    with pytest.raises(ScenarioError) as caught:
        changed(data, where=where)
    assert part in str(caught.value)


def test_no_dated_change_moves_an_assumption():
    change = {"month": 3, "because": "it is not ours", "set": {"assumptions": []}}
    with pytest.raises(ScenarioError, match="holds for the whole play"):
        scenarios.set_fields(PLAIN, {"changes": [change]})


def test_the_shipped_columns_are_the_ones_read():
    assert catalogue_csv().splitlines()[0] == ",".join(COLUMNS)
