"""Replay a recorded trace on the platform that a scenario builds.

The platform is that of the reference month, month 12 or the launch if that is
later: its endpoints at the sizes planned for it, its users, distances, router
and residency. What the trace does not say (product, user region, patience,
reused prompts) is drawn from the month's demand. A request of a product with a
workflow is played whole, from its recorded arrival: its calls, searches and
tools are the workflow's, and so are their lengths, for a trace knows one call.
"""

from sim.scenario import Scenario
from sim.scenario.assumptions import catalogue_of
from sim.strategy.areas import play_platform
from sim.strategy.asking import play_again
from sim.strategy.ceiling import REFERENCE_MONTH
from sim.strategy.executors import Executor
from sim.strategy.failures import Failures
from sim.strategy.mixes import MixAxis, mixes
from sim.strategy.replay_reading import Replayed, summary
from sim.strategy.store import SurfaceStore
from sim.strategy.window import Window, platform_in, window_of
from sim.workload import ReplayTrace, as_trace


def replay(
    rows: ReplayTrace,
    scenario: Scenario,
    *,
    speed: float = 1.0,
    until_s: float | None = None,
    replicas: int | None = None,
    failures: Failures = "random",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> tuple[Replayed, Window]:
    """Play a recorded trace: what it says, and its log.

    Args:
        rows: the recorded requests.
        scenario: whose platform is played on, with the dated decisions that are carried out by then.
        speed: how many times faster than recorded the requests arrive.
        until_s: stop the clock here; `None` plays until the last request has left.
        replicas: of every pool, in place of those planned.
        failures: whether GPUs, APIs and regions go out as often as they do in the catalogue.
        store: surfaces already simulated, for the plan of sizes.
        executor: where missing surfaces are simulated.

    Raises:
        ScenarioError: the platform is not launched within the horizon.
    """
    played = play_again(scenario, fidelity="draft", store=store, executor=executor)
    month = min(max(REFERENCE_MONTH, played.launch_month), len(played.months) - 1)
    platform = platform_in(played, month, replicas=replicas)
    built = platform.built
    mix = mixes(MixAxis((platform.shares,)), built.products, groups=built.groups, catalogue=catalogue_of(scenario))[0]
    trace = as_trace(rows, mix, seed=scenario.seed, replication=0, speed=speed)
    if until_s is not None:
        trace = trace.take(trace.arrival_s <= until_s)
    log = play_platform(
        platform,
        trace,
        seed=scenario.seed,
        name="replay",
        catalogue=catalogue_of(scenario),
        until_s=until_s,
        failures=failures,
    )
    return summary(rows, platform, log=log), window_of(platform, log)
