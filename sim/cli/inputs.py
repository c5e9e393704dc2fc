"""From arguments to evaluated scenarios, with progress on standard error."""

from argparse import Namespace
from pathlib import Path
from time import perf_counter

from sim.cli.calibrating import calibrated
from sim.cli.executing import executor_of, tell
from sim.cli.faults import InputError
from sim.reports import words
from sim.scenario import Scenario, load, set_fields
from sim.scenario.assumption_files import with_catalogue_file
from sim.scenario.schema import PerSeat
from sim.scenario.yaml_text import MOST_BYTES
from sim.strategy import Executor, Outcome, evaluate
from sim.strategy.answers import at_price


def scenario_of(source: str, arguments: Namespace) -> Scenario:
    """A scenario with the seed that was asked for, and its GPUs as fast as they were measured."""
    scenario = load_with(source, getattr(arguments, "catalogue", None))
    if arguments.seed is not None:
        scenario = set_fields(scenario, {"seed": arguments.seed})
    scenario = _priced(scenario, arguments)
    benchmark = getattr(arguments, "calibrate", None)
    return scenario if benchmark is None else calibrated(scenario, Path(benchmark), tell=tell)


def _priced(scenario: Scenario, arguments: Namespace) -> Scenario:
    """The scenario at other prices, where they were asked for."""
    for product, usd in getattr(arguments, "prices", ()):
        try:
            priced = at_price(scenario, product, usd=usd, elasticity=arguments.elasticity)
        except LookupError as fault:
            raise InputError(f"--price {product}={usd:g}: {fault.args[0]}. Name one of them.") from fault
        tell(f"--price {product}={usd:g}: {_moved(scenario, priced, product)}")
        scenario = priced
    return scenario


def _moved(before: Scenario, after: Scenario, product: str) -> str:
    """What another price put in place of what."""
    old, new = (next(each for each in side.products if each.id == product) for side in (before, after))
    was_usd = old.price.usd_per_month if isinstance(old.price, PerSeat) else old.price.usd
    kept = new.demand.amount / old.demand.amount if old.demand.amount > 0 else 1.0
    return f"in place of {words.money(was_usd)} from the start; demand × {kept:.3g}"


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
    with executor_of(arguments) as executor:
        return evaluated(source, arguments, executor=executor)


def evaluated(source: str, arguments: Namespace, *, executor: Executor) -> Outcome:
    """The same with an executor that has more to do."""
    scenario = scenario_of(source, arguments)
    began_s = perf_counter()
    outcome = evaluate(scenario, fidelity=arguments.fidelity, executor=executor)
    tell(f"{source}: {outcome.simulated_windows} windows simulated in {perf_counter() - began_s:.1f} s")
    return outcome
