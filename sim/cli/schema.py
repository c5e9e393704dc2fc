"""`loadbearing schema`: what a scenario file may say, for editors and validators."""

from argparse import Namespace

from sim.cli.output import print_json
from sim.scenario import json_schema


def command(arguments: Namespace) -> None:
    print_json(json_schema())
