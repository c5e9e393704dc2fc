"""Products whose requests are workflows: how they unfold, and how many calls and tokens a request has."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.catalogue import Catalogue, Fact
from sim.scenario.schema import Product, QuantileLengths
from sim.scenario.workflow import CallStep, RetrievalStep, Workflow
from sim.workload import CompoundTrace, Mix, Trace, draw_window, preset_workflow, unfold

SINGLE_CALL = "single_call"
DRAWN = 400
"""Requests from which the size of a request is taken."""


@dataclass(frozen=True, slots=True)
class Compounds:
    """Workflows by product, and the measured lengths that they read."""

    workflows: tuple[tuple[int, Workflow], ...] = ()
    facts: tuple[Fact, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.workflows)

    @property
    def stores(self) -> tuple[str, ...]:
        """Data stores that are searched."""
        steps = [step for _, flow in self.workflows for step in flow.steps]
        return tuple(sorted({step.store for step in steps if isinstance(step, RetrievalStep)}))

    def unfold(self, requests: Trace, *, seed: int, replication: int, name: str) -> CompoundTrace:
        """The calls, tools and retrievals of requests."""
        return unfold(
            requests,
            dict(self.workflows),
            catalogue=Catalogue(self.facts, {}),
            seed=seed,
            replication=replication,
            name=name,
        )


NONE = Compounds()


def compounds_of(products: Iterable[Product], catalogue: Catalogue) -> Compounds:
    """The workflows of a scenario's products."""
    flows = tuple(
        (index, preset_workflow(product.workflow))
        for index, product in enumerate(products)
        if product.workflow != SINGLE_CALL
    )
    lengths = [step.lengths for _, flow in flows for step in flow.steps if isinstance(step, CallStep)]
    workloads = {each.workload for each in lengths if isinstance(each, QuantileLengths)}
    facts = tuple(fact for fact in catalogue.rows("lengths") if fact.id.rpartition(".")[0] in workloads)
    return Compounds(flows, facts) if flows else NONE


@lru_cache(maxsize=64)
def request_size(compounds: Compounds, mix: Mix, *, seed: int) -> tuple[float, float]:
    """Calls and tokens of a request, the mean of some that are drawn."""
    requests = draw_window(mix, DRAWN, rate_rps=1.0, seed=seed, replication=0, name="size")
    calls = compounds.unfold(requests, seed=seed, replication=0, name="size").calls
    return len(calls) / DRAWN, float(np.sum(calls.input_tokens + calls.output_tokens)) / DRAWN
