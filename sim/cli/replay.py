"""`loadbearing replay`: a recorded trace on a scenario's platform."""

from argparse import Namespace
from dataclasses import fields
from math import isfinite

from sim.cli.executing import executor_of, tell
from sim.cli.inputs import scenario_of
from sim.cli.logs import log_path, log_sentence, write_log
from sim.cli.output import print_json, table
from sim.reports import words
from sim.strategy.outcome import Percentiles
from sim.strategy.replay import replay
from sim.strategy.replay_reading import EndpointReading, Replayed
from sim.workload import read_trace_csv

OUTCOMES = ("served", "refused", "timed_out", "failed", "in_flight")


def command(arguments: Namespace) -> None:
    path = log_path(arguments.log)
    scenario = scenario_of(arguments.scenario, arguments)
    rows = read_trace_csv(arguments.trace)
    if rows.raised_to_one:
        tell(f"{arguments.trace}: {rows.raised_to_one} empty prompts or answers are played as one token.")
    with executor_of(arguments) as executor:
        replayed, window = replay(
            rows,
            scenario,
            speed=arguments.speed,
            until_s=arguments.until,
            replicas=arguments.replicas,
            failures="random" if arguments.failures else "none",
            executor=executor,
        )
    log = None if path is None else write_log(window, path)
    if arguments.json:
        found = {field.name: getattr(replayed, field.name) for field in fields(replayed)}
        print_json(found if log is None else found | {"log": log})
    else:
        print(f"{arguments.trace} on {scenario.name}, as planned for month {replayed.month + 1}\n")
        print(_text(replayed))
        if log is not None:
            print(f"\n{log_sentence(log)}")


def _text(replayed: Replayed) -> str:
    counts = [("Requests", f"{replayed.requests:,}", "")]
    for name in OUTCOMES:
        amount = getattr(replayed, name)
        share = words.percent(amount / replayed.requests) if replayed.requests else words.NONE
        counts.append((f"  {name.replace('_', ' ')}", f"{amount:,}", share))
    if replayed.calls > replayed.requests:
        counts.append(("Model calls", f"{replayed.calls:,}", ""))
    times = [
        ("", "p50", "p95", "p99"),
        _times("First words", replayed.ttft_s),
        _times("Each further token", replayed.tpot_s),
        _times("Finished answer", replayed.e2e_s),
    ]
    endpoints = [
        ("Endpoint", "size", "requests", "served", "p99 first words", "p99 finished", "prefill ÷ floor"),
        *(_endpoint(reading) for reading in replayed.endpoints),
    ]
    parts = [table(counts), table(times), table(endpoints)]
    if replayed.outages:
        parts.append(_outages(replayed))
    if replayed.reasons:
        parts.append("Not served\n" + "\n".join(f"  {count:,}  {why}" for why, count in replayed.reasons.items()))
    return "\n\n".join(parts)


def _outages(replayed: Replayed) -> str:
    lines = [
        f"  {outage.endpoint}{'' if outage.replica is None else f', replica {outage.replica}'}: out from "
        f"{outage.from_s:,.0f} s, for {outage.until_s - outage.from_s:,.0f} s"
        for outage in replayed.outages
    ]
    sent = f"  {replayed.losses:,} requests were on what went out, and were sent on"
    return "Outages\n" + "\n".join([*lines, sent])


def _times(label: str, of: Percentiles) -> tuple[str, ...]:
    return (label, *(f"{value_s:.3f} s" if isfinite(value_s) else words.NONE for value_s in (of.p50, of.p95, of.p99)))


def _endpoint(reading: EndpointReading) -> tuple[str, ...]:
    ratio = reading.fastest_prefill_ratio
    return (
        reading.id,
        f"{reading.size:,.0f} {reading.unit.removesuffix('s') if reading.size == 1 else reading.unit}",
        f"{reading.requests:,}",
        f"{reading.served:,}",
        words.seconds(reading.ttft_s.p99),
        words.seconds(reading.e2e_s.p99),
        f"{ratio:.2f}" if isfinite(ratio) else words.NONE,
    )
