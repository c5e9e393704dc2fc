"""A scenario played with little effort: enough to see who does what, not to measure a percentile."""

from typing import Any

from sim import scenario as scenarios
from sim.catalogue import load_catalogue
from sim.scenario.schema import Scenario
from sim.strategy.executors import Serial
from sim.strategy.fidelity import EFFORTS, Effort
from sim.strategy.play import Played, play_months
from sim.strategy.store import SurfaceStore
from sim.strategy.totals import Service

LEAST = Effort((0.3, 0.8, 1.1), calls=400, api_calls=400, replications=1, cell_replicas=2, probe_calls=200, batches=2)
OWN = "own_the_platform"


def small(name: str = OWN, **settings: Any) -> Scenario:
    """A preset of a year with some fields set; `__` stands for the dots of their names."""
    fields = {key.replace("__", "."): value for key, value in settings.items()}
    return scenarios.set_fields(scenarios.load(name), {"months": 12, **fields})


def played(scenario: Scenario, monkeypatch: Any, *, effort: Effort = LEAST) -> Played:
    monkeypatch.setitem(EFFORTS, "draft", effort)
    return play_months(
        scenario, fidelity="draft", store=SurfaceStore(), executor=Serial(), catalogue=load_catalogue()
    )


def last_service(run: Played) -> tuple[Service, int]:
    """The service of the last month, and its row there."""
    month = run.months[-1]
    assert month.service is not None
    return month.service, month.row
