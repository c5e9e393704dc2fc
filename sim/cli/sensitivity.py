"""`loadbearing sensitivity`: which assumptions matter, and where they turn the ranking."""

from argparse import Namespace

from sim.cli.executing import executor_of
from sim.cli.future_inputs import strategies_of
from sim.cli.output import print_json, table
from sim.reports import words
from sim.reports.futures import ends_words, range_words, switch_sentence
from sim.strategy.futures import SensitivityResult, TornadoResult, sensitivity
from sim.strategy.futures.findings import GlobalEffect

SHOWN = 8
"""Bars of a tornado that are printed; `--json` has all."""


def command(arguments: Namespace) -> None:
    scenarios = strategies_of(arguments)
    with executor_of(arguments) as executor:
        result = sensitivity(
            scenarios, trajectories=arguments.morris, fidelity=arguments.fidelity, executor=executor
        )
    if arguments.json:
        print_json(result)
    else:
        print(sensitivity_text(result))


def sensitivity_text(result: SensitivityResult) -> str:
    """Tornadoes, then effects where they were asked for, then switch points."""
    parts = [_tornado(tornado) for tornado in result.tornadoes]
    parts += [_effects(name, effects) for name, effects in result.effects.items()]
    if result.switch_points:
        turning = [point for point in result.switch_points if point.value is not None]
        never = [words.as_clause(point.title) for point in result.switch_points if point.value is None]
        said = [f"  {switch_sentence(point)}" for point in turning]
        if never:
            said.append(f"  None within the range of: {', '.join(never)}.")
        parts.append("Where the ranking by worth turns\n" + "\n".join(said))
    return "\n\n".join(parts)


def _tornado(tornado: TornadoResult) -> str:
    write = words.percent if tornado.unit == "share" else words.money
    rows = [("", "at low or mild", "at high or grave", "range")]
    for bar in tornado.bars[:SHOWN]:
        ends = range_words(bar) if bar.kind != "strike" else " or ".join(ends_words(bar.kind))
        rows.append((bar.title, write(bar.at_low), write(bar.at_high), ends))
    return f"{tornado.strategy}: {tornado.title}, likely {write(tornado.likely)}\n{table(rows, indent='  ')}"


def _effects(name: str, effects: tuple[GlobalEffect, ...]) -> str:
    rows = [
        ("", "mean effect", "spread"),
        *((effect.title, words.money(effect.mean_abs), words.money(effect.spread)) for effect in effects[:SHOWN]),
    ]
    return f"{name}: effects on worth while everything varies (Morris)\n{table(rows, indent='  ')}"
