"""A recorded trace that somebody uploaded, played on a scenario's platform, as tables."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sim.reports import words
from sim.scenario import Scenario
from sim.strategy.outcome import Percentiles
from sim.strategy.replay import replay
from sim.strategy.replay_reading import Replayed
from sim.workload import read_trace_csv

FATES = {
    "served": "Served",
    "refused": "Refused",
    "timed_out": "Gave up waiting",
    "failed": "Failed",
    "in_flight": "Still running",
}


def replay_upload(data: bytes, scenario: Scenario) -> Replayed:
    """Play the bytes of a trace CSV, plain or packed by gzip.

    Raises:
        ValueError: the trace is not readable; the message says where and why.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("trace.csv.gz" if data[:2] == b"\x1f\x8b" else "trace.csv")
        path.write_bytes(data)
        try:
            rows = read_trace_csv(path)
        except ValueError as fault:
            raise ValueError(str(fault).replace(str(path), "the trace")) from fault
    replayed, _ = replay(rows, scenario)
    return replayed


def replay_sentence(replayed: Replayed) -> str:
    """What became of the trace."""
    share = replayed.served / replayed.requests if replayed.requests else float("nan")
    return (
        f"Of {words.count(replayed.requests)} recorded requests {words.percent(share)} are served on the platform of "
        f"{words.month(replayed.month + 1)}; half wait less than {words.seconds(replayed.ttft_s.p50)} for the first "
        f"words, 95 of 100 less than {words.seconds(replayed.ttft_s.p95)}."
    )


FATES_HEADER = ("What became of them", "Requests", "Share")


def fates_rows(replayed: Replayed) -> list[tuple[str, ...]]:
    """One row for each thing that can become of a request."""
    total = replayed.requests or 1
    return [
        (label, f"{getattr(replayed, name):,}", words.percent(getattr(replayed, name) / total))
        for name, label in FATES.items()
    ]


TIMES_HEADER = ("Time", "Half are faster than", "95 of 100", "99 of 100")


def times_rows(replayed: Replayed) -> list[tuple[str, ...]]:
    """Rows of percentiles of the served requests."""
    return [
        _times("First words", replayed.ttft_s),
        _times("Each further token", replayed.tpot_s),
        _times("Finished answer", replayed.e2e_s),
    ]


def _times(label: str, read: Percentiles) -> tuple[str, ...]:
    return (label, *(words.seconds(value) for value in (read.p50, read.p95, read.p99)))
