"""What no single field can say: whether the parts of a scenario belong together."""

from math import ceil

import pytest

from sim.catalogue import load_catalogue
from sim.scenario import ScenarioError, load, set_fields
from sim.scenario.longest import carried_tokens
from sim.scenario.memory import free_memory_bytes, kv_bytes_per_token, kv_capacity_blocks, weight_bytes
from sim.scenario.schema import Engine
from sim.scenario.workflow_files import preset_workflow
from sim.serving import kv_capacity_blocks as serving_blocks

BASE = load("own_the_platform")


def faults(fields, base=BASE):
    with pytest.raises(ScenarioError) as caught:
        set_fields(base, fields)
    return caught.value.faults


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"platform.engine.model": "gpt_oss_12b"}, "platform.engine.model: the catalogue's table 'models' has no"),
        ({"platform.engine.gpu": "h20"}, "Did you mean 'h200'?"),
        ({"platform.engine.generation": "vllm_2024"}, "Did you mean 'vllm_2023'?"),
        ({"platform.home_region": "us_est"}, "platform.home_region: the catalogue's table 'regions' has no 'us_est'"),
        ({"platform.eu_regions": ["eu_west", "us_east"]}, "platform.eu_regions[1]: 'us_east' is not in the EU"),
        ({"platform.eu_regions": ["eu_west", "eu_west"]}, "'eu_west' stands there 2 times"),
        ({"platform.eu_regions": ["eu_est"]}, "platform.eu_regions[0]: the catalogue's table 'regions' has no"),
        ({"platform.engine.gpu": "gb200"}, "for 'gb200' in eu and us. Priced in eu and us: a100"),
        ({"platform.min_replicas": 65}, "platform.min_replicas: must be at most max_replicas, 64 (got 65)"),
        ({"platform.engine.max_running": 2049}, "must be at most token_budget, 2048 (got 2049)"),
        ({"platform.engine.precision": "bf16"}, "needs 234 GB for its bf16 weights, and 1 x 'h200' holds 141 GB"),
        ({"platform.owned_share": 0.3}, "must be at most all of them (got 1.3 from owned_share 0.3, reserved_share 1)"),
        ({"platform.reserved_share": 0.6, "platform.spot_share": 0.5}, "(got 1.1 from reserved_share 0.6, spot_share"),
        (
            {"platform.engine.gpu": "mi300x", "platform.owned_share": 0.5, "platform.reserved_share": 0},
            "platform.owned_share: the catalogue's table 'ownership' has no price of a server of 'mi300x'. Use one of",
        ),
        ({"platform.commitment_months": 24}, "platform.commitment_months: must be 12 or 36 (got 24)"),
        ({"users": {"us_east": 0.5}}, "users: the shares must sum to 1 (got 0.5"),
        ({"users": {"us_east": 1.5, "eu_west": -0.5}}, "users.eu_west: must be at least 0 (got -0.5)"),
        ({"users": {"atlantis": 1.0}}, "users.atlantis: the catalogue's table 'regions' has no 'atlantis'. Known:"),
        ({"products.coding.id": "support"}, "products[1].id: 'support' is the id of products[0] too"),
        ({"products.coding.id": "a.b"}, "products[1].id: must be letters, digits, '_' or '-' (got 'a.b')"),
        ({"products.coding.patience": None}, "products[1].patience: required where a person waits"),
        ({"products.coding.profile": "night"}, "products[1].profile: the catalogue's table 'profiles' has no 'night'"),
        ({"products.support.lengths.workload": "conversatoin"}, "Did you mean 'conversation'?"),
        ({"lockin": {"features_per_mnth": 3}}, "lockin.features_per_mnth: the catalogue's table 'lockin' has no"),
        ({"lockin.rework_pm_per_point": 3}, "lockin.rework_pm_per_point: the catalogue's table 'lockin' has no"),
        ({"lockin.rework_pm_per_point.data": -1}, "lockin.rework_pm_per_point.data: must be at least 0 (got -1)"),
        ({"start": "2026-10"}, "start: 2026-10 is before the first value of"),
    ],
)  # fmt: skip
def test_parts_that_do_not_belong_together(fields, said):
    found = faults(fields)
    assert any(said in fault for fault in found), found
    assert len(found) == 1


def test_what_belongs_together_is_let_through():
    fields = {
        "start": "2026-11", "users": {"us_east": 0.1 + 0.2, "eu_west": 0.7}, "products.coding.interactive": False,
        "products.coding.patience": None, "lockin.rework_pm_per_point.data": 0.9, "lockin.features_per_month": 3,
        "platform.engine.precision": "bf16", "platform.engine.gpus_per_replica": 2, "platform.eu_regions": ["eu_north"],
        "platform.min_replicas": 64, "platform.engine.max_running": 2048,
        "platform.owned_share": 0.7, "platform.reserved_share": 0.1, "platform.spot_share": 0.2,
    }  # fmt: skip
    scenario = set_fields(BASE, fields)
    assert scenario.lockin == {"rework_pm_per_point.data": 0.9, "features_per_month": 3}
    assert scenario.products[1].patience is None


