"""Compound requests: the calls, tools and retrievals that requests unfold into, all drawn before any routing."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.workload.trace import FloatColumn, IntColumn, Trace


@dataclass(frozen=True, slots=True)
class Retrievals:
    """Searches of data stores, one row each, by the call that reads their result."""

    call: IntColumn
    store: IntColumn
    """Index into the names of the stores."""
    service_s: FloatColumn
    """Time in the store, without any network [s]."""
    round_trips: IntColumn
    """Round trips between the store and the region that serves the call."""
    gb: FloatColumn
    """Data that leaves the store."""

    def __len__(self) -> int:
        return len(self.call)


@dataclass(frozen=True, slots=True)
class CompoundTrace:
    """Requests that unfold into graphs of calls and tools.

    Nodes of the graph are the calls, 0 to c-1, and then the tools, c to c+t-1.
    """

    requests: Trace
    """One row per request, in order of arrival; its lengths and API draws are those of a request that is one call."""
    calls: Trace
    """One row per model call, in order of request and then of the workflow; `arrival_s` is the request's."""
    request: IntColumn
    """Row of the request that a node belongs to, shape (c+t,)."""
    step: IntColumn
    """Position of a node's step in its workflow, shape (c+t,); 0 where the request has no workflow."""
    tool_s: FloatColumn
    """How long each tool works, shape (t,) [s]."""
    before: IntColumn
    """Edges: this node must have ended ..."""
    then: IntColumn
    """... before this one begins."""
    retrievals: Retrievals
    stores: tuple[str, ...]
    """Ids of the data stores that the retrievals name."""

    def __len__(self) -> int:
        return len(self.requests)

    def call_rows(self, rows: IntColumn) -> IntColumn:
        """The calls of some requests, in their order."""
        return np.flatnonzero(np.isin(self.request[: len(self.calls)], rows))

    def take(self, rows: IntColumn) -> "CompoundTrace":
        """Some of the requests, in order of arrival, with all that they unfold into.

        Args:
            rows: of the requests, rising.
        """
        nodes = np.flatnonzero(np.isin(self.request, rows))
        place = np.full(len(self.request), -1)
        place[nodes] = np.arange(len(nodes))
        calls = nodes[nodes < len(self.calls)]
        kept = place[self.before] >= 0
        read = np.flatnonzero(place[self.retrievals.call] >= 0)
        found = {f.name: getattr(self.retrievals, f.name)[read] for f in fields(Retrievals)}
        return CompoundTrace(
            requests=self.requests.take(rows),
            calls=self.calls.take(calls),
            request=np.searchsorted(rows, self.request[nodes]),
            step=self.step[nodes],
            tool_s=self.tool_s[nodes[len(calls) :] - len(self.calls)],
            before=place[self.before[kept]],
            then=place[self.then[kept]],
            retrievals=Retrievals(**found | {"call": place[found["call"]]}),
            stores=self.stores,
        )


def single_calls(requests: Trace) -> CompoundTrace:
    """Requests that are one call each."""
    n = len(requests)
    none = np.zeros(0, dtype=np.int64)
    return CompoundTrace(
        requests=requests,
        calls=requests,
        request=np.arange(n),
        step=np.zeros(n, dtype=np.int64),
        tool_s=np.zeros(0),
        before=none,
        then=none,
        retrievals=Retrievals(none, none, np.zeros(0), none, np.zeros(0)),
        stores=(),
    )


def merged(requests: Trace, parts: list[tuple[IntColumn, CompoundTrace]], *, stores: tuple[str, ...]) -> CompoundTrace:
    """One trace of requests whose products unfold each by its own workflow.

    Args:
        requests: all requests.
        parts: for each product, which rows of `requests` are its own, and what they unfold into.
        stores: ids of all data stores; every part's retrievals already point into it.
    """
    owners = [rows[part.request[: len(part.calls)]] for rows, part in parts]
    tool_owners = [rows[part.request[len(part.calls) :]] for rows, part in parts]
    order, place = _sorted_places(owners)
    tool_order, tool_place = _sorted_places(tool_owners)
    calls, tools = len(order), len(tool_order)
    columns = {f.name: np.concatenate([getattr(part.calls, f.name) for _, part in parts])[order] for f in fields(Trace)}
    before, then, read = [], [], []
    for (_, part), at, tool_at in zip(parts, place, tool_place, strict=True):
        node = np.concatenate([at, calls + tool_at])
        before.append(node[part.before])
        then.append(node[part.then])
        read.append(at[part.retrievals.call])
    return CompoundTrace(
        requests=requests,
        calls=Trace(**columns),
        request=np.concatenate([np.concatenate(owners)[order], np.concatenate(tool_owners)[tool_order]]),
        step=np.concatenate(
            [
                np.concatenate([part.step[: len(part.calls)] for _, part in parts])[order],
                np.concatenate([part.step[len(part.calls) :] for _, part in parts])[tool_order],
            ]
        ),
        tool_s=np.concatenate([part.tool_s for _, part in parts])[tool_order] if tools else np.zeros(0),
        before=np.concatenate(before),
        then=np.concatenate(then),
        retrievals=Retrievals(
            np.concatenate(read),
            *(
                np.concatenate([getattr(part.retrievals, f.name) for _, part in parts])
                for f in fields(Retrievals)
                if f.name != "call"
            ),
        ),
        stores=stores,
    )


def _sorted_places(owners: list[IntColumn]) -> tuple[IntColumn, list[IntColumn]]:
    """Order of all rows by owner, and where each part's rows end up in it."""
    joined = np.concatenate(owners)
    order = np.argsort(joined, kind="stable")
    place: NDArray[np.int64] = np.empty(len(joined), dtype=np.int64)
    place[order] = np.arange(len(joined))
    ends = np.cumsum([len(owner) for owner in owners])[:-1]
    return order, np.split(place, ends)
