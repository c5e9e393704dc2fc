"""Windows of offered load: every alternative is asked the same."""

from dataclasses import fields, replace

import numpy as np
import pytest

from sim.workload import LognormalLaw, Mix, ProductLoad, Trace, draw_window

DRAWN = ("route_u", "api_first_z", "api_pace_z", "escalate_u")


def product(index: int = 0, share: float = 1.0, **changes: object) -> ProductLoad:
    load = ProductLoad(
        index=index,
        share=share,
        input_law=LognormalLaw(800.0, 1.0),
        output_law=LognormalLaw(150.0, 1.0),
        reused_prompt_share=0.4,
        patience_law="exponential",
        patience_mean_s=20.0,
        user_shares=(0.75, 0.25),
        needs_eu_share=(0.0, 0.5),
    )
    return replace(load, **changes)  # type: ignore[arg-type]


def mix_of(*shares: float) -> Mix:
    """Products that differ in their lengths only by the index."""
    return Mix(tuple(product(index, share) for index, share in enumerate(shares)))


def window(mix: Mix | None = None, n: int = 400, *, rate: float = 10.0, replication: int = 0, name: str = "w") -> Trace:
    return draw_window(mix or mix_of(1.0), n, rate_rps=rate, seed=7, replication=replication, name=name)


def same(one: Trace, two: Trace, *, but: tuple[str, ...] = ()) -> None:
    for field in fields(Trace):
        if field.name not in but:
            np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name), field.name)


def test_equal_keys_give_byte_equal_windows() -> None:
    same(window(), window())


def test_another_rate_only_stretches_the_arrivals() -> None:
    slow, fast = window(rate=10.0), window(rate=40.0)
    same(slow, fast, but=("arrival_s",))
    np.testing.assert_allclose(slow.arrival_s, 4 * fast.arrival_s, rtol=1e-12)


def test_fewer_requests_are_the_first_ones_of_more() -> None:
    same(window(n=100), window(n=400).take(np.arange(100)))


def test_another_share_of_products_changes_who_asks_but_no_draw() -> None:
    one, other = window(mix_of(0.5, 0.5)), window(mix_of(0.2, 0.8))
    same(one, other, but=("product",))
    assert np.any(one.product != other.product)
    assert np.all(other.product >= one.product)


def test_a_change_of_one_column_leaves_the_others_alone() -> None:
    base = window()
    longer = window(Mix((product(output_law=LognormalLaw(900.0, 1.0)),)))
    same(base, longer, but=("output_tokens",))
    assert np.all(longer.output_tokens >= base.output_tokens)
    patient = window(Mix((product(patience_mean_s=60.0),)))
    same(base, patient, but=("patience_s",))
    np.testing.assert_allclose(patient.patience_s, 3 * base.patience_s)


@pytest.mark.parametrize("other", [{"replication": 1}, {"name": "v"}])
def test_another_replication_or_window_is_drawn_anew(other: dict[str, object]) -> None:
    one, two = window(), window(**other)  # type: ignore[arg-type]
    for column in ("arrival_s", "output_tokens", *DRAWN):
        assert not np.array_equal(getattr(one, column), getattr(two, column)), column


def test_shares_are_kept() -> None:
    trace = window(mix_of(0.3, 0.7), n=20_000)
    tolerance = 4 * np.sqrt(0.25 / 20_000)
    assert np.mean(trace.product == 1) == pytest.approx(0.7, abs=tolerance)
    assert np.mean(trace.user_region == 1) == pytest.approx(0.25, abs=tolerance)
    assert not np.any(trace.needs_eu[trace.user_region == 0])
    assert np.mean(trace.needs_eu[trace.user_region == 1]) == pytest.approx(0.5, abs=2 * tolerance)
    assert len(trace) / trace.arrival_s[-1] == pytest.approx(10.0, rel=0.03)


def test_a_product_without_share_never_asks() -> None:
    assert set(window(mix_of(0.0, 1.0)).product.tolist()) == {1}


@pytest.mark.parametrize(("law", "patience_s"), [("fixed", 20.0), ("none", np.inf)])
def test_patience_without_chance(law: str, patience_s: float) -> None:
    assert np.all(window(Mix((product(patience_law=law),))).patience_s == patience_s)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_last_token_of_a_prompt_is_never_found_in_the_cache(share: float) -> None:
    trace = window(Mix((product(reused_prompt_share=share, input_law=LognormalLaw(3.0, 2.0)),)), n=2000)
    assert np.all(trace.cached_tokens <= trace.input_tokens - 1)
    assert np.all(trace.cached_tokens <= share * trace.input_tokens)
    assert np.all(trace.cached_tokens >= np.minimum(share * trace.input_tokens - 1, trace.input_tokens - 1))


FAULTY = [
    ({"user_shares": (0.5, 0.4)}, "sum to 1"),
    ({"user_shares": (1.5, -0.5)}, "at least 0"),
    ({"needs_eu_share": (0.0,)}, "one for each region"),
    ({"reused_prompt_share": 1.2}, "0..1"),
    ({"patience_mean_s": 0.0}, "above 0"),
]


@pytest.mark.parametrize(("change", "words"), FAULTY)
def test_a_faulty_product_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        product(**change)  # type: ignore[arg-type]


def test_a_faulty_mix_is_refused() -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        mix_of(0.5, 0.6)
    with pytest.raises(ValueError, match="twice"):
        Mix((product(0, 0.5), product(0, 0.5)))


def test_columns_of_different_length_are_refused() -> None:
    trace = window(n=3)
    with pytest.raises(ValueError, match="differ in length"):
        replace(trace, route_u=np.zeros(2))
