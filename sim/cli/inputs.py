"""From arguments to evaluated scenarios, with progress on standard error."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from sim.cli.calibrating import calibrated
from sim.cli.faults import InputError
from sim.scenario import Scenario, load, set_fields
from sim.scenario.assumption_files import with_catalogue_file
from sim.scenario.yaml_text import MOST_BYTES
from sim.strategy import Executor, Outcome, Processes, Serial, evaluate

Task = TypeVar("Task")
Result = TypeVar("Result")

BAR = 30
LONG = 40
"""Tasks that take minutes: whoever waits for them without a terminal is told of them too."""
STEPS = 5
"""Times that it is told."""


def scenario_of(source: str, arguments: Namespace) -> Scenario:
    """A scenario with the seed that was asked for, and its GPUs as fast as they were measured."""
    scenario = load_with(source, getattr(arguments, "catalogue", None))
    if arguments.seed is not None:
        scenario = set_fields(scenario, {"seed": arguments.seed})
    benchmark = getattr(arguments, "calibrate", None)
    return scenario if benchmark is None else calibrated(scenario, Path(benchmark), tell=tell)


def load_with(source: str, catalogue: str | None) -> Scenario:
    """A scenario, with the rows of a file in place of the catalogue's where one is named.

    Raises:
        InputError: the file cannot be read.
        ScenarioError: all faults of the scenario, or of the file.
    """
    scenario = load(source)
    if catalogue is None:
        return scenario
    try:
        with Path(catalogue).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise InputError(f"--catalogue {catalogue}: cannot be read: {reason}. Name a CSV or YAML file.") from fault
    changed = with_catalogue_file(scenario, data, where=catalogue)
    tell(f"{catalogue}: {len(changed.assumptions)} rows of the catalogue are changed")
    return changed


def outcome_of(source: str, arguments: Namespace) -> Outcome:
    """One scenario, evaluated as the arguments say."""
    with executor_for(arguments.fidelity) as executor:
        return evaluated(source, arguments, executor=executor)


def evaluated(source: str, arguments: Namespace, *, executor: Executor) -> Outcome:
    """The same with an executor that has more to do."""
    scenario = scenario_of(source, arguments)
    began_s = perf_counter()
    outcome = evaluate(scenario, fidelity=arguments.fidelity, executor=executor)
    tell(f"{source}: {outcome.simulated_windows} windows simulated in {perf_counter() - began_s:.1f} s")
    return outcome


def tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


@contextmanager
def executor_for(fidelity: str) -> Iterator[Executor]:
    """Processes where there is much to simulate; a draft is done before they have started."""
    if fidelity == "draft":
        yield Shown(Serial(), at_once=1)
        return
    with Processes() as processes:
        yield Shown(processes, at_once=4 * processes.workers)


class Shown:
    """An executor that draws a bar while it works, where standard error is a terminal, and else says how far it is."""

    def __init__(self, executor: Executor, *, at_once: int) -> None:
        self._executor = executor
        self._at_once = at_once

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        terminal = sys.stderr.isatty()
        if not tasks or not (terminal or len(tasks) >= LONG):
            return self._executor.map(function, tasks)
        results: list[Result] = []
        said = 0
        while len(results) < len(tasks):
            if terminal:
                self._draw(len(results) / len(tasks))
            elif STEPS * len(results) // len(tasks) > said:
                said = STEPS * len(results) // len(tasks)
                tell(f"simulating: {len(results)} of {len(tasks)} parts done")
            results += self._executor.map(function, tasks[len(results) : len(results) + self._at_once])
        if terminal:
            self._draw(1.0)
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        return results

    def _draw(self, share: float) -> None:
        done = round(BAR * share)
        print(f"\r[{'#' * done}{'.' * (BAR - done)}] {share:4.0%}", end="", file=sys.stderr, flush=True)
