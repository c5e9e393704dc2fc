"""The slots of one pool: places for replicas, and what is in each."""

from collections.abc import Callable, Iterable

from sim.serving.pool import LivePool
from sim.serving.record import FleetChange
from sim.serving.replica import Replica

EMPTY, STARTING, SERVING, DRAINING = range(4)
"""What a slot is for its pool: not rented; on its way; taking requests unless
it is out or warned; finishing what it has, to be returned."""


class Slot:
    """One place; `warnings` and `outages` count what is announced or under way, since two may overlap."""

    __slots__ = ("outages", "ready_s", "replica", "state", "warnings")

    def __init__(self, replica: Replica | None) -> None:
        self.replica = replica
        self.state = EMPTY if replica is None else SERVING
        self.ready_s = 0.0
        self.warnings = 0
        self.outages = 0

    @property
    def takes(self) -> bool:
        return self.state == SERVING and self.warnings == 0


class Slots:
    """Keeps the pool's list of replicas that take requests, and writes every change down.

    `on_change` is called whenever that list is another.
    """

    def __init__(
        self, endpoint: int, live: LivePool, changes: list[FleetChange], *, on_change: Callable[[], None]
    ) -> None:
        self.endpoint = endpoint
        self.on_change = on_change
        self.live = live
        self.changes = changes
        spare = live.pool.slots - live.pool.replicas
        self.all = [Slot(replica) for replica in live.replicas] + [Slot(None) for _ in range(spare)]

    def __len__(self) -> int:
        return len(self.all)

    def count(self, state: int) -> int:
        return sum(slot.state == state for slot in self.all)

    # --- outages ----------------------------------------------------------------------------------

    def warn(self, which: Iterable[int], now_s: float) -> None:
        """Outages are announced: these slots take no new request."""
        for index in which:
            slot = self.all[index]
            if slot.takes:
                self._note(now_s, index, "notice", "about to go out")
            slot.warnings += 1
        self._refresh()

    def lose(self, which: Iterable[int], now_s: float) -> list[int]:
        """Replicas go out at once; the requests they had, by slot and in each in the replica's order."""
        lost: list[int] = []
        for index in which:
            slot = self.all[index]
            slot.outages += 1
            if slot.replica is None:
                continue
            requests = slot.replica.fail(now_s)
            slot.replica = None
            self._note(now_s, index, "lost", f"out, with {len(requests)} requests")
            if slot.state == DRAINING:
                self._give_up(index, now_s, "lost while draining")
            lost += requests
        return lost

    def recover(self, which: Iterable[int], now_s: float) -> None:
        """Outages are over: what is rented serves again, empty."""
        for index in which:
            slot = self.all[index]
            slot.warnings -= 1
            slot.outages -= 1
            if slot.outages == 0 and slot.state == SERVING:
                slot.replica = self.live.new_replica(index)
                self._note(now_s, index, "back", "outage over")
        self._refresh()

    # --- scaling ----------------------------------------------------------------------------------

    def start(self, now_s: float, ready_s: float, reason: str) -> int:
        """Have one replica more: call off a drain if there is one, else start one; the slot, -1 if none is free."""
        for index, slot in enumerate(self.all):
            if slot.state == DRAINING and slot.warnings == 0 and slot.replica is not None:
                slot.state = SERVING
                slot.replica.accepting = True
                slot.replica.when_empty = None
                self._note(now_s, index, "keep", reason)
                self._refresh()
                return index
        for index, slot in enumerate(self.all):
            if slot.state == EMPTY and slot.outages == 0:
                slot.state = STARTING
                slot.ready_s = ready_s
                self._note(now_s, index, "start", reason)
                return index
        return -1

    def become_ready(self, index: int, now_s: float) -> None:
        """A started replica serves, unless it was given up meanwhile; in an outage it waits for the end."""
        slot = self.all[index]
        if slot.state == STARTING and slot.ready_s == now_s:
            slot.state = SERVING
            self._note(now_s, index, "ready", "started")
            if slot.outages == 0:
                slot.replica = self.live.new_replica(index)
            else:
                self._note(now_s, index, "lost", "started into an outage")
            self._refresh()

    def stop(self, now_s: float, reason: str) -> None:
        """Have one replica fewer: the youngest that is starting, else the last that takes requests, which drains."""
        for index in reversed(range(len(self.all))):
            if self.all[index].state == STARTING:
                self._give_up(index, now_s, reason)
                return
        for index in reversed(range(len(self.all))):
            slot = self.all[index]
            if slot.takes and slot.replica is not None:
                self._drain(index, slot.replica, now_s, reason)
                return

    def _drain(self, index: int, replica: Replica, now_s: float, reason: str) -> None:
        self.all[index].state = DRAINING
        self._note(now_s, index, "drain", reason)
        self._refresh()
        if replica.load == 0:
            self._give_up(index, now_s, "drained")
        else:
            replica.drain(lambda empty_s: self._give_up(index, empty_s, "drained"))

    def _give_up(self, index: int, now_s: float, reason: str) -> None:
        self.all[index].state = EMPTY
        self.all[index].replica = None
        self._note(now_s, index, "return", reason)

    def _refresh(self) -> None:
        self.live.replicas = [slot.replica for slot in self.all if slot.takes and slot.replica is not None]
        self.on_change()

    def _note(self, now_s: float, index: int, what: str, reason: str) -> None:
        self.changes.append(FleetChange(now_s, self.endpoint, index, what, reason))
