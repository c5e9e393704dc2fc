"""`loadbearing search`: the cheapest architecture that holds, and the front of margin, p95 and cash to leave."""

from argparse import Namespace
from dataclasses import fields
from typing import Any

from sim.cli.executing import executor_of, tell
from sim.cli.inputs import scenario_of
from sim.cli.output import print_json, table
from sim.cli.waiting import setting_value
from sim.reports import words
from sim.reports.futures import levers_words, search_sentence
from sim.reports.words import NONE
from sim.strategy.futures import FrontPoint, SearchResult, search


def command(arguments: Namespace) -> None:
    scenario = scenario_of(arguments.scenario, arguments)
    with executor_of(arguments) as executor:
        result = search(
            scenario,
            trials=arguments.trials,
            n=arguments.n,
            pass_share=arguments.share,
            fixed={path: setting_value(path, text) for path, text in arguments.settings or ()},
            fidelity=arguments.fidelity,
            executor=executor,
            progress=_progress,
        )
    if arguments.json:
        print_json(search_object(result))
    else:
        print(search_text(result))


def search_object(result: SearchResult) -> dict[str, Any]:
    """The cheapest and the front; `checked_` is each figure by a simulation of its own."""
    return {
        "tried": result.tried,
        "required_pass_share": result.required_pass_share,
        "seed": result.seed,
        "fidelity": result.fidelity,
        "cheapest": None if result.cheapest is None else _object(result.cheapest),
        "front": [_object(point) for point in result.front],
    }


def _object(point: FrontPoint) -> dict[str, Any]:
    return {field.name: getattr(point, field.name) for field in fields(point) if field.name != "scenario"}


def _progress(done: int, expected: int) -> None:
    tell(f"{done} of {expected} architectures read")


def search_text(result: SearchResult) -> str:
    """What is cheapest, then the front; each figure with what its own simulation says."""
    parts = [search_sentence(result)]
    if result.cheapest is not None:
        parts.append("\n".join(f"  {path} = {value}" for path, value in result.cheapest.levers.items()))
    head = ("margin", "checked", "p95 / promise", "checked", "cash to leave", "checked", "holds in")
    rows = [("", *head), *((f"{at}", *_row(point)) for at, point in enumerate(result.front, start=1))]
    parts.append(f"No other architecture beats these in margin, p95 and cash to leave at once\n{table(rows)}")
    parts.append("\n".join(f"{at}: {levers_words(point)}" for at, point in enumerate(result.front, start=1)))
    return "\n\n".join(parts)


def _row(point: FrontPoint) -> tuple[str, ...]:
    return (
        words.percent(point.margin),
        words.percent(point.checked_margin),
        _ratio(point.p95_ratio),
        _ratio(point.checked_p95_ratio),
        words.money(point.exit_usd),
        words.money(point.checked_exit_usd),
        words.percent(point.pass_share),
    )


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value == value else NONE
