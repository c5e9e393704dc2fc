"""Replay of recorded traces: what is read, and what is refused in words that help."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.workload import LognormalLaw, Mix, ProductLoad, TraceError, as_trace, read_trace_csv
from sim.workload.replay import MOST_FAULTS

REAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "trace_azure_llm_2023_conv.csv.gz"
HEADER = "arrival_s,input_tokens,output_tokens\n"
MIX = Mix(
    (
        ProductLoad(
            index=0,
            share=1.0,
            input_law=LognormalLaw(800.0, 1.0),
            output_law=LognormalLaw(150.0, 1.0),
            reused_prompt_share=0.5,
            patience_law="exponential",
            patience_mean_s=30.0,
            user_shares=(1.0,),
            needs_eu_share=(0.0,),
        ),
    )
)


def write(folder: Path, text: str, *, packed: bool = False) -> Path:
    path = folder / "trace.csv"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


def faults_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(TraceError) as caught:
        read_trace_csv(path)
    assert str(caught.value).startswith(f"{path}: {len(caught.value.faults) + caught.value.left_out} fault")
    return caught.value.faults


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_read_plain_or_packed(tmp_path: Path, packed: bool) -> None:
    rows = read_trace_csv(write(tmp_path, HEADER + "0.5,10,20\n\n0.5,1,1\n7,300,2\n", packed=packed))
    assert rows.arrival_s.tolist() == [0.5, 0.5, 7.0]
    assert rows.input_tokens.tolist() == [10, 1, 300]
    assert rows.output_tokens.tolist() == [20, 1, 2]
    assert rows.raised_to_one == 0


def test_columns_stand_in_any_order_among_others(tmp_path: Path) -> None:
    rows = read_trace_csv(write(tmp_path, "\ufeffuser, Output_Tokens ,arrival_s,INPUT_TOKENS\nx,3,1.5,9\n"))
    assert (rows.arrival_s.tolist(), rows.input_tokens.tolist(), rows.output_tokens.tolist()) == ([1.5], [9], [3])


def test_empty_prompts_and_answers_count_as_one_token(tmp_path: Path) -> None:
    rows = read_trace_csv(write(tmp_path, HEADER + "0,0,5\n1,5,0\n2,5,5\n"))
    assert (rows.input_tokens.tolist(), rows.output_tokens.tolist()) == ([1, 5, 5], [5, 1, 5])
    assert rows.raised_to_one == 2


FAULTY = [
    ("0,1", "line 2: 2 cells, at least 3 needed"),
    ("abc,1,1", "line 2: arrival_s must be a number, in seconds from the start of the trace (got 'abc')"),
    ("nan,1,1", "line 2: arrival_s must be a number"),
    ("-1,1,1", "line 2: arrival_s must be at least 0 (got '-1')"),
    ("0,1.5,1", "line 2: input_tokens must be a whole number of tokens (got '1.5')"),
    ("0,1,-2", "line 2: output_tokens must be at least 0 (got '-2')"),
    ("0,1,1e9", "line 2: output_tokens must be at most 100000000 tokens"),
    ("0,1_0,1", "line 2: input_tokens must be a number (got '1_0')"),
    ("0,1,1\n86400000000,1,1", "arrival_s spans 8.64e+10 s, more than a century. It counts seconds"),
    ("5,1,1\n4,1,1", "line 3: arrival_s falls from 5.0 to 4.0. Sort the file by arrival_s."),
]


@pytest.mark.parametrize(("line", "fault"), FAULTY)
def test_a_faulty_line_is_named_with_its_number(tmp_path: Path, line: str, fault: str) -> None:
    faults = faults_of(write(tmp_path, HEADER + line + "\n"))
    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_line_numbers_count_blank_lines(tmp_path: Path) -> None:
    assert faults_of(write(tmp_path, HEADER + "\n0,1,1\n\n0,x,1\n"))[0].startswith("line 5: input_tokens")


def test_all_faults_come_together(tmp_path: Path) -> None:
    faults = faults_of(write(tmp_path, HEADER + "0,1,1\nx,y,-1\n3,1,1\n2,1,1\n9,1\n"))
    assert [fault.split(":")[0] for fault in faults] == ["line 3", "line 3", "line 3", "line 5", "line 6"]


def test_many_faults_are_counted_beyond_the_first(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "x,1,1\n" * (MOST_FAULTS + 5))
    with pytest.raises(TraceError) as caught:
        read_trace_csv(path)
    assert (len(caught.value.faults), caught.value.left_out) == (MOST_FAULTS, 5)
    assert str(caught.value).endswith("and 5 more")


HEADLESS = [
    ("", "empty. The first line must name the columns"),
    ("arrival_s,tokens\n1,2\n", "line 1: no column 'input_tokens' (found: arrival_s, tokens)"),
    ("arrival_s,arrival_s,input_tokens,output_tokens\n", "line 1: column 'arrival_s' stands 2 times"),
    (HEADER, "holds a header and no requests"),
]


@pytest.mark.parametrize(("text", "fault"), HEADLESS)
def test_a_file_without_columns_or_requests_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    assert faults_of(write(tmp_path, text))[0].startswith(fault)


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    assert len(faults_of(write(tmp_path, "time,size\n1,2\n"))) == 3


def test_what_is_not_a_trace_at_all_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "absent.csv") == ("there is no such file. Give the path of a CSV or .csv.gz file.",)
    assert faults_of(tmp_path)[0].startswith("cannot be read")
    path = tmp_path / "trace.csv.gz"
    path.write_bytes(gzip.compress(HEADER.encode() * 100)[:-20])
    assert faults_of(path)[0].startswith("cannot be unpacked")
    path.write_bytes(b"arrival_s,input_tokens,output_tokens\n1,\xff,3\n")
    assert faults_of(path)[0].startswith("line 2: not UTF-8 text")


def test_a_small_archive_cannot_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0" * (65 * 2**20), compresslevel=1))
    assert faults_of(path)[0].startswith("larger than 64 MiB unpacked")


def test_recorded_requests_become_offered_load(tmp_path: Path) -> None:
    rows = read_trace_csv(write(tmp_path, HEADER + "100,10,20\n104,7,2\n"))
    trace = as_trace(rows, MIX, seed=1, replication=0, speed=2.0)
    assert trace.arrival_s.tolist() == [0.0, 2.0]
    assert trace.input_tokens.tolist() == [10, 7]
    assert trace.cached_tokens.tolist() == [5, 3]
    slower = as_trace(rows, MIX, seed=1, replication=0)
    assert np.array_equal(trace.patience_s, slower.patience_s) and np.array_equal(trace.route_u, slower.route_u)
    other = as_trace(replace(rows, arrival_s=rows.arrival_s + 9), MIX, seed=1, replication=0)
    assert np.array_equal(other.arrival_s, slower.arrival_s)


@pytest.mark.parametrize("speed", [0.0, -1.0, np.inf])
def test_a_speed_that_is_none_is_refused(tmp_path: Path, speed: float) -> None:
    rows = read_trace_csv(write(tmp_path, HEADER + "0,1,1\n"))
    with pytest.raises(ValueError, match="speed"):
        as_trace(rows, MIX, seed=1, replication=0, speed=speed)


def test_the_real_hour_is_read_whole() -> None:
    if not REAL.exists():
        pytest.skip("the shared data is not beside this checkout")
    rows = read_trace_csv(REAL)
    assert len(rows) == 19_366
    assert np.all(np.diff(rows.arrival_s) >= 0)
    assert 3400 < np.ptp(rows.arrival_s) < 3700
