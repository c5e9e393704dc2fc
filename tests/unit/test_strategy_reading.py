"""Surfaces are read as they were simulated, months add up, and a price simulates nothing."""

from dataclasses import replace

import numpy as np
import pytest

from sim import scenario as scenarios
from sim.catalogue import load_catalogue
from sim.strategy import Processes, Serial, SurfaceStore, evaluate
from sim.strategy.fidelity import EFFORTS, Effort
from sim.strategy.mixes import mix_axis
from sim.strategy.months import flow_of
from sim.strategy.planning import needed_size, plan_months, whole_replicas, within_promise_load
from sim.strategy.play import Played, play_months
from sim.strategy.reading import PROMISED, TTFT, Told, merged, node_weights, whole_bins
from sim.strategy.surface import assemble, chains, play
from sim.strategy.totals import REFUSED
from tests.unit.strategy_small import played as run_small
from tests.unit.strategy_small import small

OWN = "own_the_platform"
TOLD = (Told(first_words=True, limit_s=1.0), Told(first_words=False, limit_s=5.0))
LEAST = Effort((0.3, 0.6, 1.1), calls=300, api_calls=300, replications=1, cell_replicas=2, probe_calls=200, batches=2)


@pytest.fixture(scope="module")
def store() -> SurfaceStore:
    return SurfaceStore()


@pytest.fixture(scope="module")
def played(store: SurfaceStore) -> Played:
    return play_months(
        scenarios.load(OWN), fidelity="draft", store=store, executor=Serial(), catalogue=load_catalogue()
    )


def a_key(played: Played):
    model = played.epochs[0].operator.models[0]
    cell = replace_effort(model.unit_cell(model.station.units[0], 2).key)
    return cell


def replace_effort(key):
    return replace(key, effort=LEAST)


def test_a_price_simulates_nothing(store: SurfaceStore, played: Played) -> None:
    scenario = scenarios.load(OWN)
    before = evaluate(scenario, store=store)
    moved = scenarios.set_fields(
        scenario,
        {
            "products.support.price.usd": 0.03,
            "company.discount_per_year": 0.2,
            "world.gpu_price_drift_per_year": 0.3,
            "world.api_price_drift_per_year": -0.3,
            "decisions.movable_share": 0.2,
            "lockin": {"team_people": 4.0},
        },
    )
    after = evaluate(moved, store=store)
    assert after.simulated_windows == 0
    assert after.npv_usd != before.npv_usd
    assert [m.served for m in after.months] == [m.served for m in before.months]


@pytest.mark.parametrize("lever", [{"decisions.own_share": 0.6}, {"decisions.spare_room": 1.0}])
def test_moving_load_between_known_endpoints_simulates_nothing(store: SurfaceStore, played: Played, lever) -> None:
    assert evaluate(scenarios.set_fields(scenarios.load(OWN), lever), store=store).simulated_windows == 0


def test_a_new_latency_law_simulates(store: SurfaceStore, played: Played) -> None:
    moved = scenarios.set_fields(scenarios.load(OWN), {"decisions.api_tier": "top"})
    assert evaluate(moved, store=store).simulated_windows > 0


def test_every_request_has_one_end(played: Played) -> None:
    for month in played.months:
        if month.service is not None:
            row = month.row
            np.testing.assert_allclose(
                month.service.outcomes[row].sum(axis=-1), month.service.requests[row], rtol=1e-9
            )


def test_what_is_promised_counts_everyone(played: Played) -> None:
    service = played.months[-1].service
    assert service is not None
    np.testing.assert_allclose(service.promised.sum(axis=-1), service.requests, rtol=1e-5)
    np.testing.assert_allclose(service.ttft.sum(axis=-1), service.outcomes[:, :, 0], rtol=1e-5)


def test_a_surface_is_the_same_from_processes(played: Played) -> None:
    key = a_key(played)
    tasks = chains(key)
    here = assemble(key, Serial().map(play, tasks))
    with Processes(2) as pool:
        there = assemble(key, pool.map(play, tasks))
    assert here.work_s.tobytes() == there.work_s.tobytes()
    assert here.measured.ttft.tobytes() == there.measured.ttft.tobytes()
    assert here.measured.used.tobytes() == there.measured.used.tobytes()


