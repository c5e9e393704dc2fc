"""Every number of the catalogue says what it is, from when and from where; retyped ones agree with their source."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from math import isfinite
from pathlib import Path
from statistics import mean, median

import pytest

from sim.catalogue import GRADES, Fact, load_catalogue
from sim.lockin import LAYERS

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "sim" / "catalogue" / "tables"
DATA = ROOT / ".." / "shared" / "data"
COLUMNS = ["id", "quantity", "unit", "as_of", "low", "likely", "high", "source", "grade", "note"]
CATALOGUE = load_catalogue()
FACTS = [fact for table in CATALOGUE.tables for fact in CATALOGUE.rows(table)]


def where(fact: Fact) -> str:
    return f"{fact.table}.csv: {fact.id}, {fact.quantity}, {fact.as_of}"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def named() -> set[tuple[str, str]]:
    return {(row["table"], row["id"]) for row in read(TABLES / "names.csv") if row["label"].strip()}


def test_every_row_of_every_file_is_loaded() -> None:
    files = [path for path in TABLES.glob("*.csv") if path.stem != "names"]
    assert set(CATALOGUE.tables) == {path.stem for path in files}
    for path in files:
        rows = read(path)
        assert list(rows[0]) == COLUMNS, path.name
        assert len(CATALOGUE.rows(path.stem)) == len(rows), path.name


RULES = {
    "has a source": lambda fact: fact.source.strip() != "",
    "has a date": lambda fact: date(2000, 1, 1) <= fact.as_of <= date(2030, 1, 1),
    "has a unit": lambda fact: fact.unit.strip() != "",
    "has a known grade": lambda fact: fact.grade in GRADES,
    "has low <= likely <= high": lambda fact: fact.low <= fact.likely <= fact.high,
    "is finite": lambda fact: all(map(isfinite, (fact.low, fact.likely, fact.high))),
    "has a share between 0 and 1": lambda fact: fact.unit != "share" or 0 <= fact.low <= fact.high <= 1,
    "has no negative price": lambda fact: "USD" not in fact.unit or fact.low >= 0,
    "is called a judgement where it is one": lambda fact: (
        fact.source.strip() != "judgement" or fact.grade == "judgement"
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_row(rule: str) -> None:
    assert not [where(fact) for fact in FACTS if not RULES[rule](fact)]


DEFAULTS_OF_THE_EXAMPLE = (
    ("business", "retention", ("churn_per_month", "loss_per_late_share", "loss_per_timeout_share")),
    ("business", "rules", ("credit_share", "support_share_of_revenue")),
    ("lockin", "data_half_gb", ("value",)),
    ("lockin", "points_per_feature", LAYERS),
    ("lockin", "data_gain", LAYERS),
    ("lockin", "features_per_month", ("value",)),
    ("lockin", "compliance_usd_per_region", ("value",)),
    ("purchase", "spot", ("restart_waste_share",)),
    ("choices", "residency.eu_only", ("compliance_usd_per_month", "audit_usd_once")),
    ("choices", "residency.customer_region", ("compliance_usd_per_month", "audit_usd_once")),
)


@pytest.mark.parametrize(("table", "id", "quantities"), DEFAULTS_OF_THE_EXAMPLE)
def test_defaults_that_no_source_gives_are_rows_marked_judgement(
    table: str, id: str, quantities: tuple[str, ...]
) -> None:
    """Rule 16: retention, data gravity, features, credit, restart waste, compliance and support are no facts."""
    for quantity in quantities:
        fact = CATALOGUE.fact(table, id, quantity)
        assert fact.grade == "judgement", where(fact)
        # A gain of 0 is the judgment that data does not pull at that layer.
        assert fact.low < fact.high or (id == "data_gain" and fact.likely == 0), where(fact)


def test_every_id_has_a_label_and_every_label_an_id() -> None:
    ids = {(table, id) for table in CATALOGUE.tables for id in CATALOGUE.ids(table)}
    assert ids == named()


def test_no_quantity_has_two_values_on_one_day() -> None:
    keys = Counter((fact.table, fact.id, fact.quantity, fact.as_of) for fact in FACTS)
    assert not [key for key, count in keys.items() if count > 1]


def test_a_quantity_keeps_its_unit() -> None:
    units: dict[tuple[str, str, str], set[str]] = {}
    for fact in FACTS:
        units.setdefault((fact.table, fact.id, fact.quantity), set()).add(fact.unit)
    assert not [key for key, found in units.items() if len(found) > 1]


# --- against the data they were retyped from ---------------------------------------------------------


def shared(name: str) -> list[dict[str, str]]:
    if not (DATA / name).exists():
        pytest.skip("the shared data is not beside this checkout")
    return read(DATA / name)


GPUS = {
    "a100_80gb": "A100-80GB",
    "h100": "H100",
    "h200": "H200",
    "b200": "B200",
    "l40s": "L40S",
    "mi300x": "MI300X",
}
MODELS = {
    "llama_3_1_8b": "Llama-3.1-8B",
    "llama_3_3_70b": "Llama-3.1-70B",
    "llama_3_1_405b": "Llama-3.1-405B",
    "qwen3_32b": "Qwen3-32B",
    "qwen3_235b_a22b": "Qwen3-235B-A22B",
    "gpt_oss_20b": "gpt-oss-20b",
    "gpt_oss_120b": "gpt-oss-120b",
    "deepseek_r1": "DeepSeek-V3/R1",
    "mixtral_8x7b": "Mixtral-8x7B",
}


def test_gpus_are_those_of_the_data_sheets() -> None:
    sheets = {row["gpu"]: row for row in shared("gpu_specs.csv")}
    for id, name in GPUS.items():
        sheet, gpu = sheets[name], CATALOGUE.quantities("gpus", id)
        # One source rounds 989.5 to 989.
        assert gpu["bf16_tflops"] == pytest.approx(float(sheet["bf16_dense_tflops"]), rel=1e-3), id
        assert gpu["fp8_tflops"] == float(sheet["fp8_dense_tflops"] or sheet["bf16_dense_tflops"]), id
        assert gpu["hbm_gb"] == float(sheet["hbm_gb"]), id
        assert gpu["hbm_gb_per_s"] == pytest.approx(1000 * float(sheet["hbm_tb_s"])), id
        # The sheets count both directions of a link; 896 and 900 GB/s are given for one of them.
        assert 2 * gpu["link_gb_per_s"] == pytest.approx(float(sheet["interconnect_gb_s"]), rel=5e-3), id
        assert gpu["tdp_w"] == float(sheet["tdp_w"]), id


def test_models_have_the_shapes_of_their_cards() -> None:
    cards = {row["model"]: row for row in shared("model_specs.csv")}
    for id, name in MODELS.items():
        card, model = cards[name], CATALOGUE.quantities("models", id)
        assert model["params"] == pytest.approx(1e9 * float(card["params_b"])), id
        assert model["active_params"] == pytest.approx(1e9 * float(card["active_params_b"])), id
        assert model["layers"] == float(card["layers"]), id
        kv_bytes = model["layers"] * model["kv_values_per_layer"] * 2
        assert kv_bytes == float(card["kv_bytes_per_token_bf16"]), id


def test_gpu_rents_are_the_least_the_median_and_the_most_that_were_observed() -> None:
    observed: dict[tuple[str, str], list[float]] = {}
    geos = {"NA": "us", "EU": "eu", "APAC": "apac"}
    for row in shared("prices_gpu.csv"):
        if row["segment"] == "hyperscaler" and row["pricing"] == "on_demand" and row["geo"] in geos:
            observed.setdefault((row["gpu"], geos[row["geo"]]), []).append(float(row["usd_per_gpu_hour"]))
    for geo in geos.values():
        fact = CATALOGUE.fact("gpu_prices", f"h100.hyperscaler.{geo}", "on_demand_usd_per_gpu_hour")
        prices = observed["H100", geo]
        assert (fact.low, fact.likely, fact.high) == (min(prices), median(prices), max(prices))


@pytest.mark.parametrize(("id", "tier"), [("top", "frontier"), ("mid", "mid"), ("small", "small")])
@pytest.mark.parametrize("side", ["in", "out"])
def test_api_prices_are_listed_ones_within_those_of_their_class(id: str, tier: str, side: str) -> None:
    column = f"usd_per_mtok_{side}"
    listed = {float(row[column]) for row in shared("prices_api_shortlist.csv") if row["tier"] == tier}
    fact = CATALOGUE.fact("apis", id, column)
    assert {fact.low, fact.likely, fact.high} <= listed


def test_length_quantiles_are_the_measured_ones() -> None:
    rows = shared("azure_llm_2024_token_quantiles.csv")
    assert len(rows) == 26
    for row in rows:
        fact = CATALOGUE.fact("lengths", f"{row['workload']}.{row['side']}", f"p{row['percentile']}")
        assert fact.likely == max(1, int(row["tokens"])), where(fact)


def profile_rows() -> Iterator[tuple[str, str, list[float]]]:
    """Workload, hour of a weekday or weekend day, and its measured loads over the week's mean."""
    loads: dict[tuple[str, str], list[float]] = {}
    for row in shared("azure_llm_2024_hourly_profile.csv"):
        day = "weekend" if row["day_of_week"] in {"Sat", "Sun"} else "weekday"
        key = (row["workload"], f"{day}_{int(row['utc_hour']):02d}")
        loads.setdefault(key, []).append(float(row["rate_over_week_mean"]))
    for (workload, hour), found in loads.items():
        yield workload, hour, found


