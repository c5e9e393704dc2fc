"""Failures in a replay: they come as often as the catalogue says, and no request is lost among them."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.catalogue import load_catalogue
from sim.cli import main
from sim.serving import IN_FLIGHT, Hazards, Outages, SpotInterruptions
from sim.strategy import failures
from sim.strategy.areas import play_platform
from sim.strategy.failures import drawn
from sim.strategy.replay_reading import Platform
from sim.strategy.units import sized
from sim.strategy.window import platform_in
from sim.workload import Trace, draw_window
from tests.unit.strategy_small import played, small

OWN = "own_the_platform"
ENDS = ("served", "refused", "timed_out", "failed", "in_flight")
OFTEN = Outages(mean_up_h=0.01, mean_out_h=0.005)
RARELY = Outages(mean_up_h=1e9, mean_out_h=1e-9)


@pytest.fixture(scope="module")
def trace_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 requests in two minutes."""
    rows = "".join(f"{0.2 * n:.1f},700,{50 + n % 7 * 40}\n" for n in range(600))
    path = tmp_path_factory.mktemp("traces") / "small.csv"
    path.write_text("arrival_s,input_tokens,output_tokens\n" + rows, encoding="utf-8")
    return path


def replayed(capsys: pytest.CaptureFixture[str], trace: Path, *argv: str) -> dict[str, Any]:
    assert main(["replay", str(trace), OWN, *argv, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert sum(result[end] for end in ENDS) == result["requests"] == 600
    return result


def test_outages_play_out_unless_they_are_switched_off(
    capsys: pytest.CaptureFixture[str], trace_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "api_outages", lambda catalogue: OFTEN)
    monkeypatch.setattr(failures, "region_outages", lambda catalogue: RARELY)
    calm = replayed(capsys, trace_file, "--no-failures")
    struck = replayed(capsys, trace_file)
    assert calm["failed"] == 0 and calm["outages"] == [] and calm["losses"] == 0
    assert {outage["endpoint"] for outage in struck["outages"]} == {"api.us_east"}
    # What the API cannot take goes to our pool, which is up, so nobody fails.
    asked = [{end["id"]: end["requests"] for end in result["endpoints"]} for result in (calm, struck)]
    assert asked[1]["pool.us_east"] > asked[0]["pool.us_east"] and struck["failed"] == 0
    assert all(outage["from_s"] < outage["until_s"] for outage in struck["outages"])


def test_a_region_that_is_out_fails_what_only_it_may_serve(
    capsys: pytest.CaptureFixture[str], trace_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "region_outages", lambda catalogue: OFTEN)
    struck = replayed(capsys, trace_file)
    assert struck["failed"] > 0
    # Those that were on the pool when it went out, and found nobody else, count with it.
    reasons = struck["reasons"]
    on_it = sum(count for why, count in reasons.items() if why.endswith("the endpoint failed, or its batch expired"))
    assert reasons["everything that may process it was out"] + on_it == struck["failed"]
    assert {outage["replica"] for outage in struck["outages"]} == {None}
    assert main(["replay", str(trace_file), OWN]) == 0
    assert "Outages\n" in capsys.readouterr().out


@pytest.fixture(scope="module")
def platforms() -> dict[str, tuple[Platform, Trace]]:
    """Three replicas on spot that are often taken, fixed and autoscaled, and 400 requests."""
    taken = SpotInterruptions(mean_up_h=0.01, notice_s=2.0, replacement_s=20.0)
    scaling = {"requests_per_replica": 2.0, "interval_s": 5.0, "settle_s": 20.0}
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.strategy.fleets.spot_interruptions", lambda catalogue, *, gpu, replacement_s: taken)
        for name, asked in (("fixed", None), ("scaled", scaling)):
            scenario = small(platform__spot_share=1.0, platform__reserved_share=0.0, platform__autoscaling=asked)
            run = played(scenario, patch)
            mix = run.epochs[0].operator.models[0].spread[0]
            trace = draw_window(mix, 400, rate_rps=2.0, seed=5, replication=0, name="failures")
            found[name] = (platform_in(run, len(run.months) - 1, replicas=3), trace)
    return found


@pytest.mark.parametrize("pools", ["fixed", "scaled"])
@pytest.mark.parametrize("seed", range(2))
def test_interruptions_outages_and_an_autoscaler_lose_nobody(
    pools: str, seed: int, platforms: dict[str, tuple[Platform, Trace]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "region_outages", lambda catalogue: OFTEN)
    platform, trace = platforms[pools]
    log = play_platform(
        platform, trace, seed=seed, name="failures", catalogue=load_catalogue(), failures="random"
    )
    record = log.record
    assert len(record.outcome) == len(trace) and not record.count(IN_FLIGHT)
    assert log.outages and log.outages == tuple(sorted(log.outages))
    assert record.losses > 0
    assert any(change.what == "start" for change in record.changes) == (pools == "scaled")


def test_who_has_the_same_thing_faces_the_same_outages(
    platforms: dict[str, tuple[Platform, Trace]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More replicas change nothing for the slots that were there."""
    monkeypatch.setattr(failures, "region_outages", lambda catalogue: RARELY)
    unit = platforms["fixed"][0].built.stations[0].units[0]
    common: dict[str, Any] = {"regions": ["us_east"], "horizon_s": 5e4, "seed": 3, "catalogue": load_catalogue()}
    few, many, again = (drawn([unit], [sized(unit, replicas)], **common) for replicas in (2, 6, 2))
    assert few is not None and many is not None and again == few
    assert few.replicas == tuple(each for each in many.replicas if each.slot < 2)
    assert {each.slot for each in many.replicas} == set(range(6))


def test_a_calm_draw_leaves_the_log_as_it_was(
    platforms: dict[str, tuple[Platform, Trace]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "hazards_of", lambda units, endpoints, **_: Hazards((None,) * len(units)))
    platform, trace = platforms["fixed"]
    calm, struck = (
        play_platform(platform, trace, seed=1, name="failures", catalogue=load_catalogue(), failures=how)
        for how in ("none", "random")
    )
    assert struck.outages == () and calm.record.finish_s.tobytes() == struck.record.finish_s.tobytes()
