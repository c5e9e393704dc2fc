"""Service: promises kept by product, by region, and how far demand may grow."""

from math import isfinite, nan

from sim.reports import words
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Cell, Column, Figure, Lines, Points, Section, Table
from sim.reports.document.sections.money import series_lines
from sim.reports.money import times
from sim.reports.running import region_name
from sim.strategy.operations import operations
from sim.strategy.outcome import MonthResult, Outcome


def write(facts: Facts) -> Section:
    return Section(
        key="service",
        kicker="Service",
        headline=_headline(facts),
        standfirst="A promise is kept for the share of requests answered within its limit; refused and timed-out "
        "requests count as infinitely late.",
        blocks=(p95_lines(facts), promises(facts), *_regions(facts), ceilings(facts), *_warnings(facts)),
        sources=(
            "Times of own GPUs are simulated; their range joins the model's validation error and the noise of the "
            "run. Times of a vendor's API are taken from its stated law.",
        ),
    )


def _headline(facts: Facts) -> str:
    now = facts.plan.months[facts.months - 1]
    name = facts.options[facts.proposed].short
    if not now.promises:
        return f"{name} serves nobody yet at {words.year_end(facts.months)}"
    reading = now.nearest_promise
    share = words.percent(reading.in_time_share)
    return f"{name} answers {share} of {reading.product} in time at {words.year_end(facts.months)}"


def p95_lines(facts: Facts) -> Lines:
    return series_lines(facts, "p95")


def promises(facts: Facts) -> Table:
    """Every product's promise under every option, in the last month."""
    rows: list[tuple[Cell, ...]] = []
    groups = []
    for option, outcome in zip(facts.options, facts.outcomes, strict=True):
        for reading in outcome.months[facts.months - 1].promises:
            mean, noise = reading.p95_s.mean, reading.p95_s.half_width
            spread = mean * reading.model_error + (noise if isfinite(noise) else 0.0)
            known = isfinite(mean) and not reading.assumed
            low, high = (max(0.0, mean - spread), mean + spread) if known else (nan, nan)
            basis = (
                "assumed, not simulated"
                if reading.assumed
                else (f"{low:.1f} to {words.seconds(high)}" if known else "")
            )
            rows.append(
                (
                    reading.product,
                    words.MEASURE_WORDS.get(reading.measure, reading.measure),
                    Figure(reading.limit_s, words.seconds(reading.limit_s)),
                    Figure(mean, words.seconds(mean), low, high, basis),
                    Figure(reading.in_time_share, words.percent(reading.in_time_share)),
                )
            )
            groups.append(option.short)
    columns = (
        Column("Product", 1.4),
        Column("Promise about", 1.1),
        Column("Promise", 0.8, numeric=True),
        Column("Slowest 5 %", 1.2, numeric=True),
        Column("In time", 0.8, numeric=True),
    )
    return Table(
        "promises", "Promises by product", f"At {words.year_end(facts.months)}.", columns, tuple(rows), tuple(groups)
    )


def _regions(facts: Facts) -> tuple[Table, ...]:
    rows: list[tuple[Cell, ...]] = []
    groups = []
    for option, outcome in zip(facts.options, facts.outcomes, strict=True):
        if not outcome.flows:
            continue
        now = operations(outcome.scenario, fidelity=outcome.fidelity)[facts.months - 1]
        for endpoint in now.endpoints:
            load = endpoint.busiest[1]
            rows.append(
                (
                    f"{region_name(endpoint.region)}, {'own GPUs' if endpoint.is_pool else 'API'}",
                    Figure(endpoint.share, words.percent(endpoint.share)),
                    Figure(load, words.percent(load)),
                    Figure(endpoint.p95_s, words.seconds(endpoint.p95_s)),
                    Figure(endpoint.in_time, words.percent(endpoint.in_time)),
                )
            )
            groups.append(option.short)
    if not rows:
        return ()
    columns = (
        Column("Served by", 1.6),
        Column("Requests", 0.8, numeric=True),
        Column("Busiest hour", 0.9, numeric=True),
        Column("Slowest 5 %", 0.9, numeric=True),
        Column("In time", 0.8, numeric=True),
    )
    note = "Requests: share of all. Busiest hour: load over what can be served, or over the API's quota."
    return (Table("regions", "By region", note, columns, tuple(rows), tuple(groups)),)


def ceilings(facts: Facts) -> Table:
    """How far demand may grow under every option, and what gives way first."""
    rows: list[tuple[Cell, ...]] = []
    for option, outcome in zip(facts.options, facts.outcomes, strict=True):
        rows.append((option.short, *_ceiling(outcome), _lost(outcome.months[facts.months - 1])))
    columns = (
        Column("", 1.3),
        Column("Ceiling", 0.8, numeric=True),
        Column("Reached in", 0.9),
        Column("Then", 1.5),
        Column("Refused or given up", 1.0, numeric=True),
    )
    reference = words.month(facts.plan.ceiling.reference_month + 1)
    return Table(
        "ceilings",
        "The ceiling",
        f"Ceiling: largest multiple of the demand of {reference} served within promise, before growth takes the margin "
        "below its target.",
        columns,
        tuple(rows),
    )


def _ceiling(outcome: Outcome) -> tuple[Cell, ...]:
    found = outcome.ceiling
    if not isfinite(found.multiplier):
        return (words.NONE, words.NONE, "no ceiling was found")
    when = "not within the horizon" if found.month is None else words.month(found.month + 1)
    then = words.ceiling_words(found)
    if found.margin_floor > found.multiplier:
        then = f"{then}; no demand up to there earns the margin target"
    return (Figure(found.multiplier, times(found.multiplier)), when, then)


def _lost(now: MonthResult) -> Cell:
    share = (now.refused + now.timed_out + now.failed) / now.requests if now.requests else nan
    return Figure(share, words.percent(share))


def _warnings(facts: Facts) -> tuple[Points, ...]:
    return tuple(
        Points(f"What the run warns of under {option.short}", outcome.warnings)
        for option, outcome in zip(facts.options, facts.outcomes, strict=True)
        if outcome.warnings
    )
