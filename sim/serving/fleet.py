"""The fleet while a window runs: which replicas and endpoints take requests, and what is lost when they go out."""

from collections.abc import Callable, Sequence
from typing import Any

from sim.serving.api import LiveApi
from sim.serving.clock import FLEET, WARNING, Call, Clock
from sim.serving.disaggregated import LiveDisaggregatedPool
from sim.serving.disruption.outages import Disruption
from sim.serving.ledger import Ledger
from sim.serving.pool import LivePool
from sim.serving.record import FleetChange
from sim.serving.scaling.controller import Controller
from sim.serving.slots import Slots
from sim.serving.world import World

LiveEndpoint = LivePool | LiveDisaggregatedPool | LiveApi


class Fleet:
    """Slots of every pool, their autoscalers, and the outages drawn for the window.

    A lost request is handed to `on_lost(request, now_s)`, which sends it to the
    router again. An API in an outage takes no call, and finishes those it has;
    a pool split by phase is out as a whole or not at all.
    """

    def __init__(
        self,
        clock: Clock,
        world: World,
        live: Sequence[LiveEndpoint],
        ledger: Ledger,
        on_lost: Callable[[int, float], None],
    ) -> None:
        self.clock = clock
        self.live = live
        self.on_lost = on_lost
        self.changes: list[FleetChange] = []
        self.losses = 0
        self.outages = [int(endpoint in world.out) for endpoint in range(len(live))]
        self.closed: set[int] = set()
        """Endpoints that take no new requests now."""
        self.slots = {
            endpoint: Slots(endpoint, pool, self.changes, on_change=self._see_who_takes)
            for endpoint, pool in enumerate(live)
            if isinstance(pool, LivePool)
        }
        self._see_who_takes()
        for slots in self.slots.values():
            if slots.live.pool.autoscaler is not None:
                Controller(clock, slots, slots.live.pool.autoscaler, ledger)
        if world.disruption is not None:
            self._schedule(world.disruption)

    def takes(self, endpoint: int) -> bool:
        """Whether an endpoint takes new requests now."""
        return endpoint not in self.closed

    def _see_who_takes(self) -> None:
        """Fleets change rarely and calls ask at every turn: so the answer is kept."""
        empty = {endpoint for endpoint, slots in self.slots.items() if not slots.live.replicas}
        self.closed = empty | {endpoint for endpoint, outages in enumerate(self.outages) if outages}

    def _schedule(self, disruption: Disruption) -> None:
        for replica in disruption.replicas:
            slots = self.slots[replica.endpoint]
            which = (replica.slot,)
            self._at(replica.notice_s, WARNING, lambda now_s, s=slots, w=which: s.warn(w, now_s))
            self._at(replica.lost_s, FLEET, lambda now_s, s=slots, w=which: self._lose(s, w, now_s))
            self._at(replica.back_s, FLEET, lambda now_s, s=slots, w=which: s.recover(w, now_s))
        for outage in disruption.endpoints:
            self._at(outage.begins_s, WARNING, lambda now_s, e=outage.endpoint: self._go_out(e, now_s))
            self._at(outage.begins_s, FLEET, lambda now_s, e=outage.endpoint: self._lose_all(e, now_s))
            self._at(outage.ends_s, FLEET, lambda now_s, e=outage.endpoint: self._come_back(e, now_s))

    def _at(self, time_s: float, priority: int, action: Callable[..., Any]) -> None:
        self.clock.at(time_s, priority, Call(lambda _: action(time_s)))

    def _go_out(self, endpoint: int, now_s: float) -> None:
        self.outages[endpoint] += 1
        self._see_who_takes()
        if endpoint in self.slots:
            slots = self.slots[endpoint]
            slots.warn(range(len(slots)), now_s)
        elif self.outages[endpoint] == 1:
            self.changes.append(FleetChange(now_s, endpoint, -1, "lost", "outage"))

    def _lose_all(self, endpoint: int, now_s: float) -> None:
        live = self.live[endpoint]
        if endpoint in self.slots:
            slots = self.slots[endpoint]
            self._lose(slots, range(len(slots)), now_s)
        elif isinstance(live, LiveDisaggregatedPool):
            self._send_back(live.fail(now_s), now_s)

    def _come_back(self, endpoint: int, now_s: float) -> None:
        self.outages[endpoint] -= 1
        self._see_who_takes()
        if endpoint in self.slots:
            slots = self.slots[endpoint]
            slots.recover(range(len(slots)), now_s)
        elif self.outages[endpoint] == 0:
            self.changes.append(FleetChange(now_s, endpoint, -1, "back", "outage over"))

    def _lose(self, slots: Slots, which: Sequence[int], now_s: float) -> None:
        self._send_back(slots.lose(which, now_s), now_s)

    def _send_back(self, lost: Sequence[int], now_s: float) -> None:
        self.losses += len(lost)
        for request in lost:
            self.on_lost(request, now_s)
