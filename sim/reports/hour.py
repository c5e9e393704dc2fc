"""One busy hour in sentences and tables: what waited, what became of it, who went where and why, what they felt."""

from typing import Any

from sim.reports import words
from sim.reports.running import WHY_WORDS, region_name, users_name
from sim.strategy.hour import FATES, Felt, Hour, HourEndpoint, Way
from sim.strategy.outcome import Percentiles

MOST_DOTS = 60
TABLE_STEP_S = 300.0


def endpoint_words(endpoint: HourEndpoint) -> str:
    """An endpoint as people call it: where it is, and whose."""
    return f"{region_name(endpoint.region)}, {'own GPUs' if endpoint.is_pool else 'API'}"


def names(hour: Hour) -> dict[str, str]:
    """What people call the endpoints, by their ids."""
    return {endpoint.id: endpoint_words(endpoint) for endpoint in hour.endpoints}


def span_words(hour: Hour) -> str:
    """How long the picture is."""
    minutes = hour.span_s / 60
    return "one hour" if minutes >= 60 else f"the first {minutes:g} minutes of the hour"


def hour_finding(hour: Hour) -> str:
    """Where most wait, and what becomes of the requests."""
    asked = hour.asked[-1]
    missed = 1 - hour.fates[0][-1] / asked if asked else 0.0
    most = max(hour.endpoints, key=lambda endpoint: max(endpoint.waiting), default=None)
    said = f"{words.percent(missed)} of {words.count(asked)} requests miss the promise"
    if most is None or max(most.waiting) == 0:
        return f"{said}; nobody waits"
    return f"{said}; up to {words.count(max(most.waiting))} wait at {endpoint_words(most)}"


def picture(hour: Hour) -> dict[str, Any]:
    """What the moving picture draws, plain: rows of dots by step, and what became of the requests so far."""
    fullest = max(
        (a + w for e in hour.endpoints for a, w in zip(e.answering, e.waiting, strict=True)), default=0
    )
    steps = len(hour.asked)
    return {
        "step_s": hour.step_s,
        "each": max(1, -(-fullest // MOST_DOTS)),
        "rows": [
            {"name": endpoint_words(e), "answering": list(e.answering), "waiting": list(e.waiting)}
            for e in hour.endpoints
        ],
        "asked": list(hour.asked),
        "fates": [{"name": name, "counts": list(counts)} for name, counts in zip(FATES, hour.fates, strict=True)],
        "steps": steps,
    }


def hour_table(hour: Hour) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table beside the picture: every five minutes."""
    every = round(TABLE_STEP_S / hour.step_s)
    at = sorted({*range(every - 1, len(hour.asked), every), len(hour.asked) - 1})
    rows: list[tuple[str, ...]] = [
        (
            f"{(step + 1) * hour.step_s / 60:g}",
            words.count(hour.asked[step]),
            *(words.count(counts[step]) for counts in hour.fates),
            *(f"{words.count(e.answering[step])} + {words.count(e.waiting[step])}" for e in hour.endpoints),
        )
        for step in at
    ]
    return ("Minute", "Asked", *FATES, *(endpoint_words(e) for e in hour.endpoints)), rows


def reason_words(way: Way) -> str:
    """Why calls went where they went, as the router's log says it."""
    said = {"": "the only way", "fixed share": "a fixed share"}.get(way.reason, way.reason)
    if not way.endpoint:
        return "nothing may serve them"
    return f"{WHY_WORDS['residency']}, then {said}" if way.needs_eu else said


def ways_finding(hour: Hour) -> str:
    """Which reason sends most calls on their way."""
    by_reason: dict[str, int] = {}
    for way in hour.ways:
        by_reason[reason_words(way)] = by_reason.get(reason_words(way), 0) + way.calls
    if not by_reason:
        return "No calls"
    most = max(by_reason, key=lambda reason: by_reason[reason])
    return f"Most calls go by {most}: {words.percent(by_reason[most] / sum(by_reason.values()))}"


def ways_table(hour: Hour) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under the ways."""
    called = names(hour)
    total = sum(way.calls for way in hour.ways) or 1
    rows: list[tuple[str, ...]] = [
        (
            users_name(way.users, needs_eu=way.needs_eu),
            reason_words(way),
            called.get(way.endpoint, "nobody"),
            words.count(way.calls),
            words.percent(way.calls / total),
        )
        for way in sorted(hour.ways, key=lambda way: -way.calls)
    ]
    return ("Users", "Because of", "Served by", "Calls", "Share"), rows


FELT_HEADER = ("Product and place", "Requests", "First words", "Finished", "Promise", "In time")


def felt_rows(hour: Hour) -> list[tuple[str, ...]]:
    """Rows of percentiles by product: for every endpoint that served, and for every region that asked."""
    called = names(hour)
    return [
        (
            f"{felt.product}, {_where(felt, called)}",
            words.count(felt.requests),
            *(_three(felt.first_words_s), _three(felt.finished_s)),
            f"{words.seconds(felt.promise.limit_s)}, {words.MEASURE_WORDS[felt.promise.measure]}",
            words.percent(felt.in_time),
        )
        for felt in hour.felt
    ]


def _three(read: Percentiles) -> str:
    return " / ".join(words.seconds(time_s) for time_s in (read.p50, read.p95, read.p99))


def _where(felt: Felt, called: dict[str, str]) -> str:
    if felt.endpoint:
        return f"served by {called[felt.endpoint]}"
    return f"asked by {users_name(felt.users, needs_eu=felt.needs_eu)}"
