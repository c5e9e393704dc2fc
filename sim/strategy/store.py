"""Surfaces that were simulated before, found by the hash of exactly what they read."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.strategy.executors import Executor
from sim.strategy.reading import Rates, Told, per_request
from sim.strategy.surface import Surface, pooled
from sim.strategy.tabulation import Tabulated, tabulate

MOST_SURFACES = 96
MOST_RATES = 32
MOST_READINGS = 32
MOST_PROMISES = 96
"""Rates that hold the promise alone: each is a small part of the others' size."""
MOST_NOTES = 1024

Found = TypeVar("Found")


class SurfaceStore:
    """A bounded cache of surfaces, shared by threads; the least recently used goes first."""

    def __init__(self, most: int = MOST_SURFACES) -> None:
        self._most = most
        self._known: OrderedDict[Tabulated, Surface] = OrderedDict()
        self._rates: OrderedDict[tuple[object, ...], Rates] = OrderedDict()
        self._promises: OrderedDict[tuple[object, ...], Rates] = OrderedDict()
        self._readings: OrderedDict[Hashable, object] = OrderedDict()
        self._notes: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def surfaces(self, keys: Sequence[Tabulated], executor: Executor) -> tuple[dict[Tabulated, Surface], int]:
        """The surfaces of the keys, simulating those that are missing, and the number of windows that this took."""
        found: dict[Tabulated, Surface] = {}
        with self._lock:
            for key in keys:
                if key in self._known:
                    # The key asked with replaces its equal: to find it again takes no comparison of what is deep.
                    found[key] = self._known[key] = self._known.pop(key)
        missing = list(dict.fromkeys(key for key in keys if key not in found))
        for key, surface in zip(missing, tabulate(missing, executor), strict=True):
            found[key] = surface
            with self._lock:
                self._known[key] = surface
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        return found, sum(key.windows for key in missing)

    def add(self, surfaces: Sequence[tuple[Tabulated, Surface]]) -> None:
        """Take surfaces that were simulated elsewhere; those that are known stay."""
        with self._lock:
            for key, surface in surfaces:
                self._known.setdefault(key, surface)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def all_pooled(self) -> tuple[tuple[Tabulated, Surface], ...]:
        """Every surface it holds, its samples added up: what a reading without the noise of samples needs."""
        with self._lock:
            known = tuple(self._known.items())
        return tuple((key, pooled(surface)) for key, surface in known)

    def rates(
        self, key: Tabulated, surface: Surface, *, added_s: NDArray[np.float64], promises: tuple[Told, ...],
        in_full: bool = True,
    ) -> Rates:
        """The surface as its users see it, `per_request`; remembered too, since every reading needs it."""
        name = (key, added_s.shape, added_s.tobytes(), promises)
        known, most = (self._rates, MOST_RATES) if in_full else (self._promises, MOST_PROMISES)
        with self._lock:
            if (found := known.get(name)) is not None:
                known.move_to_end(name)
                return found
        rates = per_request(surface, added_s=added_s, promises=promises, in_full=in_full)
        with self._lock:
            known[name] = rates
            while len(known) > most:
                known.popitem(last=False)
        return rates

    def once(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What `make()` gives, made once: for what is read of surfaces and no price changes.

        Args:
            key: everything that `make` reads, as a value; its first part names what is made.
            make: gives a value that nobody changes, since all who ask share it.
        """
        return self._made(self._readings, MOST_READINGS, key, make)

    def note(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """As `once`, for small values, of which many more are kept."""
        return self._made(self._notes, MOST_NOTES, key, make)

    def _made(
        self, known: OrderedDict[Hashable, object], most: int, key: Hashable, make: Callable[[], Found]
    ) -> Found:
        with self._lock:
            if (found := known.get(key)) is not None:
                known.move_to_end(key)
                return found  # type: ignore[return-value]
        made = make()
        with self._lock:
            known[key] = made
            while len(known) > most:
                known.popitem(last=False)
        return made


@cache
def shared_store() -> SurfaceStore:
    """The store of this process."""
    return SurfaceStore()
