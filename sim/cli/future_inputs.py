"""From arguments to strategies and an executor, for the commands that read many worlds."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from sim.cli.faults import InputError
from sim.cli.inputs import Shown, scenario_of
from sim.scenario import Scenario, set_fields
from sim.strategy import Executor, Processes, Serial

EXECUTORS = ("serial", "processes", "ray")


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


@contextmanager
def executor_of(arguments: Namespace) -> Iterator[Executor]:
    """Where worlds are read, by name, with a bar on standard error."""
    if arguments.executor == "serial":
        yield Shown(Serial(), at_once=1)
        return
    if arguments.executor == "ray":
        raise InputError("--executor ray: this build has no Ray executor. Choose serial or processes.")
    with Processes() as processes:
        yield Shown(processes, at_once=2 * processes.workers)
