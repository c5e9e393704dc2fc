"""The tree behind the slowest answers: what each product felt, who answered, how full it was, and the way there."""

from math import isfinite, nan

from sim.catalogue import Catalogue, Fact
from sim.economics import Node
from sim.scenario.assumptions import catalogue_of
from sim.strategy.operations import EndpointMonth, OperationsMonth
from sim.strategy.outcome import Outcome, PromiseReading

LABEL = "Slowest 5\N{NO-BREAK SPACE}% of answers"
MEASURES = {"first_words": "first words", "finished": "finished answer"}
STATED = ("first_token_median_s", "token_pace_median_s")
"""What the catalogue states of an API's latency."""
VALIDATED = {"first_words": "ttft", "finished": "tpot"}
"""Rows of the simulation's error against measured servers, by what is promised."""


def explain_latency(outcome: Outcome, *, month: int, operated: OperationsMonth | None = None) -> Node:
    """The tree behind the slowest 5% of answers of the product nearest its promise.

    A percentile is no sum: the parts are what it was read from. Who is refused
    or gives up counts as waiting without end.

    Args:
        month: from 0.
        operated: the month as it ran; without it, endpoints are left out.
    """
    reading, catalogue = outcome.months[month], catalogue_of(outcome.scenario)
    products = tuple(_product(promise, catalogue) for promise in reading.promises)
    endpoints = tuple(_endpoint(each, operated, catalogue) for each in operated.endpoints) if operated else ()
    if not products:
        return Node(LABEL, nan, "s", "nothing is answered before the launch")
    who = (Node("Who answers", 1.0, "share", "each with its own slowest 5 %", endpoints),) if endpoints else ()
    return Node(LABEL, reading.nearest_promise.p95_s.mean, "s", "the product nearest its promise", (*products, *who))


def explain_in_time(outcome: Outcome, *, month: int) -> Node:
    """The tree behind the share of all requests so far that were answered in time."""
    parts = [
        Node(f"Month {at.month}", at.good / at.requests, "share", "in time ÷ asked",
             (Node("Answered in time", at.good, "requests"), Node("Asked", at.requests, "requests")))
        for at in outcome.months[: month + 1]
        if at.requests > 0
    ]  # fmt: skip
    good, asked = (sum(part.children[index].value for part in parts) for index in (0, 1))
    return Node("Answered in time so far", good / asked if asked else nan, "share", "weighted by requests",
                tuple(parts))  # fmt: skip


def _product(promise: PromiseReading, catalogue: Catalogue) -> Node:
    how = "assumed: the vendor's stated latency" if promise.assumed else "simulated"
    error = catalogue.fact("validation", VALIDATED[promise.measure], "median_error")
    simulated = () if promise.assumed else (
        Node("Error of the simulation against measured servers", promise.model_error, "share", facts=(error,)),
    )  # fmt: skip
    noise = promise.p95_s.half_width
    return Node(
        f"{promise.product}: {MEASURES.get(promise.measure, promise.measure)}", promise.p95_s.mean, "s", how,
        (
            Node("Promised", promise.limit_s, "s"),
            Node("In time; refused and given up count as late", promise.in_time_share, "share"),
            *((Node("Noise of the simulated sample, give or take", noise, "s"),) if isfinite(noise) else ()),
            *simulated,
        ),
    )  # fmt: skip


def _endpoint(at: EndpointMonth, operated: OperationsMonth, catalogue: Catalogue) -> Node:
    hour, load = at.busiest
    ways = [flow for flow in operated.flows if flow.endpoint == at.id and flow.requests > 0]
    size = Node("Replicas", at.size, "replicas") if at.is_pool else Node("Quota", at.size, "tokens/min")
    lost = at.refused + at.timed_out
    region = catalogue.label("regions", at.region)
    kind = "Our GPUs" if at.is_pool else catalogue.label("apis", at.api)
    return Node(
        f"{kind}, {region}", at.p95_s, "s", "" if isfinite(at.p95_s) else "full: no figure holds",
        (
            Node("Part of all requests", at.share, "share"),
            Node(f"Load in its busiest hour, {hour}:00 UTC", load, "share", "what is asked ÷ what it can serve"),
            size,
            *((Node("Refused or given up", lost, "share"),) if lost > 0 else ()),
            *(Node(f"Way from {catalogue.label('regions', flow.users)}", flow.round_trip_s, "s") for flow in ways),
        ),
        facts=_stated(at, catalogue),
    )  # fmt: skip


def _stated(at: EndpointMonth, catalogue: Catalogue) -> tuple[Fact, ...]:
    return tuple(catalogue.fact("apis", at.api, quantity) for quantity in STATED) if at.api else ()
