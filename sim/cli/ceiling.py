"""`loadbearing ceiling`: how far demand can grow, and what gives way first."""

from argparse import Namespace
from math import isfinite, isinf, isnan
from typing import Any

from sim.cli.executing import executor_of
from sim.cli.inputs import evaluated
from sim.cli.outcome_json import scenario_object
from sim.cli.outcome_text import ceiling_sentence
from sim.cli.output import print_json, table
from sim.reports import words
from sim.reports.decisions import curve_sentence, lift_sentence, sellable_sentences
from sim.strategy import Executor, Outcome
from sim.strategy.lift import Lift, cheapest_lift, steps
from sim.strategy.outcome import Ceiling
from sim.strategy.selling import MONTH, Sellable, what_you_can_sell
from sim.strategy.sustainable import sustainable_curve


def command(arguments: Namespace) -> None:
    with executor_of(arguments) as executor:
        outcome = evaluated(arguments.scenario, arguments, executor=executor)
        asked = _Asked(outcome, with_routers=arguments.all, executor=executor)
    ceiling = outcome.ceiling
    if arguments.json:
        found = {"lift": lift_object(asked.lift), "sustainable": asked.curve, "sellable": asked.sellable}
        print_json({"scenario": scenario_object(outcome), "ceiling": ceiling, **found})
        return
    print(f"{outcome.scenario.name}: {words.FIDELITY_WORDS[outcome.fidelity].lower()}\n")
    said = "Demand can grow to" if isfinite(ceiling.multiplier) else "How far demand can grow is"
    print(f"{said} {ceiling_sentence(ceiling)}")
    print(_margin_sentence(ceiling, target=outcome.scenario.company.target_margin))
    if asked.sellable is not None:
        sentences = (lift_sentence(asked.lift), curve_sentence(asked.curve), *sellable_sentences(asked.sellable))
        print("\n" + "\n".join(sentences))
    if ceiling.volumes:
        print(f"\n{_volumes(ceiling)}")


class _Asked:
    """What goes with a ceiling: what lifts it, what replicas carry, and what can be sold; nothing before a launch."""

    def __init__(self, outcome: Outcome, *, with_routers: bool, executor: Executor) -> None:
        scenario, fidelity = outcome.scenario, outcome.fidelity
        # Another router is simulated on surfaces of its own, which takes longest.
        choice = [step for step in steps(scenario) if with_routers or not step.name.startswith("routing.")]
        self.lift = cheapest_lift(scenario, choice=choice, outcome=outcome, fidelity=fidelity, executor=executor)
        self.curve = sustainable_curve(scenario, fidelity=fidelity, executor=executor)
        self.sellable: Sellable | None = None
        last = len(outcome.months) - 1
        if outcome.launch_month <= last:
            self.sellable = what_you_can_sell(
                scenario, month=min(MONTH, last), outcome=outcome, fidelity=fidelity, executor=executor
            )


def lift_object(lift: Lift) -> dict[str, Any]:
    """Every step that was tried, those that help first; `usd_per_lifted_rps` is null where it lifts nothing."""
    tried = [
        {
            "step": each.step.name,
            "title": each.step.title,
            "set": each.step.set,
            "other_model": each.step.other_model,
            "multiplier": each.ceiling.multiplier,
            "binds": each.ceiling.binds,
            "highest_rps": each.highest_rps,
            "lifted_rps": each.lifted_rps,
            "cost_usd": each.cost_usd,
            "usd_per_lifted_rps": each.usd_per_lifted_rps,
        }
        for each in lift.tried
    ]
    same = lift.cheapest_same_models
    return {
        "highest_rps": lift.before_rps,
        "cheapest": lift.cheapest and lift.cheapest.step.name,
        "cheapest_same_models": same and same.step.name,
        "tried": tried,
    }


def _margin_sentence(ceiling: Ceiling, *, target: float) -> str:
    goal = f"the margin target of {words.percent(target)}"
    if isnan(ceiling.margin_floor):
        return f"No volume tried reaches {goal}."
    floor = "every smaller volume tried" if ceiling.margin_floor == 0 else f"{ceiling.margin_floor:.2g} times it"
    top = "the most that was tried" if isinf(ceiling.margin_ceiling) else f"{ceiling.margin_ceiling:.2g} times it"
    return f"From {floor} to {top}, the platform earns {goal}."


def _volumes(ceiling: Ceiling) -> str:
    head = ("Demand", "requests/s", "in time", "p95", "margin")
    rows = [
        (
            f"{volume.multiplier:.3g} ×",
            f"{float(f'{volume.requests_per_s:.3g}'):,g}",
            words.percent(volume.in_time_share),
            words.seconds(volume.p95_s),
            words.percent(volume.gross_margin),
        )
        for volume in ceiling.volumes
    ]
    return table([head, *rows])
