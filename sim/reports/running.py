"""The operations page: who serves, how full it is, and what became of the requests, in sentences and tables."""

from collections.abc import Sequence
from math import isfinite, log10

from sim.catalogue import load_catalogue
from sim.reports import words
from sim.reports.money import times
from sim.reports.sentences import Part
from sim.strategy.operations import EndpointMonth, OperationsMonth
from sim.strategy.outcome import Outcome

FULL = 0.8
"""Load above which an hour is marked."""
WHY_WORDS = {
    "own": "our share of answers",
    "bought": "the share we buy",
    "router": "the router's choice",
    "residency": "must stay in the EU",
}
OUTCOMES = ("in time", "late", "gave up waiting", "refused")


def region_name(region: str) -> str:
    """A region as people call it."""
    return load_catalogue().label("regions", region)


def endpoint_name(endpoint: EndpointMonth) -> str:
    """An endpoint as people call it: where it is, and whose."""
    return f"{region_name(endpoint.region)}, {'own GPUs' if endpoint.is_pool else 'API'}"


def users_name(region: str, *, needs_eu: bool) -> str:
    """A group of users as people call it."""
    return f"{region_name(region)} users" if not needs_eu else "users who need the EU"


def busiest(month: OperationsMonth) -> EndpointMonth | None:
    """The endpoint that is fullest in its busiest hour; `None` before the launch."""
    return max(month.endpoints, key=lambda endpoint: endpoint.busiest[1], default=None)


def running_headline(month: OperationsMonth, outcome: Outcome) -> tuple[Part, ...]:
    """Which endpoint fills first, and where the ceiling lies."""
    first = busiest(month)
    if first is None:
        return (Part(f"Nothing runs yet in {words.month(month.month + 1)}; the platform opens in "),
                Part(words.month(outcome.launch_month + 1), True), Part("."))  # fmt: skip
    hour, load = first.busiest
    whose = "its own GPUs run at" if first.is_pool else "its API quota is used to"
    said = [
        Part(f"{region_name(first.region)} fills first: {whose} "),
        Part(words.percent(load), True),
        Part(f" in the busiest hour, {hour:02d}{words.NBSP}UTC. "),
    ]
    ceiling = outcome.ceiling
    if not isfinite(ceiling.multiplier):
        return (*said, Part("No ceiling was found."))
    load_of = f" the load of {words.month(ceiling.reference_month + 1)}"
    if ceiling.gives_way == "none":
        away = f": {words.ceiling_words(ceiling)}" if ceiling.held_back else ""
        return (*said, Part("No ceiling up to "), Part(times(ceiling.multiplier), True), Part(f"{load_of}{away}."))
    of = f"{load_of}: {words.ceiling_words(ceiling)}."
    return (*said, Part("The ceiling lies at "), Part(times(ceiling.multiplier), True), Part(of))


def region_rows(month: OperationsMonth) -> list[tuple[str, ...]]:
    """Rows of the table by endpoint: calls, busiest hour, slowest 5 %, in time."""
    return [
        (
            endpoint_name(endpoint),
            words.percent(endpoint.share),
            words.percent(endpoint.busiest[1]),
            words.seconds(endpoint.p95_s),
            words.percent(endpoint.in_time),
        )
        for endpoint in month.endpoints
    ]


REGION_HEADER = ("Served by", "Requests", "Busiest hour", "Slowest 5 %", "In time")


def notes(month: OperationsMonth, outcome: Outcome) -> tuple[str, ...]:
    """What the table does not say: what is lost, what waits, what cannot be sold to."""
    result = outcome.months[month.month]
    said = []
    if result.requests > 0:
        refused, gone = result.refused / result.requests, result.timed_out / result.requests
        said.append(f"{words.percent(refused)} of requests are refused, {words.percent(gone)} give up waiting.")
    idle = result.cost_usd["idle"]
    if idle > 0:
        said.append(f"{words.money(idle)} a month pays for GPUs that stand idle.")
    if month.lost > 0.001:
        said.append(f"{words.percent(month.lost)} of the market needs the EU and is not served.")
    said += [f"{endpoint_name(e)}: {_size(e)}." for e in month.endpoints]
    return tuple(said)


