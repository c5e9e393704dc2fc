"""Replay of a recorded trace: requests read from a file in place of drawn ones."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite, isnan
from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np

from sim.workload.trace import FloatColumn, IntColumn, Trace
from sim.workload.window import Mix, draw_requests, with_reused_prompts

MOST_SPAN_S: Final = 100 * 365.25 * 86_400
"""A century: what lasts longer is in another unit, and its outages alone would take hours to play."""
COLUMNS: Final = ("arrival_s", "input_tokens", "output_tokens")
MOST_BYTES: Final = 64 * 2**20
"""Largest trace that is read, counted after unpacking, so that a small archive cannot fill the memory."""
MOST_TOKENS: Final = 10**8
"""Longest prompt or answer that is believed; a larger count is a fault of the file."""
MOST_FAULTS: Final = 20
_GZIP_MAGIC: Final = b"\x1f\x8b"


class TraceError(ValueError):
    """A trace file that cannot be replayed, with its faults together.

    Attributes:
        where: the file.
        faults: what is wrong, where in the file and the way out; at most 20.
        left_out: faults found beyond these.
    """

    def __init__(self, where: str, faults: tuple[str, ...], left_out: int = 0) -> None:
        count = len(faults) + left_out
        lines = [f"{where}: {count} fault{'s' if count > 1 else ''}", *(f"  {fault}" for fault in faults)]
        if left_out:
            lines.append(f"  and {left_out} more")
        super().__init__("\n".join(lines))
        self.where = where
        self.faults = faults
        self.left_out = left_out


@dataclass(frozen=True, slots=True, eq=False)
class ReplayTrace:
    """What a trace file says, in order of arrival; columns of shape (n,)."""

    arrival_s: FloatColumn
    """As in the file, non-decreasing and at least 0 [s]."""
    input_tokens: IntColumn
    """At least 1."""
    output_tokens: IntColumn
    """At least 1."""
    raised_to_one: int
    """Requests with an empty prompt or answer, read as one token: a replica cannot do less for a request it serves."""

    def __len__(self) -> int:
        return len(self.arrival_s)


def read_trace_csv(path: str | PathLike[str]) -> ReplayTrace:
    """Read a trace from CSV, plain or packed by gzip.

    The first line names the columns; `arrival_s`, `input_tokens` and
    `output_tokens` must be among them, in any order, and others are passed over.
    Blank lines are passed over too. Packing is told by the content, not the name.

    Raises:
        TraceError: the file cannot be read, is larger than 64 MiB unpacked, or
            has faulty lines; decreasing arrival times are refused, not sorted,
            because they usually mean mixed units or joined files.
    """
    where = str(path)
    return _read(_lines(_text(Path(path), where), where), where)


def as_trace(
    rows: ReplayTrace, mix: Mix, *, seed: int, replication: int, name: str = "replay", speed: float = 1.0
) -> Trace:
    """Recorded requests as offered load: what the file does not say is drawn from the mix, each column from its stream.

    Args:
        rows: the recorded requests. The first arrives at time 0.
        mix: whose product, user region, patience and reused prompts are drawn;
            its length laws are not used.
        seed: the scenario's seed.
        replication: number of the replication.
        name: stable name of the window.
        speed: how many times faster than recorded the requests arrive; changes no draw.

    Raises:
        ValueError: `speed` is not a positive number.
    """
    if not 0 < speed < float("inf"):
        raise ValueError(f"speed must be a positive number (got {speed}); 1 replays as recorded")
    arrival_s = (rows.arrival_s - rows.arrival_s[:1]) / speed
    drawn = draw_requests(mix, arrival_s, seed=seed, replication=replication, name=name)
    recorded = replace(drawn, input_tokens=rows.input_tokens, output_tokens=rows.output_tokens)
    return with_reused_prompts(recorded, mix)


def _text(path: Path, where: str) -> str:
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            file.seek(0)
            source = gzip.GzipFile(fileobj=file) if packed else file
            content = source.read(MOST_BYTES + 1)
    except FileNotFoundError as fault:
        raise TraceError(where, ("there is no such file. Give the path of a CSV or .csv.gz file.",)) from fault
    except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise TraceError(where, (f"cannot be unpacked: {fault}. Pack it again with gzip.",)) from fault
    except OSError as fault:
        raise TraceError(where, (f"cannot be read: {fault.strerror}. Give the path of a readable file.",)) from fault
    if len(content) > MOST_BYTES:
        mib = MOST_BYTES // 2**20
        raise TraceError(where, (f"larger than {mib} MiB unpacked. Replay a shorter part of it.",))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise TraceError(where, (f"line {line}: not UTF-8 text. Save the file as CSV in UTF-8.",)) from fault


class _Faults:
    """Gathers faults; the first ones in words, the rest as a count."""

    __slots__ = ("count", "first")

    def __init__(self) -> None:
        self.first: list[str] = []
        self.count = 0

    def add(self, fault: str) -> None:
        self.count += 1
        if len(self.first) < MOST_FAULTS:
            self.first.append(fault)

    def raise_if_any(self, where: str) -> None:
        if self.count:
            raise TraceError(where, tuple(self.first), self.count - len(self.first))


def _lines(text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Numbers and cells of the lines that are not blank."""
    reader = csv.reader(io.StringIO(text, newline=None))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as fault:
        raise TraceError(where, (f"line {reader.line_num}: {fault}. Save it as comma-separated values.",)) from fault


