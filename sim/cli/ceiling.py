"""`loadbearing ceiling`: how far demand can grow, and what gives way first."""

from argparse import Namespace
from math import isinf, isnan

from sim.cli.inputs import outcome_of
from sim.cli.outcome_json import scenario_object
from sim.cli.outcome_text import ceiling_sentence
from sim.cli.output import print_json, table
from sim.reports import words
from sim.strategy.outcome import Ceiling


def command(arguments: Namespace) -> None:
    outcome = outcome_of(arguments.scenario, arguments)
    ceiling = outcome.ceiling
    if arguments.json:
        print_json({"scenario": scenario_object(outcome), "ceiling": ceiling})
        return
    print(f"{outcome.scenario.name}: {words.FIDELITY_WORDS[outcome.fidelity].lower()}\n")
    print(f"Demand can grow to {ceiling_sentence(ceiling)}")
    print(_margin_sentence(ceiling, target=outcome.scenario.company.target_margin))
    if ceiling.volumes:
        print(f"\n{_volumes(ceiling)}")


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
            f"{volume.requests_per_s:.3g}",
            words.percent(volume.in_time_share),
            words.seconds(volume.p95_s),
            words.percent(volume.gross_margin),
        )
        for volume in ceiling.volumes
    ]
    return table([head, *rows])
