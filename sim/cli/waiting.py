"""`loadbearing waiting`: the same decision taken at once, or later."""

from argparse import Namespace
from typing import Any

import yaml

from sim.cli.executing import executor_of
from sim.cli.faults import InputError
from sim.cli.inputs import scenario_of
from sim.cli.outcome_json import scenario_object
from sim.cli.output import print_json, table
from sim.reports import words
from sim.reports.decisions import waiting_sentence
from sim.strategy.waiting import MONTHS, CostOfWaiting, Waited, cost_of_waiting


def command(arguments: Namespace) -> None:
    scenario = scenario_of(arguments.scenario, arguments)
    months = arguments.months or MONTHS
    if min(months) >= scenario.months:
        named = ", ".join(str(month) for month in months)
        raise InputError(f"--months {named}: the scenario has months 0 to {scenario.months - 1}. Name one of them.")
    decision = {path: setting_value(path, text) for path, text in arguments.settings}
    with executor_of(arguments) as executor:
        waiting = cost_of_waiting(scenario, decision, months=months, fidelity=arguments.fidelity, executor=executor)
    if arguments.json:
        print_json(waiting_object(waiting))
    else:
        print(f"{scenario.name}: {', '.join('='.join(setting) for setting in arguments.settings)}\n")
        print(f"{_text(waiting)}\n\n{waiting_sentence(waiting)}")


def setting_value(path: str, text: str) -> Any:
    """A value as a scenario file would hold it."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as fault:
        said = f"--set {path}={text}: the value is not YAML. Write it as in a scenario file, in quotes."
        raise InputError(said) from fault


def waiting_object(waiting: CostOfWaiting) -> dict[str, Any]:
    """By month in which the decision is taken; `lost_usd` is against the first of them."""
    best = waiting.best
    return {
        "scenario": scenario_object(waiting.never),
        "decision": waiting.decision,
        "taken": [
            {
                "month": waited.month,
                "npv_usd": waited.npv_usd,
                "lost_usd": waiting.lost_usd(waited),
                "leave_then_usd": waited.leave_then_usd,
                "leave_at_end_usd": waited.leave_at_end_usd,
                "move_usd": waited.move_usd,
            }
            for waited in waiting.taken
        ],
        "never": {
            "npv_usd": waiting.never.npv_usd,
            "leave_at_end_usd": waiting.never.months[-1].exit["whole"].usd_cash,
        },
        "best_month": None if best is None else best.month,
    }


def _text(waiting: CostOfWaiting) -> str:
    head = ("Decided", "worth", "lost by waiting", "cash to leave then", "paid for moves", "cash to leave at the end")
    never = waiting.never
    end = words.money(never.months[-1].exit["whole"].usd_cash)
    rows = [_row(waited, waiting) for waited in waiting.taken]
    return table([head, *rows, ("never", words.money(never.npv_usd), "", "", "", end)])


def _row(waited: Waited, waiting: CostOfWaiting) -> tuple[str, ...]:
    return (
        "at the start" if waited.month == 0 else f"after {words.months(waited.month)}",
        words.money(waited.npv_usd),
        words.money(waiting.lost_usd(waited)),
        words.money(waited.leave_then_usd),
        words.money(waited.move_usd),
        words.money(waited.leave_at_end_usd),
    )