def _read(lines: Iterator[tuple[int, list[str]]], where: str) -> ReplayTrace:
    _, header = next(lines, (0, None))
    positions = _positions(header, where)
    faults = _Faults()
    arrivals: list[float] = []
    inputs: list[int] = []
    outputs: list[int] = []
    raised = 0
    previous_s = 0.0
    for line, cells in lines:
        count = faults.count
        if len(cells) <= max(positions):
            faults.add(f"line {line}: {len(cells)} cells, at least {max(positions) + 1} needed. Complete or delete it.")
            continue
        arrival, prompt, answer = (
            _number(cells[at], column, line=line, faults=faults) for column, at in zip(COLUMNS, positions, strict=True)
        )
        if arrival < previous_s:
            faults.add(f"line {line}: arrival_s falls from {previous_s} to {arrival}. Sort the file by arrival_s.")
        if not isnan(arrival):
            previous_s = arrival
        if faults.count == count:
            arrivals.append(arrival)
            inputs.append(max(1, int(prompt)))
            outputs.append(max(1, int(answer)))
            raised += prompt < 1 or answer < 1
    if not arrivals and not faults.count:
        faults.add("holds a header and no requests. Add one line for each request.")
    if arrivals and arrivals[-1] - arrivals[0] > MOST_SPAN_S:
        faults.add(
            f"arrival_s spans {arrivals[-1] - arrivals[0]:.3g} s, more than a century. It counts seconds: divide what "
            "counts milliseconds by 1,000, microseconds by a million."
        )
    faults.raise_if_any(where)
    return ReplayTrace(
        arrival_s=np.array(arrivals, dtype=np.float64),
        input_tokens=np.array(inputs, dtype=np.int64),
        output_tokens=np.array(outputs, dtype=np.int64),
        raised_to_one=raised,
    )


def _positions(header: list[str] | None, where: str) -> tuple[int, ...]:
    """Where each needed column stands."""
    if header is None:
        raise TraceError(where, (f"empty. The first line must name the columns: {','.join(COLUMNS)}.",))
    names = [name.strip().lower() for name in header]
    faults = _Faults()
    for column in COLUMNS:
        found = names.count(column)
        if found == 0:
            faults.add(
                f"line 1: no column '{column}' (found: {', '.join(header[:8])[:200]}). "
                f"Name the columns {','.join(COLUMNS)} on the first line, separated by commas."
            )
        elif found > 1:
            faults.add(f"line 1: column '{column}' stands {found} times. Keep one of them.")
    faults.raise_if_any(where)
    return tuple(names.index(column) for column in COLUMNS)


def _number(cell: str, column: str, *, line: int, faults: _Faults) -> float:
    """A cell as a number; `nan`, and a fault added, where it is not one that the column can hold."""
    try:
        value = float(cell) if "_" not in cell else float("nan")
    except ValueError:
        value = float("nan")
    for what in _faults_of(value, column):
        faults.add(f"line {line}: {column} {what} (got '{cell.strip()[:40]}').")
        return float("nan")
    return value


def _faults_of(value: float, column: str) -> Iterator[str]:
    if not isfinite(value):
        yield "must be a number" + (", in seconds from the start of the trace" if column == COLUMNS[0] else "")
    elif value < 0:
        yield "must be at least 0"
    elif column != COLUMNS[0] and value != int(value):
        yield "must be a whole number of tokens"
    elif column != COLUMNS[0] and value > MOST_TOKENS:
        yield f"must be at most {MOST_TOKENS} tokens"
