"""From arguments to strategies, for the commands that read many worlds."""

from argparse import Namespace

from sim.cli.faults import InputError
from sim.cli.inputs import scenario_of
from sim.scenario import Scenario, set_fields


def strategies_of(arguments: Namespace) -> list[Scenario]:
    """The scenarios; one that shares its name with an earlier one is called by its source.

    Raises:
        InputError: the same source twice, or horizons that differ.
    """
    sources = arguments.scenarios
    if len(set(sources)) < len(sources):
        raise InputError(f"{arguments.command}: a scenario is named twice ({', '.join(sources)}). Name each once.")
    found: list[Scenario] = []
    for source in sources:
        scenario = scenario_of(source, arguments)
        if scenario.name in {other.name for other in found}:
            scenario = set_fields(scenario, {"name": source})
        found.append(scenario)
    months = {scenario.months for scenario in found}
    if len(months) > 1:
        raise InputError(
            f"{arguments.command}: the scenarios play {' and '.join(map(str, sorted(months)))} months. "
            "Give all the same 'months', so that they can be compared."
        )
    return found
