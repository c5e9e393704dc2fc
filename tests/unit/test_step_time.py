"""Step time: the roofline formula against hand computation, and its floor."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import load_catalogue
from sim.scenario.schema import Engine
from sim.serving import StepTime, kv_capacity_blocks, step_time
from tests.reference.workloads import make_step

CATALOGUE = load_catalogue()
MODELS = CATALOGUE.ids("models")
GPUS = CATALOGUE.ids("gpus")
PRECISIONS = ("bf16", "fp8", "fp4")


def engine(**changes: object) -> Engine:
    fields = {
        "model": "llama_3_3_70b",
        "precision": "fp8",
        "gpu": "h200",
        "gpus_per_replica": 1,
        "generation": "vllm_sglang_2026",
        "token_budget": 64,
        "max_running": 16,
        **changes,
    }
    return Engine.model_validate(fields)


HAND = make_step(
    weights_s=(0.0, 0.0, 0.0, 0.0, 0.0, 100.0),
    overhead_s=1.0,
    per_sequence_s=0.5,
    allreduce_s=0.25,
    allreduce_s_per_token=2.0,
    kv_s_per_token=3.0,
    prefill_s_per_token=7.0,
    decode_s_per_token=11.0,
    attention_s_per_token2=0.5,
)


def test_an_iteration_bound_by_memory() -> None:
    """2 answers with 30 tokens of context, chunks of 1 after 5 and of 2 after none: 5 tokens, 35 read."""
    took_s = HAND.iteration_s(running=2, context=30, chunks=[(5, 1), (0, 2)])
    assert took_s == 1.0 + 0.5 * 4 + 0.25 + 2.0 * 5 + (100.0 + 3.0 * 35)


def test_an_iteration_bound_by_computing() -> None:
    """Attention: 3 tokens see 5 + 1.5 each, 2 tokens see 0 + 1 each."""
    took_s = HAND.iteration_s(running=1, context=0, chunks=[(5, 3), (0, 2)])
    memory_s, compute_s = 100.0 + 3.0 * 5, 7.0 * 5 + 11.0 + 0.5 * (3 * 6.5 + 2 * 1.0)
    assert compute_s < memory_s
    bare = make_step(
        weights_s=(0.0,), overhead_s=1.0, prefill_s_per_token=7.0, decode_s_per_token=11.0, attention_s_per_token2=0.5
    )
    assert bare.iteration_s(running=1, context=0, chunks=[(5, 3), (0, 2)]) == 1.0 + compute_s
    assert took_s == 1.0 + 0.5 * 3 + 0.25 + 2.0 * 6 + memory_s


def test_a_dense_model_on_one_gpu_by_hand() -> None:
    """70.6e9 parameters of one byte at 4,800 GB/s, 1,979 TFLOP/s; constants from the table `roofline`."""
    step = step_time(engine(), CATALOGUE)
    mbu, mfu_p, mfu_d = 0.8492921607, 0.4949313084, 0.3970591404
    assert step.overhead_s == pytest.approx(0.002198657646)
    assert step.weights_s == pytest.approx([70.6e9 / (4800e9 * mbu)] * 65)
    # 80 layers of 8 heads of 128 keys and values, 2 bytes each.
    assert step.kv_s_per_token == pytest.approx(80 * 2 * 8 * 128 * 2 / (4800e9 * mbu))
    assert step.prefill_s_per_token == pytest.approx(2 * 70.6e9 / (1979e12 * mfu_p))
    assert step.decode_s_per_token == pytest.approx(2 * 70.6e9 / (1979e12 * mfu_d))
    assert step.attention_s_per_token2 == pytest.approx(4 * 80 * 64 * 128 / (1979e12 * mfu_p))
    assert step.prefill_floor_s_per_token == pytest.approx(2 * 70.6e9 / 1979e12)
    assert (step.allreduce_s, step.allreduce_s_per_token) == (0.0, 0.0)


def test_several_gpus_share_the_work_and_talk() -> None:
    one, four = step_time(engine(), CATALOGUE), step_time(engine(gpus_per_replica=4), CATALOGUE)
    for name in ("kv_s_per_token", "prefill_s_per_token", "decode_s_per_token", "attention_s_per_token2"):
        assert getattr(four, name) == pytest.approx(getattr(one, name) / 4), name
    assert four.weights_s[1] == pytest.approx(one.weights_s[1] / 4)
    # Two all-reduces a layer; each token's 8,192 values of 2 bytes pass 2 * 3/4 times at 70 % of 450 GB/s.
    assert four.allreduce_s == pytest.approx(160 * 1.66725906e-05)
    assert four.allreduce_s_per_token == pytest.approx(160 * 2 * 3 / 4 * 8192 * 2 / (0.7 * 450e9))


def test_a_mixture_of_experts_reads_what_its_tokens_touch() -> None:
    step = step_time(engine(model="mixtral_8x7b", token_budget=256), CATALOGUE)
    bytes_per_s = 4800e9 * 0.8492921607
    # One token touches the active parameters, very many touch all: 2 of 8 experts each.
    assert step.weights_s[1] == pytest.approx(12.9e9 / bytes_per_s)
    experts = (46.7e9 - 12.9e9) / 0.75
    assert step.weights_s[2] == pytest.approx((46.7e9 - experts * 0.75**2) / bytes_per_s)
    assert step.weights_s[256] == pytest.approx(46.7e9 / bytes_per_s)


def test_kv_blocks_by_hand() -> None:
    free_bytes = 0.9 * 141e9 - 1.05 * 70.6e9
    assert kv_capacity_blocks(engine(), CATALOGUE) == int(free_bytes // (80 * 2 * 8 * 128 * 2 * 16))
    assert kv_capacity_blocks(engine(precision="bf16"), CATALOGUE) <= 0


@pytest.mark.parametrize(("model", "gpu", "precision"), list(product(MODELS, GPUS, PRECISIONS)))
def test_no_prefill_is_faster_than_its_flops_at_peak(model: str, gpu: str, precision: str) -> None:
    built = engine(model=model, gpu=gpu, precision=precision, gpus_per_replica=8)
    step = step_time(built, CATALOGUE)
    parameters = CATALOGUE.value("models", model, "active_params")
    peak_flops = 8e12 * CATALOGUE.value("gpus", gpu, f"{precision}_tflops")
    for tokens in (1, 17, 64):
        floor_s = 2 * parameters * tokens / peak_flops
        assert step.iteration_s(running=0, context=0, chunks=[(0, tokens)]) > floor_s
        assert step.prefill_floor_s_per_token * tokens == pytest.approx(floor_s)


@given(
    st.integers(0, 16),
    st.integers(0, 50_000),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 16)), max_size=3),
)
def test_more_work_never_takes_less_time(running: int, context: int, chunks: list[tuple[int, int]]) -> None:
    step = step_time(engine(gpus_per_replica=4, model="mixtral_8x7b"), CATALOGUE)
    took_s = step.iteration_s(running=running, context=context, chunks=chunks)
    assert took_s >= step.overhead_s
    assert step.iteration_s(running=running, context=context + 1, chunks=chunks) >= took_s
    if running < 15:
        assert step.iteration_s(running=running + 1, context=context, chunks=chunks) > took_s
    longer = [*chunks, (0, 1)]
    assert step.iteration_s(running=running, context=context, chunks=longer) > took_s


def test_a_step_without_overhead_is_refused() -> None:
    with pytest.raises(ValueError, match="overhead above 0"):
        make_step(overhead_s=0.0)


def test_a_step_is_a_value() -> None:
    assert step_time(engine(), CATALOGUE) == step_time(engine(), CATALOGUE)
    assert isinstance(hash(step_time(engine(), CATALOGUE)), int)
    assert isinstance(HAND, StepTime)