def test_a_node_is_read_as_it_was_simulated(store: SurfaceStore, played: Played) -> None:
    """At a tabulated load and an extreme mix, a reading is that cohort, scaled to the requests."""
    key = a_key(played)
    found, windows = store.surfaces([key], Serial())
    assert windows == key.windows
    surface = found[key]
    rates = store.rates(key, surface, added_s=np.zeros((2, 1)), promises=TOLD)
    requests = np.full((1, 1, 2, 1), 1000.0)
    weights = node_weights(surface, requests=requests, position=np.ones((1, 1)), load=np.full((1, 1), 0.6))
    ttft = whole_bins(merged(rates.latency, weights), rates.first_bin)[0, :, TTFT]
    cohort = surface.measured.ttft[-1, 1].sum(axis=0)
    arrivals = surface.measured.outcomes[-1, 1].sum(axis=(0, 2))
    np.testing.assert_allclose(ttft, cohort / arrivals[:, None] * 1000, rtol=1e-5, atol=1e-4)


def test_the_promise_alone_is_the_same_promise(store: SurfaceStore, played: Played) -> None:
    key = a_key(played)
    surface = store.surfaces([key], Serial())[0][key]
    far = np.full((2, 1), 0.25)
    whole, alone = (store.rates(key, surface, added_s=far, promises=TOLD, in_full=full) for full in (True, False))
    assert alone.latency.shape[2] == 1 < whole.latency.shape[2]
    promised, of_all = (whole_bins(rates.latency, rates.first_bin) for rates in (alone, whole))
    assert promised[:, :, 0].tobytes() == of_all[:, :, PROMISED].tobytes()
    assert alone.in_time.tobytes() == whole.in_time.tobytes()


def test_rounding_does_not_choose_the_order_of_the_extreme_mixes() -> None:
    """Two products move by equal amounts; whatever the demand, the first product's lowest share comes first."""
    random = np.random.default_rng(3)
    hours = np.array([[1.0, 4.0], [4.0, 1.0], [2.0, 3.0]])
    for scale in random.uniform(0.1, 50.0, size=(40, 1)):
        low, high = mix_axis(hours * scale).extremes
        assert low[0] < high[0]


def test_whoever_is_not_served_counts_as_late_at_every_node(store: SurfaceStore, played: Played) -> None:
    key = a_key(played)
    surface = store.surfaces([key], Serial())[0][key]
    rates = store.rates(key, surface, added_s=np.zeros((2, 1)), promises=TOLD)
    assert (rates.outcomes[:, -1, 1:].sum(axis=-1) > 0).any()
    np.testing.assert_allclose(rates.latency[:, :, PROMISED].sum(axis=-1), 1.0, rtol=1e-5)
    assert (rates.in_time <= rates.outcomes[:, :, 0] + 1e-6).all()


def test_between_nodes_it_lies_between(store: SurfaceStore, played: Played) -> None:
    key = a_key(played)
    surface = store.surfaces([key], Serial())[0][key]
    rates = store.rates(key, surface, added_s=np.zeros((2, 1)), promises=TOLD)

    def served(load: float) -> np.ndarray:
        weights = node_weights(
            surface, requests=np.ones((1, 1, 2, 1)), position=np.zeros((1, 1)), load=np.full((1, 1), load)
        )
        return merged(rates.outcomes, weights)[0, :, 0]

    np.testing.assert_allclose(served(0.85), (served(0.6) + served(1.1)) / 2)
    np.testing.assert_allclose(served(0.01), served(0.3))
    # Beyond the last load the station serves what it can, and no more.
    np.testing.assert_allclose(served(2.2), served(1.1) / 2)


