"""`loadbearing run`: one scenario, month by month, or the tree behind one of its figures."""

from argparse import Namespace
from collections.abc import Collection, Iterator

from sim.cli.executing import executor_of
from sim.cli.faults import InputError
from sim.cli.inputs import evaluated, outcome_of, scenario_of
from sim.cli.logs import log_path, log_sentence, write_log
from sim.cli.outcome_json import outcome_object, portability_object
from sim.cli.outcome_text import outcome_text
from sim.cli.output import print_json
from sim.economics import Node, explain, figures
from sim.reports import words
from sim.reports.decisions import eu_sentence, petabyte_sentence, portability_sentences
from sim.scenario.assumptions import catalogue_of
from sim.strategy import Executor, Outcome
from sim.strategy.answers import eu_break_even
from sim.strategy.petabytes import petabytes
from sim.strategy.precise import MOST_REPLICATIONS, Precise, evaluate_to
from sim.strategy.window import busiest_window
from sim.strategy.worth_it import worth_of_portability

DIGITS = 6


def command(arguments: Namespace) -> None:
    if arguments.explain is not None:
        if arguments.portability or arguments.vectors or arguments.eu_share or arguments.log is not None:
            more = "--portability, --vectors, --eu-share and --log"
            raise InputError(f"--explain prints the tree of one figure only. Leave out {more}.")
        _explain(arguments)
        return
    if arguments.month is not None:
        raise InputError("--month says which month to explain. Add --explain FIGURE, or leave it out.")
    if arguments.elasticity is not None and not arguments.prices:
        raise InputError("--elasticity moves demand with a price. Add --price PRODUCT=USD, or leave it out.")
    if arguments.most is not None and arguments.half_width is None:
        raise InputError("--most bounds the replications that --half-width takes. Add it, or leave --most out.")
    path = log_path(arguments.log)
    precise = None
    with executor_of(arguments) as executor:
        if arguments.half_width is None:
            outcome = evaluated(arguments.scenario, arguments, executor=executor)
        else:
            precise = _precise(arguments, executor)
            outcome = precise.outcome
        scenario, fidelity = outcome.scenario, outcome.fidelity
        worth = log = sizes = eu = None
        if arguments.portability:
            worth = worth_of_portability(scenario, fidelity=fidelity, executor=executor)
        if arguments.vectors:
            sizes = petabytes(scenario, fidelity=fidelity, executor=executor)
        if arguments.eu_share:
            eu = eu_break_even(scenario, fidelity=fidelity, executor=executor)
        if path is not None:
            log = write_log(busiest_window(scenario, fidelity=fidelity, executor=executor), path)
    if arguments.json:
        measured = None if arguments.calibrate is None else outcome.scenario.platform.engine.calibration
        reached = precise and {
            "half_width_asked": precise.asked,
            "half_width_reached": precise.reached,
            "replications": precise.replications,
            "met": precise.met,
        }
        added = {
            "precision": reached,
            "calibration": measured,
            "portability": worth and portability_object(worth),
            "vectors": sizes,
            "eu_share": eu,
            "log": log,
        }
        print_json(outcome_object(outcome) | {name: found for name, found in added.items() if found is not None})
        return
    print(outcome_text(outcome))
    if precise is not None:
        print(f"\n{precision_sentence(precise)}")
    if worth is not None:
        print("\nIs portability worth it\n" + "\n".join(f"  {line}" for line in portability_sentences(worth)))
    if sizes is not None:
        print("\nWith more vectors\n" + "\n".join(f"  {petabyte_sentence(size)}" for size in sizes))
    if eu is not None:
        print(f"\n{eu_sentence(eu)}")
    if log is not None:
        print(f"\n{log_sentence(log)}")


def _precise(arguments: Namespace, executor: Executor) -> Precise:
    return evaluate_to(
        scenario_of(arguments.scenario, arguments),
        arguments.half_width,
        fidelity=arguments.fidelity,
        most=arguments.most or MOST_REPLICATIONS,
        executor=executor,
    )


def precision_sentence(precise: Precise) -> str:
    """How well the p95 of the promises is known in the last month, and with how many replications."""
    if precise.widest is None:
        return "No promise has a p95 with a known width in the last month, so no replication was added."
    said = "" if precise.met else ", and more than that was not allowed: raise --most"
    return (
        f"{precise.widest.product}: p95 in the last month {words.seconds(precise.widest.p95_s.mean)} "
        f"± {precise.reached:.1%}, the widest ({precise.asked:.1%} asked), after {precise.replications} "
        f"replications{said}."
    )


def _explain(arguments: Namespace) -> None:
    outcome = outcome_of(arguments.scenario, arguments)
    figure = _figure(arguments.explain, figures(product.id for product in outcome.scenario.products))
    month = _month(arguments.month, outcome)
    node = explain(outcome.statements[month], figure, catalogue=catalogue_of(outcome.scenario))
    if arguments.json:
        print_json({"scenario": arguments.scenario, "month": month, "figure": figure, "tree": node})
    else:
        when = f"{outcome.statements[month].day:%B %Y}, month {month + 1}"
        print(f"{outcome.scenario.name}, {when} (`--month {month}`, as JSON counts)\n")
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
        # A unit such as "1M tokens" would read as part of the quantity.
        of = "× " if term.unit[:1].isdecimal() else ""
        yield f"{indent}  {_number(term.quantity)} {of}{term.unit} × {_number(term.price)} {term.price_unit}"
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
