"""`loadbearing futures`: in how many futures each strategy passes, what is regretted, and when it fails."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from numpy import percentile

from sim.cli.executing import executor_of, tell
from sim.cli.future_inputs import strategies_of
from sim.cli.output import print_json, table
from sim.reports import words
from sim.reports.futures import failing_sentences, laws_sentence, pass_sentence, regret_sentence, threshold_words
from sim.strategy.futures import FuturesResult, StrategyFutures, futures


def command(arguments: Namespace) -> None:
    scenarios = strategies_of(arguments)
    with executor_of(arguments) as executor:
        result = futures(scenarios, n=arguments.n, fidelity=arguments.fidelity, executor=executor)
    spent = result.extra
    tell(f"surfaces {spent['scout_s']:.1f} s, futures {spent['read_s']:.1f} s, judged {spent['judge_s']:.1f} s")
    if arguments.json:
        print_json(futures_object(result, arguments.scenarios))
    else:
        print(futures_text(result))


def futures_object(result: FuturesResult, sources: Sequence[str]) -> dict[str, Any]:
    """Strategies in the order given; percentiles as named; boxes with what they hold."""
    return {
        "n": result.n,
        "seed": result.seed,
        "fidelity": result.fidelity,
        "uncertain": [{**asdict(one), "law": one.law} for one in result.uncertain],
        "minimax_regret": result.minimax.name,
        "strategies": [
            {"source": source, **_strategy(strategy)}
            for source, strategy in zip(sources, result.strategies, strict=True)
        ],
    }


def _strategy(strategy: StrategyFutures) -> dict[str, Any]:
    return {
        "name": strategy.name,
        "pass_share": strategy.pass_share,
        "pass_by_threshold": strategy.pass_by_threshold,
        "thresholds": strategy.thresholds,
        "npv_usd": {"likely": strategy.npv_likely_usd, "by_future": strategy.npv_usd.tolist()},
        "exit_usd_by_future": strategy.exit_usd.tolist(),
        "deepest_cash_usd_by_future": strategy.deepest_cash_usd.tolist(),
        "regret_usd": {
            "largest": strategy.max_regret_usd,
            "mean": strategy.mean_regret_usd,
            "by_future": strategy.regret_usd.tolist(),
        },
        "best_share": strategy.best_share,
        "fans": [
            {
                "name": fan.name,
                "unit": fan.unit,
                "percents": fan.percents,
                "values": fan.values.tolist(),
                "likely": fan.likely.tolist(),
            }
            for fan in strategy.fans
        ],
        "annual_usd": [
            {
                "line": column.line,
                "likely": column.likely.tolist(),
                "p5": column.low.tolist(),
                "median": column.median.tolist(),
                "p95": column.high.tolist(),
            }
            for column in strategy.annual
        ],
        "fails_when": [
            {"sentence": sentence, "box": box}
            for sentence, box in zip(failing_sentences(strategy), strategy.boxes, strict=False)
        ],
    }


def futures_text(result: FuturesResult) -> str:
    """Shares, worth and regret in one table, then when each strategy fails."""
    head = ("", "passes", "worth, likely", "5 %", "median", "95 %", "largest regret", "best in")
    rows = [head, *(_row(strategy) for strategy in result.strategies)]
    asked = "\n".join(f"  {threshold_words(threshold)}" for threshold in result.strategies[0].thresholds)
    parts = [
        f"{result.n} futures, {len(result.uncertain)} uncertain things, seed {result.seed}: "
        f"{words.FIDELITY_WORDS[result.fidelity].lower()}\n{laws_sentence(result.uncertain)}",
        table(rows),
        f"A plan passes where all of these hold (the margin is each plan's own target)\n{asked}",
        *(_failing(strategy) for strategy in result.strategies),
        regret_sentence(result),
    ]
    return "\n\n".join(parts)


def _row(strategy: StrategyFutures) -> tuple[str, ...]:
    spread = percentile(strategy.npv_usd, (5, 50, 95)).tolist()
    return (
        strategy.name,
        words.percent(strategy.pass_share.mean),
        words.money(strategy.npv_likely_usd),
        *(words.money(worth) for worth in spread),
        words.money(strategy.max_regret_usd),
        words.percent(strategy.best_share),
    )


def _failing(strategy: StrategyFutures) -> str:
    return "\n".join((pass_sentence(strategy), *(f"  {sentence}" for sentence in failing_sentences(strategy))))
