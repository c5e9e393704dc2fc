"""`loadbearing check`: whether a scenario can be played."""

from argparse import Namespace

from sim.cli.inputs import load_with
from sim.cli.output import print_json
from sim.scenario import ScenarioError, scenario_hash


def command(arguments: Namespace) -> None:
    try:
        scenario = load_with(arguments.scenario, arguments.catalogue)
    except ScenarioError as error:
        if arguments.json:
            print_json({"ok": False, "where": error.where, "faults": error.faults})
        raise
    if arguments.json:
        print_json({"ok": True, "name": scenario.name, "hash": scenario_hash(scenario), "faults": []})
    else:
        print(f"{arguments.scenario}: ok ({scenario.name}, {scenario.months} months)")