def test_a_constant_time_moves_everyone(store: SurfaceStore, played: Played) -> None:
    key = a_key(played)
    surface = store.surfaces([key], Serial())[0][key]
    near = store.rates(key, surface, added_s=np.zeros((2, 1)), promises=(TOLD[0], TOLD[0]))
    far = store.rates(key, surface, added_s=np.full((2, 1), 1.0), promises=(TOLD[0], TOLD[0]))
    assert near.latency[:, :, PROMISED].sum() == pytest.approx(far.latency[:, :, PROMISED].sum(), rel=1e-5)
    nearer, farther = (whole_bins(rates.latency[0, 0, TTFT], rates.first_bin) for rates in (near, far))
    assert farther.argmax() > nearer.argmax()


def test_the_extremes_of_a_mix_enclose_every_hour() -> None:
    shares = np.linspace(0.27, 0.64, 20)
    rates = np.stack([shares, 1 - shares], axis=-1)
    axis = mix_axis(rates)
    low, high = sorted(extreme[0] for extreme in axis.extremes)
    assert low == pytest.approx(0.2) and high == pytest.approx(0.7)
    position = axis.position(rates)
    back = np.array(axis.extremes[0]) + position[:, None] * (np.array(axis.extremes[1]) - np.array(axis.extremes[0]))
    np.testing.assert_allclose(back, rates, atol=1e-9)


def test_one_product_has_one_mix() -> None:
    axis = mix_axis(np.array([[1.0], [2.0], [0.0]]))
    assert axis.extremes == ((1.0,),)
    assert axis.position(np.ones((3, 1))).tolist() == [0, 0, 0]


def test_size_holds_the_busiest_hour() -> None:
    need = needed_size(
        np.array([[5.0, 20.0], [1.0, 2.0]]),
        position=np.zeros((2, 2)),
        work_s=np.array([0.1]),
        load_limit=np.array([0.8]),
        spare_room=0.4,
    )
    np.testing.assert_allclose(need, [20 * 1.4 * 0.1 / 0.8, 2 * 1.4 * 0.1 / 0.8])
    assert whole_replicas(need, least=2, most=3).tolist() == [3, 2]
    assert whole_replicas(np.array([4.0]), least=1, most=9).tolist() == [4]


def test_the_load_limit_is_where_the_promise_is_first_missed() -> None:
    loads = np.array([0.2, 0.6, 1.0])
    in_time = np.array([[[1.0, 0.5], [0.99, 0.5], [0.90, 0.5]]])
    limit = within_promise_load(in_time, loads, target=0.95, cap=0.99)
    # The second product misses its promise even when nothing is going on: more capacity cannot help it.
    assert limit.tolist() == pytest.approx([0.6 + 0.4 * (0.99 - 0.95) / 0.09])
    assert within_promise_load(in_time, loads, target=0.95, cap=0.7).tolist() == [0.7]


def test_plans_are_made_each_quarter_a_month_ahead() -> None:
    plans = plan_months(range(6, 13), launch_month=6, interval=3, lead=1)
    assert plans == [(5, 8), (5, 8), (5, 8), (8, 11), (8, 11), (8, 11), (11, 14)]


def test_efforts_rise() -> None:
    draft, standard, full = (EFFORTS[name] for name in ("draft", "standard", "full"))

    def calls(effort: Effort) -> int:
        return effort.calls * effort.replications

    assert calls(draft) < calls(standard) < calls(full)


def test_gpu_seconds_are_the_working_time_of_the_pools(store: SurfaceStore, played: Played) -> None:
    """Products share it by the time that their calls take, not by their tokens."""
    flow = evaluate(scenarios.load(OWN), store=store).flows[-1]
    hours = load_catalogue().value("business", "rules", "hours_per_month")
    working = sum(min(1.0, pool.utilization) * pool.gpus * hours * 3600 for pool in flow.pools)
    assert sum(product.gpu_s for product in flow.products) == pytest.approx(working)
    gpu_s, tokens = ([getattr(p, name) for p in flow.products] for name in ("gpu_s", "delivered_tokens"))
    assert gpu_s[0] / sum(gpu_s) != pytest.approx(tokens[0] / sum(tokens), rel=0.01)
    per_request_s = [product.gpu_s / product.requests for product in flow.products]
    assert per_request_s[0] != pytest.approx(per_request_s[1], rel=0.05)


