"""Workflow files are read strictly, and unfold into the graphs they describe."""

from pathlib import Path

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.workload import (
    CompoundTrace,
    Trace,
    WorkflowError,
    load_workflow,
    preset_workflow,
    preset_workflows,
    unfold,
)
from tests.reference.worlds import lengths, load, trace_columns, workflow

CATALOGUE = load_catalogue()
SECOND = {"median_s": 1.0, "sigma": 0.0}


def unfolded(requests: Trace, **workflows: object) -> CompoundTrace:
    flows = {int(product.removeprefix("p")): flow for product, flow in workflows.items()}
    return unfold(requests, flows, catalogue=CATALOGUE, seed=1, replication=0, name="test")  # type: ignore[arg-type]


def edges(compound: CompoundTrace) -> set[tuple[int, int]]:
    return set(zip(compound.before.tolist(), compound.then.tolist(), strict=True))


@pytest.mark.parametrize("id", preset_workflows())
def test_presets_load_and_unfold(id: str) -> None:
    flow = preset_workflow(id)
    compound = unfolded(load(300, rate_rps=1.0), p0=flow)
    calls = len(compound.calls)
    assert calls > 300
    assert np.all(np.diff(compound.request[:calls]) >= 0), "calls stand in order of their request"
    assert np.all(compound.request[compound.before] == compound.request[compound.then])
    assert np.all(compound.calls.cached_tokens < compound.calls.input_tokens)
    assert sorted(set(compound.request[:calls].tolist())) == list(range(300)), "every request calls a model"


def test_there_are_three_presets() -> None:
    assert set(preset_workflows()) >= {"retrieval_answer", "coding_agent", "document_pipeline"}
    with pytest.raises(LookupError, match="There are: coding_agent"):
        preset_workflow("nothing")


def test_a_loop_repeats_its_steps_and_the_conversation_grows() -> None:
    flow = workflow(
        {"id": "plan", "kind": "call", "lengths": lengths(100, 10), "carries_context": True},
        {"id": "act", "kind": "call", "after": ["plan"], "lengths": lengths(20, 5), "carries_context": True},
        {"id": "tool", "kind": "tool", "after": ["act"], "duration": SECOND},
        {"id": "end", "kind": "call", "after": ["tool"], "lengths": lengths(30, 7), "carries_context": True},
        loops=({"first": "act", "last": "tool", "again_probability": 0.999999, "most_rounds": 2},),
    )
    compound = unfolded(load(1, rate_rps=1.0), p0=flow)
    # plan, act, act, end; then the two tools.
    assert compound.step.tolist() == [0, 1, 1, 3, 2, 2]
    assert edges(compound) == {(0, 1), (1, 4), (4, 2), (2, 5), (5, 3)}
    assert compound.calls.input_tokens.tolist() == [100, 130, 155, 190]
    assert compound.calls.cached_tokens.tolist() == [0, 110, 135, 160]
    assert len(set(compound.calls.prefix.tolist())) == 1 and compound.calls.prefix[0] > 0


def test_copies_fan_out_pair_up_and_join() -> None:
    flow = workflow(
        {"id": "split", "kind": "tool", "duration": SECOND},
        {"id": "each", "kind": "call", "after": ["split"], "lengths": lengths(9, 2),
         "copies": {"mean": 3, "cv": 0, "most": 9}},
        {"id": "check", "kind": "tool", "after": ["each"], "each_of": "each", "duration": SECOND},
        {"id": "join", "kind": "call", "after": ["check"], "lengths": lengths(50, 9)},
    )  # fmt: skip
    compound = unfolded(load(2, rate_rps=1.0), p0=flow)
    assert compound.step.tolist() == [1, 1, 1, 3] * 2 + [0, 2, 2, 2] * 2
    first = {(8, 0), (8, 1), (8, 2), (0, 9), (1, 10), (2, 11), (9, 3), (10, 3), (11, 3)}
    assert first <= edges(compound) and len(edges(compound)) == 2 * len(first)


