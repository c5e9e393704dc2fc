"""Random numbers depend on their name, replication and seed, and on nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.workload import stream

GOLDEN_FILE = (
    Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "validation" / "des_practice_measured.json"
)
GOLDEN = [0.28135025803100655, 0.5327395940448015, 0.03649811250317547]


def test_golden_draws() -> None:
    assert stream(42, 0, name="arrivals/eu-west").random(3).tolist() == GOLDEN


def test_golden_draws_are_those_of_the_validation_data() -> None:
    if not GOLDEN_FILE.exists():
        pytest.skip("the shared validation data is not beside this checkout")
    golden = json.loads(GOLDEN_FILE.read_text())["golden_stream"]
    assert golden['stream(42,0,"arrivals/eu-west")[:3]'] == GOLDEN


def test_every_process_draws_the_same() -> None:
    """Python's own hash of a text differs between processes."""
    code = "from sim.workload import stream; print(stream(7, 3, name='lengths').integers(2**62))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(printed) == stream(7, 3, name="lengths").integers(2**62)


@pytest.mark.parametrize("other", [(43, 0, "a"), (42, 1, "a"), (42, 0, "b"), (42, 0, "a ")])
def test_another_key_gives_other_draws(other: tuple[int, int, str]) -> None:
    seed, replication, name = other
    one, two = stream(42, 0, name="a").random(2000), stream(seed, replication, name=name).random(2000)
    assert not np.any(one == two)
    # Independent uniforms correlate by chance only: 1 / sqrt(2000) is one standard deviation.
    assert abs(np.corrcoef(one, two)[0, 1]) < 4 / np.sqrt(2000)


def test_a_new_stream_leaves_the_old_ones_alone() -> None:
    before = stream(1, 0, name="a").random(5)
    stream(1, 0, name="b").random(100)
    assert np.array_equal(before, stream(1, 0, name="a").random(5))


@pytest.mark.parametrize(("seed", "replication"), [(-1, 0), (0, -1)])
def test_negative_keys_are_refused(seed: int, replication: int) -> None:
    with pytest.raises(ValueError):
        stream(seed, replication, name="a")