def _size(endpoint: EndpointMonth) -> str:
    if endpoint.is_pool:
        held = f"{endpoint.size:.0f}"
        if endpoint.least < endpoint.size:
            held = f"{endpoint.least:.0f} to {held}"
        return f"{held} replicas, used to {words.percent(endpoint.utilization)} over the month"
    return f"a quota of {words.count(endpoint.size)} tokens a minute, used to {words.percent(endpoint.utilization)}"


LATENCY_HEADER = ("Product", "", "Half within", "95 of 100", "99 of 100", "Promise", "In time")


def latency_rows(month: OperationsMonth) -> list[tuple[str, ...]]:
    """Rows of percentiles: the first words and the finished answer of every product."""
    rows = []
    for product in month.products:
        for measure, read in (("first_words", product.first_words_s), ("finished", product.finished_s)):
            promised = product.measure == measure
            rows.append(
                (
                    product.product,
                    words.MEASURE_WORDS[measure],
                    *(words.seconds(value) for value in (read.p50, read.p95, read.p99)),
                    words.seconds(product.limit_s) if promised else "",
                    words.percent(product.in_time) if promised else "",
                )
            )
    return rows


def hours_finding(month: OperationsMonth) -> str:
    """What the heat map shows: the hours in which the fullest endpoint is marked."""
    first = busiest(month)
    if first is None:
        return "Nothing runs yet"
    above = [hour for hour, load in enumerate(first.load_by_hour) if load >= FULL]
    name = region_name(first.region)
    if not above:
        return f"{name} stays below {words.percent(FULL)} in every hour"
    if above != list(range(above[0], above[-1] + 1)):
        return f"{name} passes {words.percent(FULL)} in {len(above)} hours of a working day"
    return f"{name} passes {words.percent(FULL)} from {above[0]} to {above[-1] + 1}{words.NBSP}UTC"


def hours_table(month: OperationsMonth) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under the heat map."""
    rows = [
        (f"{hour:02d}", *(words.percent(endpoint.load_by_hour[hour]) for endpoint in month.endpoints))
        for hour in range(24)
    ]
    return ("Hour, UTC", *(endpoint_name(endpoint) for endpoint in month.endpoints)), rows


def flows_finding(month: OperationsMonth) -> str:
    """What the picture of flows shows: who serves most, and what is not answered in time."""
    if not month.endpoints:
        return "No requests yet"
    most = max(month.endpoints, key=lambda endpoint: endpoint.share)
    missed = sum(endpoint.share * (1 - endpoint.in_time) for endpoint in month.endpoints)
    return f"{endpoint_name(most)}: {words.percent(most.share)} of requests; {words.percent(missed)} miss the promise"


def flows_table(month: OperationsMonth) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under the flows."""
    names = {endpoint.id: endpoint_name(endpoint) for endpoint in month.endpoints}
    total = sum(flow.requests for flow in month.flows) or 1.0
    rows: list[tuple[str, ...]] = [
        (
            users_name(flow.users, needs_eu=flow.needs_eu),
            names[flow.endpoint],
            words.percent(flow.requests / total),
            WHY_WORDS[flow.why],
            f"{1000 * flow.round_trip_s:.0f}{words.NBSP}ms",
        )
        for flow in month.flows
    ]
    return ("Users", "Served by", "Requests", "Because of", "On the way"), rows


def load_finding(outcome: Outcome) -> str:
    """Up to which volume the promise holds."""
    kept = outcome.ceiling.service_multiplier
    if kept == 0:
        return "The promise is missed at every load"
    if not isfinite(kept):
        return "The promise holds at every load tried"
    return f"The promise holds up to {times(kept)}"


def month_multipliers(outcome: Outcome, months: Sequence[int]) -> dict[int, float]:
    """Requests of some months over those of the ceiling's reference month, by month number; launched months only."""
    at = min(outcome.ceiling.reference_month, len(outcome.months) - 1)
    reference = outcome.months[at].requests
    if reference <= 0:
        return {}
    found = {month: outcome.months[month - 1].requests / reference for month in months if month <= len(outcome.months)}
    return {month: value for month, value in found.items() if value > 0 and isfinite(log10(value))}