def test_a_retrieval_belongs_to_the_calls_that_read_it() -> None:
    flow = workflow(
        {"id": "ask", "kind": "call", "lengths": lengths(9, 2)},
        {"id": "search", "kind": "retrieval", "after": ["ask"], "store": "documents", "duration": SECOND, "gb": 0.5,
         "round_trips": 3},
        {"id": "read", "kind": "call", "after": ["search"], "lengths": lengths(9, 2),
         "copies": {"mean": 2, "cv": 0, "most": 2}},
    )  # fmt: skip
    compound = unfolded(load(1, rate_rps=1.0), p0=flow)
    assert edges(compound) == {(0, 1), (0, 2)}
    found = compound.retrievals
    assert compound.stores == ("documents",)
    assert (found.call.tolist(), found.store.tolist(), found.gb.tolist()) == ([1, 2], [0, 0], [0.5, 0.5])
    assert found.service_s.tolist() == [1.0, 1.0] and found.round_trips.tolist() == [3, 3]


def test_fewer_requests_unfold_like_the_first_of_more() -> None:
    requests = load(400, rate_rps=1.0)
    flow = preset_workflow("coding_agent")
    many, few = unfolded(requests, p0=flow), unfolded(requests.take(np.arange(150)), p0=flow)
    for column, of_few in zip(trace_columns(many.calls), trace_columns(few.calls), strict=True):
        np.testing.assert_array_equal(column[: len(of_few)], of_few)


def test_another_workflow_moves_no_draw_of_this_one() -> None:
    requests = load(200, rate_rps=1.0)
    mixed = requests.take(np.arange(200))
    mixed.product[::2] = 1
    alone = unfolded(mixed, p0=preset_workflow("coding_agent"))
    beside = unfolded(mixed, p0=preset_workflow("coding_agent"), p1=preset_workflow("document_pipeline"))
    ours, ours_beside = alone.calls.product == 0, beside.calls.product == 0
    for column, same in zip(trace_columns(alone.calls), trace_columns(beside.calls), strict=True):
        np.testing.assert_array_equal(column[ours], same[ours_beside])


def test_rounds_are_geometric() -> None:
    """E[min(R, m)] = (1 - p^m) / (1 - p)."""
    flow = preset_workflow("coding_agent")
    loop = flow.loops[0]
    n = 20_000
    acts = np.count_nonzero(unfolded(load(n, rate_rps=1.0), p0=flow).step == flow.position("act"))
    p, most = loop.again_probability, loop.most_rounds
    assert acts / n == pytest.approx((1 - p**most) / (1 - p), rel=0.02)


def test_a_product_without_a_workflow_is_one_call_a_request() -> None:
    requests = load(50, rate_rps=1.0)
    compound = unfolded(requests)
    assert compound.calls is requests and compound.request.tolist() == list(range(50))


@pytest.mark.parametrize(
    "steps, fault",
    [
        ([{"id": "a", "kind": "tool", "duration": SECOND}], "no step calls a model"),
        ([{"id": "a", "kind": "call", "after": ["b"], "lengths": lengths(1, 1)}], "no earlier step is called"),
        ([{"id": "a", "kind": "call", "lengths": lengths(1, 1)}] * 2, "stands twice"),
        (
            [
                {"id": "r", "kind": "retrieval", "store": "d", "duration": SECOND, "gb": 0},
                {"id": "t", "kind": "tool", "after": ["r"], "duration": SECOND},
                {"id": "a", "kind": "call", "after": ["t"], "lengths": lengths(1, 1)},
            ],
            "a retrieval feeds calls only",
        ),
    ],
)
def test_faults_are_named(steps: list[dict[str, object]], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        workflow(*steps)


def test_a_files_faults_come_together_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(
        "id: flow\nlabel: Flow\nbecause: test\nsteps:\n"
        "  - {id: a, kind: tool, duration: {median_s: -1, sigma: 0}}\n  - {id: b, kind: cal}\n"
    )
    with pytest.raises(WorkflowError) as caught:
        load_workflow(path)
    text = str(caught.value)
    assert "flow.yaml: 2 faults" in text and "steps[0].duration.median_s" in text and "steps[1]" in text
    with pytest.raises(WorkflowError, match="cannot be read"):
        load_workflow(tmp_path / "none.yaml")