def test_a_pool_that_is_asked_for_more_works_no_longer_than_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    full = small(decisions__own_share=1.0, platform__min_replicas=1, platform__max_replicas=1,
                 products__support__demand__amount=4e6)  # fmt: skip
    run = run_small(full, monkeypatch)
    flow = flow_of(run.months[-1], load_catalogue(), data_gb=0.0, vectors=0.0)
    hours = load_catalogue().value("business", "rules", "hours_per_month")
    assert min(pool.utilization for pool in flow.pools) > 1.2
    held = sum(pool.gpus for pool in flow.pools) * hours * 3600
    assert sum(product.gpu_s for product in flow.products) == pytest.approx(held)


def test_deferred_work_that_is_never_done_is_refused_and_infinitely_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule 15: a backlog without an end answers some of its work, and the rest counts against the promise."""
    full = small(
        decisions__own_share=1.0, platform__min_replicas=1, platform__max_replicas=1,
        products__coding__demand__amount=60e3, products__coding__interactive=False, products__coding__patience=None,
        products__coding__promise__limit_s=86_400.0,
    )  # fmt: skip
    service = run_small(full, monkeypatch).months[-1].service
    assert service is not None and service.saturated[-1]
    refused, asked = service.outcomes[-1, 1, REFUSED], service.requests[-1, 1]
    assert refused > 0.1 * asked
    np.testing.assert_allclose(service.promised.sum(axis=-1), service.requests, rtol=1e-5)
    assert service.promised[-1, 1, -1] >= refused * (1 - 1e-5)
    assert service.in_time[-1, 1] <= 1 - refused / asked + 1e-5


def test_each_product_s_tokens_add_up_to_what_is_bought(store: SurfaceStore) -> None:
    """And its calls, not its delivered tokens, say what it costs: answers are dear, and suggestions have few."""
    outcome = evaluate(scenarios.load("prototype_by_friday"), store=store)
    flow, stated = outcome.flows[12], outcome.statements[12]
    for bought in flow.tokens:
        for name in ("cached_in_tokens", "output_tokens"):
            assert sum(getattr(of, name) for of in bought.by_product) == pytest.approx(getattr(bought, name))
        new = sum(of.uncached_in_tokens for of in bought.by_product)
        assert new == pytest.approx(bought.uncached_in_tokens + bought.cache_write_tokens)
    tokens = {product.product: product.delivered_tokens for product in flow.products}
    by_tokens = tokens["coding"] / sum(tokens.values())
    assert stated.cost_shares_by_product["coding"]["api"] < 0.95 * by_tokens


def test_what_products_take_alone_adds_up_to_what_their_mix_takes(store: SurfaceStore, played: Played) -> None:
    """Under backlog a request takes about what it takes among its own kind."""
    model = played.epochs[0].operator.models[0]
    key = model.unit_cell(model.station.units[0], 2).key
    surface = store.surfaces([key], Serial())[0][key]
    for mix, work_s in zip(key.mixes, surface.work_s, strict=True):
        alone_s = sum(p.share * call_s for p, call_s in zip(mix.products, surface.call_s, strict=True))
        assert alone_s == pytest.approx(work_s, rel=0.05)


def test_what_was_read_before_is_read_alike() -> None:
    """A price changed over remembered readings gives the bytes of an evaluation that remembers nothing."""
    own = scenarios.load(OWN)
    moved = scenarios.set_fields(own, {"products.support.price.usd": 0.04})
    warm = SurfaceStore()
    evaluate(own, store=warm)
    known, fresh = evaluate(moved, store=warm), evaluate(moved, store=SurfaceStore())
    assert known.simulated_windows == 0 < fresh.simulated_windows
    assert repr(replace(known, simulated_windows=0, lockin=None)) == repr(
        replace(fresh, simulated_windows=0, lockin=None)
    )