def test_the_longest_request_must_fit_the_memory_and_the_context():
    lengths = {"kind": "lognormal", "input_mean_tokens": 130_000, "output_mean_tokens": 5_000}
    (said,) = faults({"products.support.lengths": lengths})
    assert said.startswith("products[0].lengths: a request of 135000 tokens is longer than the 131072 tokens")
    catalogue = load_catalogue()
    tight = {"platform.engine.model": "llama_3_3_70b", "platform.engine.precision": "fp8"}
    engine = set_fields(BASE, {**tight, "platform.engine.gpus_per_replica": 2}).platform.engine
    one = engine.model_copy(update={"gpus_per_replica": 1, "gpu": "h100"})
    assert free_memory_bytes(one, catalogue) <= 0
    room = kv_capacity_blocks(engine, catalogue) * 16
    fits = {"kind": "lognormal", "input_mean_tokens": min(room, 131_072) - 100, "output_mean_tokens": 100}
    set_fields(BASE, {**tight, "platform.engine.gpus_per_replica": 2, "products.support.lengths": fits})
    one_gpu = kv_capacity_blocks(engine.model_copy(update={"gpus_per_replica": 1}), catalogue) * 16
    over = {"kind": "lognormal", "input_mean_tokens": one_gpu, "output_mean_tokens": 1}
    (said,) = faults({**tight, "products.support.lengths": over})
    assert said.startswith(f"products[0].lengths: a request of {one_gpu + 1} tokens")


@pytest.mark.parametrize("precision", ["bf16", "fp8", "fp4"])
@pytest.mark.parametrize("model", load_catalogue().ids("models"))
def test_what_is_refused_is_what_serving_has_no_memory_for(model, precision):
    catalogue = load_catalogue()
    engine = BASE.platform.engine.model_copy(update={"model": model, "precision": precision, "gpus_per_replica": 2})
    free = 0.9 * 141e9 * 2 - 1.05 * weight_bytes(engine, catalogue)
    assert free_memory_bytes(engine, catalogue) == pytest.approx(free, rel=1e-12)
    assert serving_blocks(engine, catalogue) == free // (kv_bytes_per_token(engine, catalogue) * 16)
    fields = {"platform.engine.model": model, "platform.engine.precision": precision}
    fields["platform.engine.gpus_per_replica"] = 2
    short = {"kind": "lognormal", "input_mean_tokens": 1, "output_mean_tokens": 1}
    fields |= {"products.support.lengths": short, "products.coding.lengths": short}
    if free <= 0:
        assert "weights" in faults(fields)[0]
    else:
        assert isinstance(set_fields(BASE, fields).platform.engine, Engine)


def test_every_step_of_a_workflow_must_fit_a_replica_with_the_conversation_before_it():
    """The agent plans with 2750 tokens and ends with 5077; its own lengths are not asked for."""
    tight = {"platform.engine.model": "llama_3_3_70b", "platform.engine.precision": "fp4",
             "platform.engine.gpu": "l40s"}  # fmt: skip
    unread = {"kind": "lognormal", "input_mean_tokens": 200_000, "output_mean_tokens": 1}
    told = faults({**tight, "products.coding.workflow": "coding_agent", "products.coding.lengths": unread})
    engine = BASE.platform.engine.model_copy(update={"model": "llama_3_3_70b", "precision": "fp4", "gpu": "l40s"})
    room = kv_capacity_blocks(engine, load_catalogue()) * 16
    found = [fault for fault in told if fault.startswith("products[1]")]
    assert [fault.split("'")[1] for fault in found] == ["act", "summary"]
    assert found[1] == (
        "products[1].workflow: a call of step 'summary' of 'coding_agent' of 5077 tokens needs more memory than the "
        f"weights leave free ({room} tokens). Use more GPUs per replica, a larger GPU or a lower precision."
    )
    set_fields(BASE, {"products.coding.workflow": "coding_agent", "products.coding.lengths": unread})


def test_the_conversation_of_a_loop_is_that_of_its_mean_rounds():
    """Plan 2750; each of (1 - 0.7^12) / 0.3 rounds of acting 580; the last round has not acted yet."""
    flow, catalogue = preset_workflow("coding_agent"), load_catalogue()
    rounds = (1 - 0.7**12) / 0.3
    assert carried_tokens(flow, flow.position("plan"), catalogue=catalogue) == 0
    assert carried_tokens(flow, flow.position("act"), catalogue=catalogue) == ceil(2750 + (rounds - 1) * 580)
    assert carried_tokens(flow, flow.position("summary"), catalogue=catalogue) == ceil(2750 + rounds * 580)
    assert carried_tokens(preset_workflow("document_pipeline"), 2, catalogue=catalogue) == 0