def test_hour_profiles_are_the_means_of_the_measured_days() -> None:
    rows = list(profile_rows())
    assert len(rows) == 2 * 48
    for workload, hour, loads in rows:
        # The data is rounded to four digits.
        assert CATALOGUE.value("profiles", workload, hour) == pytest.approx(mean(loads), abs=2e-4), (workload, hour)


def test_round_trips_are_the_medians_of_the_grid() -> None:
    grid = {
        f"{row['src_geo']}>{row['dst_geo']}".replace("-", "_"): float(row["rtt_ms_median"])
        for row in shared("network_geo_summary.csv")
    }
    pairs = [fact for fact in CATALOGUE.rows("network") if fact.quantity == "rtt_ms" and ">" in fact.id]
    assert len(pairs) > 50
    assert not [where(fact) for fact in pairs if fact.likely != grid[fact.id]]


def test_step_time_constants_are_the_fitted_ones() -> None:
    if not (DATA / "validation" / "roofline_fit_public.json").exists():
        pytest.skip("the shared data is not beside this checkout")
    fit = json.loads((DATA / "validation" / "roofline_fit_public.json").read_text())
    engines = {
        "vllm_2023": "vllm-2023",
        "trtllm_0_6": "trtllm-0.6",
        "vllm_sglang_2026": "vllm/sglang 2025-26",
        "trtllm_1x": "trtllm 1.x / nim",
    }
    # What is fitted through the engine (benchmarks/validate_serving.py --fit) stays within the range of doubt about it.
    for id, name in engines.items():
        for quantity, given in (("step_overhead_s", "step_overhead_s"), ("stack_latency_s", "ttft_stack_latency_s")):
            fact = CATALOGUE.fact("engines", id, quantity)
            assert fact.low <= fit[given][name] <= fact.high, (id, quantity)
    constants = {
        "mfu_prefill": "mfu_prefill",
        "mbu_decode": "mbu_decode",
        "mfu_decode": "mfu_decode",
        "allreduce_latency_s": "allreduce_latency_s",
        "allreduce_efficiency": "allreduce_bw_efficiency_fixed",
        "per_sequence_s": "per_sequence_step_cost_s",
        "kv_memory_fraction": "kv_memory_fraction",
    }
    for quantity, name in constants.items():
        assert CATALOGUE.value("roofline", "fit", quantity) == pytest.approx(fit[name]), quantity


def test_model_errors_are_those_that_the_engine_was_measured_with() -> None:
    """The rows of table `validation` stand in docs/validation.md too: errors over all rows, to a tenth of a percent."""
    measures = {"ttft": "Time to first token", "tpot": "Time per output token", "tokens_per_s": "Tokens a second"}
    lines = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8").splitlines()
    for id, words in measures.items():
        (line,) = (line for line in lines if line.startswith(f"| {words} | **all**"))
        cells = [cell.strip() for cell in line.split("|")]
        for quantity, cell in (("median_error", cells[4]), ("p90_error", cells[5])):
            assert CATALOGUE.value("validation", id, quantity) == pytest.approx(float(cell.split()[0]) / 100, abs=6e-4)
