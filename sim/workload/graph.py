"""The graph that requests of one workflow make: every time a step is done, and what must have ended before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.scenario.workflow import CallStep, RetrievalStep, Step, ToolStep, Workflow
from sim.workload.trace import IntColumn


@dataclass(frozen=True, slots=True)
class Instances:
    """Every time that one step is done, in order of request, round and copy; `rounds` and `copies` by request."""

    rounds: IntColumn
    copies: IntColumn
    request: IntColumn
    round: IntColumn
    copy: IntColumn
    first: IntColumn
    """First instance of each request."""

    @classmethod
    def of(cls, rounds: IntColumn, copies: IntColumn) -> "Instances":
        count = rounds * copies
        first = np.cumsum(count) - count
        request = np.repeat(np.arange(len(count)), count)
        local = np.arange(len(request)) - first[request]
        return cls(rounds, copies, request, local // copies[request], local % copies[request], first)

    def __len__(self) -> int:
        return len(self.request)

    def row(self, request: IntColumn, round: IntColumn, copy: IntColumn) -> IntColumn:
        return self.first[request] + round * self.copies[request] + copy


class Graph:
    """Nodes and edges of a workflow's requests.

    Calls come first, ordered by request and then as the workflow would do them
    one after the other; tools follow. A retrieval is no node: it belongs to
    the calls that read it.
    """

    def __init__(self, flow: Workflow, instances: Sequence[Instances]) -> None:
        self.flow = flow
        self.instances = instances
        calls = self._order([at for at, step in enumerate(flow.steps) if isinstance(step, CallStep)])
        tools = self._order([at for at, step in enumerate(flow.steps) if isinstance(step, ToolStep)])
        self.calls = len(calls[0])
        self.step = np.concatenate([calls[0], tools[0]])
        """Step of each node."""
        self.row = np.concatenate([calls[1], tools[1]])
        """Which instance of its step each node is."""
        self.node: list[IntColumn] = []
        """Node of each instance, by step; empty for a retrieval."""
        for at, of_step in enumerate(instances):
            nodes = np.flatnonzero(self.step == at)
            place = np.empty(len(nodes), dtype=np.int64)
            place[self.row[nodes]] = nodes
            self.node.append(place if len(nodes) == len(of_step) else np.zeros(0, dtype=np.int64))
        self.before, self.then = self._edges()

    @property
    def request(self) -> IntColumn:
        """Request of each node."""
        request = np.empty(len(self.step), dtype=np.int64)
        for at, nodes in enumerate(self.node):
            if len(nodes):
                request[nodes] = self.instances[at].request
        return request

    def feeding(self, step: Step) -> list[int]:
        """Calls and tools that a step comes after, directly or through a retrieval that it reads."""
        found: list[int] = []
        for id in step.after:
            earlier = self.flow.position(id)
            through = self.flow.steps[earlier]
            found += self.feeding(through) if isinstance(through, RetrievalStep) else [earlier]
        return list(dict.fromkeys(found))

    def begins(self, at: int, earlier: int) -> IntColumn:
        """Instances of a step that come after another step: all if they share a loop, else those of the first round."""
        ours = self.instances[at]
        return np.arange(len(ours)) if self._share_loop(at, earlier) else np.flatnonzero(ours.round == 0)

    def _share_loop(self, at: int, earlier: int) -> bool:
        loop = self.flow.loop_of(at)
        return loop is not None and loop == self.flow.loop_of(earlier)

    def _order(self, steps: list[int]) -> tuple[IntColumn, IntColumn]:
        """Step and instance of each node; steps of one loop take turns, round by round."""
        if not steps:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        sizes = [len(self.instances[at]) for at in steps]
        step = np.repeat(np.array(steps), sizes)
        row = np.concatenate([np.arange(size) for size in sizes])
        request, round = (
            np.concatenate([getattr(self.instances[at], name) for at in steps]) for name in ("request", "round")
        )
        block = np.repeat([self._block(at) for at in steps], sizes)
        order = np.lexsort((row, step, round, block, request))
        return step[order], row[order]

    def _block(self, at: int) -> int:
        loop = self.flow.loop_of(at)
        return self.flow.position(loop.first) if loop else at

    def _edges(self) -> tuple[IntColumn, IntColumn]:
        edges = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
        for at, step in enumerate(self.flow.steps):
            if isinstance(step, RetrievalStep):
                continue
            for earlier in self.feeding(step):
                rows = self.begins(at, earlier)
                request = self.instances[at].request[rows]
                round = (
                    self.instances[at].round[rows]
                    if self._share_loop(at, earlier)
                    else self.instances[earlier].rounds[request] - 1
                )
                paired = step.each_of == self.flow.steps[earlier].id
                edges.append(self._paired(earlier, at, rows, round) if paired else self._all(earlier, at, rows, round))
        for loop in self.flow.loops:
            first, last = self.flow.position(loop.first), self.flow.position(loop.last)
            rows = np.flatnonzero(self.instances[first].round > 0)
            edges.append(self._all(last, first, rows, self.instances[first].round[rows] - 1))
        return np.concatenate([before for before, _ in edges]), np.concatenate([then for _, then in edges])

    def _paired(self, earlier: int, at: int, rows: IntColumn, round: IntColumn) -> tuple[IntColumn, IntColumn]:
        """Each copy after its own."""
        ours = self.instances[at]
        theirs = self.instances[earlier].row(ours.request[rows], round, ours.copy[rows])
        return self.node[earlier][theirs], self.node[at][rows]

    def _all(self, earlier: int, at: int, rows: IntColumn, round: IntColumn) -> tuple[IntColumn, IntColumn]:
        """Each copy after all copies of the earlier step."""
        many = self.instances[earlier].copies[self.instances[at].request[rows]]
        rows, round = np.repeat(rows, many), np.repeat(round, many)
        copy = np.arange(len(rows)) - np.repeat(np.cumsum(many) - many, many)
        theirs = self.instances[earlier].row(self.instances[at].request[rows], round, copy)
        return self.node[earlier][theirs], self.node[at][rows]
