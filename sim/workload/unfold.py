"""Unfold requests by their workflows: rounds, copies, lengths and times, all drawn before any routing."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.random import Generator

from sim.catalogue import Catalogue
from sim.scenario.workflow import CallStep, Duration, Loop, RetrievalStep, Step, ToolStep, Workflow
from sim.workload.compound import CompoundTrace, Retrievals, merged, single_calls
from sim.workload.graph import Graph, Instances
from sim.workload.lengths import LognormalLaw, laws_of
from sim.workload.streams import stream
from sim.workload.trace import FloatColumn, IntColumn, Trace

CONVERSATIONS_FROM: Final = 2**56
"""Prefix ids of conversations begin here, far above those of products."""


def unfold(
    requests: Trace,
    workflows: Mapping[int, Workflow],
    *,
    catalogue: Catalogue,
    seed: int,
    replication: int,
    name: str,
) -> CompoundTrace:
    """The calls, tools and retrievals of requests; a product without a workflow asks one call a request.

    Every column of every step has a stream of its own, drawn in order of the
    requests: fewer requests unfold like the first of more, and neither a
    router nor another product moves a draw.

    Args:
        requests: requests as `draw_window` draws them.
        workflows: by index of the product.
        catalogue: where measured lengths come from.
        seed: the scenario's seed.
        replication: number of the replication.
        name: stable name of the window.

    Raises:
        LookupError: the catalogue does not know a workload that a step names.
    """
    if not workflows:
        return single_calls(requests)
    steps = [step for flow in workflows.values() for step in flow.steps]
    stores = tuple(sorted({step.store for step in steps if isinstance(step, RetrievalStep)}))
    parts = []
    for product in sorted({*requests.product.tolist(), *workflows}):
        rows = np.flatnonzero(requests.product == product)
        part = requests.take(rows)
        if product in workflows:
            flow = workflows[product]
            draws = _Draws(seed, replication, f"{name}/{product}/{flow.id}")
            parts.append((rows, _Unfolding(part, flow, draws, catalogue).trace(rows, stores)))
        else:
            parts.append((rows, single_calls(part)))
    return merged(requests, parts, stores=stores)


@dataclass(frozen=True, slots=True)
class _Draws:
    """The named streams of one workflow in one window and replication."""

    seed: int
    replication: int
    name: str

    def of(self, column: str) -> Generator:
        return stream(self.seed, self.replication, name=f"{self.name}/{column}")

    def times_s(self, column: str, law: Duration, n: int) -> FloatColumn:
        return law.median_s * np.exp(law.sigma * self.of(column).standard_normal(n))

    def rounds(self, loop: Loop, n: int) -> IntColumn:
        """Geometric, cut at the most: one round, and one more with the stated probability after each."""
        u = self.of(f"{loop.first}/rounds").random(n)
        if loop.again_probability == 0:
            return np.ones(n, dtype=np.int64)
        again = np.floor(np.log1p(-u) / log(loop.again_probability))
        return np.minimum(1 + again, loop.most_rounds).astype(np.int64)


class _Unfolding:
    """The requests of one product and the graph that they make."""

    def __init__(self, requests: Trace, flow: Workflow, draws: _Draws, catalogue: Catalogue) -> None:
        self.requests = requests
        self.flow = flow
        self.draws = draws
        self.catalogue = catalogue
        self.graph = Graph(flow, self._instances())

    def trace(self, rows: IntColumn, stores: tuple[str, ...]) -> CompoundTrace:
        """All of it; `rows` are the numbers of the requests among all products', `stores` the ids of all stores."""
        graph = self.graph
        request = graph.request
        tool_s = np.empty(len(request) - graph.calls)
        for at, step in enumerate(self.flow.steps):
            if isinstance(step, ToolStep):
                tools = graph.node[at]
                tool_s[tools - graph.calls] = self.draws.times_s(f"{step.id}/duration", step.duration, len(tools))
        return CompoundTrace(
            requests=self.requests,
            calls=self._calls(request[: graph.calls], rows),
            request=request,
            step=graph.step,
            tool_s=tool_s,
            before=graph.before,
            then=graph.then,
            retrievals=self._retrievals(stores),
            stores=stores,
        )

    def _instances(self) -> list[Instances]:
        n = len(self.requests)
        once = np.ones(n, dtype=np.int64)
        rounds = {loop.first: self.draws.rounds(loop, n) for loop in self.flow.loops}
        found: list[Instances] = []
        for at, step in enumerate(self.flow.steps):
            loop = self.flow.loop_of(at)
            found.append(Instances.of(rounds[loop.first] if loop else once, self._copies(step, found, once)))
        return found

    def _copies(self, step: Step, earlier: list[Instances], once: IntColumn) -> IntColumn:
        if not isinstance(step, RetrievalStep) and step.each_of is not None:
            return earlier[self.flow.position(step.each_of)].copies
        if isinstance(step, CallStep) and step.copies is not None:
            u = self.draws.of(f"{step.id}/copies").random(len(once))
            return np.minimum(LognormalLaw(step.copies.mean, step.copies.cv).sample(u), step.copies.most)
        return once

    def _calls(self, request: IntColumn, rows: IntColumn) -> Trace:
        graph = self.graph
        n = graph.calls
        prompt, answer, reused = (np.empty(n, dtype=np.int64) for _ in range(3))
        route_u, escalate_u, retry_u = np.empty(n), np.empty(n), np.empty(n)
        first_z, pace_z, speculation_z = np.empty(n), np.empty(n), np.empty(n)
        for at, step in enumerate(self.flow.steps):
            if not isinstance(step, CallStep):
                continue
            nodes = graph.node[at]
            input_law, output_law = laws_of(step.lengths, self.catalogue)
            prompt[nodes] = input_law.sample(self._uniform(f"{step.id}/input", nodes))
            answer[nodes] = output_law.sample(self._uniform(f"{step.id}/output", nodes))
            reused[nodes] = np.floor(step.reused_prompt_share * prompt[nodes])
            for column, name in ((route_u, "route"), (escalate_u, "escalate"), (retry_u, "retry")):
                column[nodes] = self._uniform(f"{step.id}/{name}", nodes)
            for column, name in ((first_z, "api_first"), (pace_z, "api_pace"), (speculation_z, "speculation")):
                column[nodes] = self.draws.of(f"{step.id}/{name}").standard_normal(len(nodes))
        prefix = self.requests.prefix[request]
        talk = self._conversation_steps()
        if talk:
            carrying = np.flatnonzero(np.isin(graph.step[:n], talk))
            earlier = _sum_before(request[carrying], prompt[carrying] + answer[carrying])
            prompt[carrying] += earlier
            reused[carrying] += earlier
            prefix[carrying] = CONVERSATIONS_FROM + rows[request[carrying]]
        asker = self.requests.take(request)
        return Trace(
            arrival_s=asker.arrival_s,
            product=asker.product,
            user_region=asker.user_region,
            needs_eu=asker.needs_eu,
            input_tokens=prompt,
            cached_tokens=np.minimum(reused, prompt - 1),
            output_tokens=answer,
            patience_s=asker.patience_s,
            route_u=route_u,
            api_first_z=first_z,
            api_pace_z=pace_z,
            escalate_u=escalate_u,
            speculation_z=speculation_z,
            prefix=prefix,
            retry_u=retry_u,
        )

    def _uniform(self, column: str, nodes: IntColumn) -> FloatColumn:
        return self.draws.of(column).random(len(nodes))

    def _conversation_steps(self) -> list[int]:
        return [at for at, step in enumerate(self.flow.steps) if isinstance(step, CallStep) and step.carries_context]

    def _retrievals(self, stores: tuple[str, ...]) -> Retrievals:
        """One for each instance of a call that reads a retrieval; outside its loop, in the first round only."""
        found = []
        for at, step in enumerate(self.flow.steps):
            for id in step.after if isinstance(step, CallStep) else ():
                source = self.flow.position(id)
                search = self.flow.steps[source]
                if isinstance(search, RetrievalStep):
                    calls = self.graph.node[at][self.graph.begins(at, source)]
                    service_s = self.draws.times_s(f"{step.id}/{search.id}/duration", search.duration, len(calls))
                    found.append((calls, search, service_s))
        none = np.zeros(0, dtype=np.int64)
        sizes = [len(calls) for calls, _, _ in found]
        return Retrievals(
            call=np.concatenate([none, *(calls for calls, _, _ in found)]),
            store=np.repeat([*(stores.index(search.store) for _, search, _ in found)], sizes).astype(np.int64),
            service_s=np.concatenate([np.zeros(0), *(service_s for _, _, service_s in found)]),
            round_trips=np.repeat([*(search.round_trips for _, search, _ in found)], sizes).astype(np.int64),
            gb=np.repeat([*(search.gb for _, search, _ in found)], sizes).astype(np.float64),
        )


def _sum_before(group: IntColumn, amount: IntColumn) -> IntColumn:
    """Sum of what stands before each row in its group; rows of a group stand together."""
    total = np.cumsum(amount) - amount
    opens = np.concatenate([[True], group[1:] != group[:-1]]) if len(group) else np.zeros(0, dtype=bool)
    return total - np.maximum.accumulate(np.where(opens, total, 0)) if len(group) else total
