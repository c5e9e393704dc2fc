"""The closed forms agree with published answers and with one another."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.theory.formulas import FAMILIES, birth_death, erlang_b, erlang_c, mg1, mm1, mmc, mmck

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "validation" / "queue_cases_public.json"

PUBLISHED = [
    (
        "mm1",
        {"lam": 0.8, "mu": 1.0, "t": 5.0},
        {"Wq": 4.0, "P_T_gt_t": 0.3678794411714424, "Wq_p95": 13.862943611198908},
    ),
    ("mmc", {"lam": 8.0, "mu": 1.0, "c": 10, "t": 0.5}, {"P_wait": 0.40918015079644354, "Wq": 0.20459007539822177}),
    ("mmc", {"lam": 45.0, "mu": 1.0, "c": 50, "t": 0.2}, {"P_wait": 0.3638644672069884, "Wq_p95": 0.39695169000676883}),
    ("mmck", {"lam": 8.0, "mu": 1.0, "c": 10, "K": 10}, {"P_block": 0.12166106425295148}),
    (
        "mmck",
        {"lam": 9.0, "mu": 1.0, "c": 8, "K": 16},
        {"P_block": 0.14619541255377666, "Wq_accepted": 0.5338817417663565},
    ),
    ("mg1", {"lam": 0.7, "m": 1.0, "cv2": 4.0}, {"Wq": 5.833333333333332}),
    (
        "erlA",
        {"lam": 10.0, "mu": 1.0, "theta": 0.5, "c": 10},
        {"P_abandon": 0.1039132123263081, "Lq": 2.078264246526162},
    ),
    ("erlA", {"lam": 24.0, "mu": 1.0, "theta": 2.0, "c": 20}, {"P_abandon": 0.20143227354878576}),
    ("dm1", {"lam": 0.8, "mu": 1.0}, {"sigma": 0.6286297964969676, "Wq": 1.6927308399200491}),
    ("erl_m1", {"k": 4, "lam": 0.9, "mu": 1.0}, {"sigma": 0.8433350709397067, "Wq": 5.383049518473563}),
    ("mmpp", {"l1": 0.3, "l2": 1.5, "a": 0.05, "b": 0.1, "mu": 1.0}, {"Wq": 9.598009717115696, "P_empty": 0.3}),
    ("mginf", {"lam": 20.0, "m": 3.0, "n": 75}, {"P_N_gt_n": 0.025963861393108512, "p99_in_flight": 79}),
    ("prio", {"lams": [2.0, 3.0, 3.0], "mu": 1.0, "c": 10}, {"Wq_overall": 0.20459007539822183}),
    ("mva", {"N": 16, "Z": 10.0, "S": [1.0]}, {"throughput": 0.9776981279596364}),
]


def assert_same(found: object, exact: object, where: str) -> None:
    """Equal to a relative 1e-6, through any nesting."""
    if isinstance(exact, dict):
        assert isinstance(found, dict)
        for name, value in exact.items():
            assert_same(found[name], value, f"{where}.{name}")
    elif isinstance(exact, list):
        assert isinstance(found, list) and len(found) == len(exact), where
        for i, value in enumerate(exact):
            assert_same(found[i], value, f"{where}[{i}]")
    else:
        assert found == pytest.approx(exact, rel=1e-6, abs=1e-12), where


@pytest.mark.parametrize(("family", "parameters", "exact"), PUBLISHED)
def test_published_answers(family: str, parameters: dict[str, object], exact: dict[str, object]) -> None:
    assert_same(FAMILIES[family](**parameters), exact, family)


def test_every_case_of_the_validation_file() -> None:
    if not SHARED.exists():
        pytest.skip("the shared validation data is not beside this checkout")
    cases = json.loads(SHARED.read_text())
    assert len(cases) >= 30
    for case in cases:
        assert_same(FAMILIES[case["function"]](**case["parameters"]), case["exact"], case["id"])


def test_one_server_is_the_special_case_of_many() -> None:
    one, many = mm1(lam=0.7, mu=1.0, t=2.0), mmc(lam=0.7, mu=1.0, c=1, t=2.0)
    assert all(one[name] == pytest.approx(many[name]) for name in ("L", "W", "Wq", "P_wait", "Wq_p95"))


def test_exponential_service_is_a_service_law_with_variation_one() -> None:
    assert mg1(lam=0.7, m=1.0, cv2=1.0)["Wq"] == pytest.approx(mm1(lam=0.7, mu=1.0, t=0.0)["Wq"])


def test_erlang_b_is_the_loss_of_a_chain_without_a_queue() -> None:
    assert mmck(lam=6.0, mu=1.0, c=5, K=5)["P_block"] == pytest.approx(erlang_b(servers=5, offered=6.0))


def test_waiting_is_likelier_than_loss() -> None:
    assert erlang_c(servers=10, offered=8.0) > erlang_b(servers=10, offered=8.0)


def test_littles_law_holds_in_a_limited_queue() -> None:
    answers = mmck(lam=9.0, mu=1.0, c=8, K=16)
    assert answers["L"] == pytest.approx(answers["accepted_rate"] * answers["W_accepted"])


def test_birth_death_balances_every_level() -> None:
    births, deaths = [3.0, 2.0, 1.0], [1.0, 2.0, 4.0]
    law = birth_death(births=births, deaths=deaths)
    assert law.sum() == pytest.approx(1.0)
    assert np.allclose(law[:-1] * births, law[1:] * deaths)
