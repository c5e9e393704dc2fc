"""`loadbearing run`: one scenario, month by month, or the tree behind one of its figures."""

from argparse import Namespace
from collections.abc import Collection, Iterator

from sim.cli.executing import executor_of
from sim.cli.faults import InputError
from sim.cli.inputs import evaluated, outcome_of
from sim.cli.logs import log_path, log_sentence, write_log
from sim.cli.outcome_json import outcome_object, portability_object
from sim.cli.outcome_text import outcome_text
from sim.cli.output import print_json
from sim.economics import Node, explain, figures
from sim.reports.decisions import portability_sentences
from sim.scenario.assumptions import catalogue_of
from sim.strategy import Outcome
from sim.strategy.window import busiest_window
from sim.strategy.worth_it import worth_of_portability

DIGITS = 6


def command(arguments: Namespace) -> None:
    if arguments.explain is not None:
        if arguments.portability or arguments.log is not None:
            raise InputError("--explain prints the tree of one figure only. Leave out --portability and --log.")
        _explain(arguments)
        return
    if arguments.month is not None:
        raise InputError("--month says which month to explain. Add --explain FIGURE, or leave it out.")
    path = log_path(arguments.log)
    with executor_of(arguments) as executor:
        outcome = evaluated(arguments.scenario, arguments, executor=executor)
        scenario, fidelity = outcome.scenario, outcome.fidelity
        worth = log = None
        if arguments.portability:
            worth = worth_of_portability(scenario, fidelity=fidelity, executor=executor)
        if path is not None:
            log = write_log(busiest_window(scenario, fidelity=fidelity, executor=executor), path)
    if arguments.json:
        measured = None if arguments.calibrate is None else outcome.scenario.platform.engine.calibration
        added = {"calibration": measured, "portability": worth and portability_object(worth), "log": log}
        print_json(outcome_object(outcome) | {name: found for name, found in added.items() if found is not None})
        return
    print(outcome_text(outcome))
    if worth is not None:
        print("\nIs portability worth it\n" + "\n".join(f"  {line}" for line in portability_sentences(worth)))
    if log is not None:
        print(f"\n{log_sentence(log)}")


def _explain(arguments: Namespace) -> None:
    outcome = outcome_of(arguments.scenario, arguments)
    figure = _figure(arguments.explain, figures(product.id for product in outcome.scenario.products))
    month = _month(arguments.month, outcome)
    node = explain(outcome.statements[month], figure, catalogue=catalogue_of(outcome.scenario))
    if arguments.json:
        print_json({"scenario": arguments.scenario, "month": month, "figure": figure, "tree": node})
    else:
        print(f"{outcome.scenario.name}, {outcome.statements[month].day:%B %Y} (month {month} of the JSON)\n")
        print("\n".join(_lines(node, depth=0)))


def _figure(asked: str, known: Collection[str]) -> str:
    """A figure's own name, given as in JSON or without its unit."""
    for name in (asked, asked.removeprefix("cost_usd.").removesuffix("_usd")):
        if name in known:
            return name
    raise InputError(f"--explain {asked}: there is no such figure. There are: {', '.join(known)}.")


def _month(asked: int | None, outcome: Outcome) -> int:
    last = len(outcome.statements) - 1
    if asked is None:
        return last
    if asked > last:
        raise InputError(f"--month {asked}: the scenario has months 0 to {last}. Name one of them.")
    return asked


def _lines(node: Node, *, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}{node.label}: {_number(node.value)} {node.unit}{f'  ({node.how})' if node.children else ''}"
    if node.term is not None:
        term = node.term
        yield f"{indent}  {_number(term.quantity)} {term.unit} × {_number(term.price)} {term.price_unit}"
    for field in node.fields:
        yield f"{indent}  scenario: {field}"
    for fact in node.facts:
        yield (
            f"{indent}  {fact.table}/{fact.id}/{fact.quantity}: {_number(fact.likely)} {fact.unit} "
            f"({_number(fact.low)} to {_number(fact.high)}), {fact.as_of}, grade {fact.grade}: "
            f"{'changed in this scenario, ' if fact.changed else ''}{fact.source}"
        )
    for child in node.children:
        yield from _lines(child, depth=depth + 1)


def _number(value: float) -> str:
    return "none" if value != value else f"{float(f'{value:.{DIGITS}g}'):,.12g}"
